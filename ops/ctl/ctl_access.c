/* access: who gained or lost which permission on what, decision by decision or between two moments.
 */
#include "ops/ctl/access_text.h"
#include "ops/ctl/asker.h"

static struct status access_take_change(void *context, const ProtobufCMessage *message)
{
    struct ctl *ctl = context;
    const Agency__V1__AccessChange *change =
        (const Agency__V1__AccessChange *)(const void *)message;
    if (change->decision == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a decision in each item");
    }
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, message);
    }
    access_text_change(ctl, change);
    return status_ok();
}

static struct status access_take_line(void *context, const ProtobufCMessage *message)
{
    struct ctl *ctl = context;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, message);
    }
    access_text_line(ctl, (const Agency__V1__AccessLine *)(const void *)message);
    return status_ok();
}

/* ---- between two moments ---- */

static struct status access_diff(struct ctl *ctl)
{
    Agency__V1__DiffAccessRequest request = AGENCY__V1__DIFF_ACCESS_REQUEST__INIT;
    if (ctl->options.from.size == 0 || ctl->options.on.size > 0 || ctl->options.all) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected access diff [SUBJECT] --from MOMENT, without --on or --all");
    }
    TRY(arena_text(&ctl->arena, ctl->options.from, &request.from));
    if (ctl->argc > 1) {
        request.subject = ctl->argv[1];
    }
    return asker_once(ctl, "DiffAccess", &request.base, access_take_line, ctl);
}

/* ---- decision by decision ---- */

static struct status access_direction(const char *word, Agency__V1__AccessDirection *direction)
{
    static const struct {
        const char *word;
        Agency__V1__AccessDirection direction;
    } words[] = {
        { "lost", AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_LOST },
        { "gained", AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_GAINED },
        { "changed", AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_UNSPECIFIED },
        { "of", AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_UNSPECIFIED },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].word, word) == 0) {
            *direction = words[i].direction;
            return status_ok();
        }
    }
    return status_error(
        STATUS_INVALID_ARGUMENT,
        "expected lost, gained, changed, of SUBJECT, held SUBJECT or diff, but it is "
        "'%s'",
        word);
}

static struct status access_changes(struct ctl *ctl)
{
    Agency__V1__ListAccessChangesRequest request = AGENCY__V1__LIST_ACCESS_CHANGES_REQUEST__INIT;
    bool of = strcmp(ctl->argv[0], "of") == 0;
    TRY(access_direction(ctl->argv[0], &request.direction));
    if (of != (ctl->argc == 2)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected %s",
                            of ? "a subject: access of SUBJECT" : "no subject but with access of");
    }
    if (of) {
        request.subject = ctl->argv[1];
    }
    request.covering = ctl->options.all;
    if (ctl->options.all && ctl->options.on.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected --on with --all");
    }
    TRY(arena_text(&ctl->arena, ctl->options.on, &request.object));
    TRY(arena_text(&ctl->arena, ctl->options.from, &request.from));
    return asker_once(ctl, "ListAccessChanges", &request.base, access_take_change, ctl);
}

struct status ctl_access(struct ctl *ctl)
{
    TRY(ctl_to(ctl));
    if (ctl->argc > 1 && ctl->argv[1][0] == '\0') {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a subject, but it is empty");
    }
    if (strcmp(ctl->argv[0], "held") == 0) {
        return ctl_access_held(ctl);
    }
    return strcmp(ctl->argv[0], "diff") == 0 ? access_diff(ctl) : access_changes(ctl);
}
