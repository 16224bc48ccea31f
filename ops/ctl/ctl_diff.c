/* diff: what is not the same at two moments; what was changed last comes first. */
#include <inttypes.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/change_text.h"
#include "ops/ctl/history_text.h"

/* Memory for one entity, twice. */
static const size_t DIFF_ARENA_MAX = (size_t)64 << 20;
struct diff_run {
    struct ctl *ctl;
    struct arena arena; /* of one item */
};

/* "changed Group red" and who changed it last. */
static void diff_head(struct ctl *ctl, const Agency__V1__DiffItem *item)
{
    static const char *const words[] = { "differs", "added", "ended", "changed" };
    size_t difference =
        (size_t)item->difference < sizeof words / sizeof words[0] ? (size_t)item->difference : 0;
    const struct entity_type *type = registry_entity((unsigned)item->entity->kind);
    char time[TIME_TEXT_SIZE] = "";
    if (item->decision->occurred_at != NULL) {
        time_format(fields_time_us(item->decision->occurred_at), time);
    }
    buf_printf(&ctl->out, "%-7s %s %s  (#%" PRIu64 " %s, %s)\n", words[difference],
               type == NULL ? "?" : type->name, item->entity->id, item->decision->org_sequence,
               item->decision->command, time);
}

static struct status diff_show(struct diff_run *run, const Agency__V1__DiffItem *item)
{
    struct history_change change;
    arena_reset(&run->arena);
    diff_head(run->ctl, item);
    TRY(history_text_entity(&run->arena, item->before, item->entity, &change.before));
    TRY(history_text_entity(&run->arena, item->after, item->entity, &change.after));
    return change.after == NULL
               ? status_ok() /* what is gone has no fields */
               : change_text_fields(&run->arena, item->entity, &change, &run->ctl->out);
}

static struct status diff_take(void *context, const ProtobufCMessage *message)
{
    struct diff_run *run = context;
    const Agency__V1__DiffItem *item = (const Agency__V1__DiffItem *)(const void *)message;
    if (item->entity == NULL || item->decision == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an entity and a decision");
    }
    return run->ctl->options.output == CTL_JSON ? ctl_json(run->ctl, message)
                                                : diff_show(run, item);
}

static struct status diff_request(struct ctl *ctl, Agency__V1__DiffRequest *request)
{
    struct ctl_options *options = &ctl->options;
    if (options->from.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --from with the moment to compare with, such as --from "
                            "2020-06-01; --to: with which, else now");
    }
    if (options->all && ctl->argc < 2) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a kind and an id with --all");
    }
    TRY(ctl_to(ctl));
    request->all = options->all;
    TRY(arena_text(&ctl->arena, options->from, &request->from));
    return ctl_entity(ctl, &request->entity);
}

struct status ctl_diff(struct ctl *ctl)
{
    struct diff_run run = { .ctl = ctl };
    Agency__V1__DiffRequest request = AGENCY__V1__DIFF_REQUEST__INIT;
    TRY(diff_request(ctl, &request));
    arena_init(&run.arena, DIFF_ARENA_MAX);
    struct status st = asker_once(ctl, "Diff", &request.base, diff_take, &run);
    arena_release(&run.arena);
    return st;
}
