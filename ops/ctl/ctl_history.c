/* history: what happened to an entity, by and about a subject, in an org; newest first. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/ids.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/following.h"
#include "ops/ctl/history_text.h"
#include "ops/ctl/say.h"

/* Memory for what one decision changed: at most all versions that one can make, twice. */
static const size_t HISTORY_ARENA_MAX = (size_t)64 << 20;

/* ---- history ---- */

struct history_run {
    struct ctl *ctl;
    struct arena arena; /* of one decision */
    bool across;        /* orgs: each is named above its first decision */
    char *org_id;       /* that was named last; NULL: none */
};

static struct status history_name_org(struct history_run *run, const char *org_id)
{
    if (run->org_id != NULL && strcmp(run->org_id, org_id) == 0) {
        return status_ok();
    }
    buf_printf(&run->ctl->out, "org %s\n", org_id);
    return arena_text(&run->ctl->arena, str_z(org_id), &run->org_id);
}

static struct status history_take(void *context, const ProtobufCMessage *message)
{
    struct history_run *run = context;
    struct ctl *ctl = run->ctl;
    const Agency__V1__HistoryItem *item = (const Agency__V1__HistoryItem *)(const void *)message;
    if (item->decision == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a decision in each item");
    }
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &item->decision->base);
    }
    TRY(run->across ? history_name_org(run, item->decision->org_id) : status_ok());
    arena_reset(&run->arena);
    return history_text(ctl, &run->arena, item);
}

static struct status history_time(struct ctl *ctl, struct str given, const char *option,
                                  char **text)
{
    int64_t time_us;
    if (given.size > 0) {
        TRY(status_prefix(time_parse_human(given, clock_now_us(&ctl->clock), &time_us), "%s",
                          option));
    }
    return arena_text(&ctl->arena, given, text);
}

static struct status history_request(struct ctl *ctl, Agency__V1__ListHistoryRequest *request)
{
    const struct ctl_options *options = &ctl->options;
    agency__v1__list_history_request__init(request);
    request->all = options->all;
    request->changes = options->output == CTL_TABLE;
    TRY(arena_text(&ctl->arena, options->note, &request->note));
    TRY(history_time(ctl, options->from, "--from", &request->from));
    TRY(history_time(ctl, options->to, "--to", &request->to));
    return ctl_entity(ctl, &request->entity);
}

/* ---- of all orgs ---- */

static struct status history_everywhere(struct asker *asker, struct history_run *run)
{
    struct ctl *ctl = asker->ctl;
    Agency__V1__ListNotedDecisionsRequest request = AGENCY__V1__LIST_NOTED_DECISIONS_REQUEST__INIT;
    request.changes = ctl->options.output == CTL_TABLE;
    TRY(arena_text(&ctl->arena, ctl->options.note, &request.note));
    TRY(history_time(ctl, ctl->options.from, "--from", &request.from));
    TRY(history_time(ctl, ctl->options.to, "--to", &request.to));
    run->across = true;
    TRY(asker_pages(asker, "ListNotedDecisions", &request.base, history_take, run));
    asker_say_known(asker);
    return status_ok();
}

static struct status history_run(struct asker *asker, bool everywhere)
{
    struct history_run run = { .ctl = asker->ctl };
    Agency__V1__ListHistoryRequest request;
    arena_init(&run.arena, HISTORY_ARENA_MAX);
    struct status st = history_request(asker->ctl, &request);
    if (st.code == STATUS_OK) {
        st = everywhere ? history_everywhere(asker, &run)
                        : asker_pages(asker, "ListHistory", &request.base, history_take, &run);
    }
    arena_release(&run.arena);
    return st;
}

/* ---- as it happens ---- */

static struct status history_follow(struct ctl *ctl)
{
    const struct ctl_options *options = &ctl->options;
    Agency__V1__WatchRequest request = AGENCY__V1__WATCH_REQUEST__INIT;
    if (options->from.size + options->to.size + options->as_of.size + options->page.size > 0 ||
        options->limit > 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --follow with --after (#0: from the first decision on) in "
                            "place of --from, --to, --as-of, --limit and --page");
    }
    request.all = options->all;
    TRY(arena_text(&ctl->arena, options->note, &request.note));
    TRY(ctl_entity(ctl, &request.entity));
    return following(ctl, &request);
}

struct status ctl_history(struct ctl *ctl)
{
    if (ctl->argc == 1 || (ctl->argc == 0 && ctl->options.all)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a kind and an id%s",
                            ctl->options.all ? " with --all"
                                             : ", or nothing for the org's history");
    }
    if (ctl->options.follow) {
        return history_follow(ctl);
    }
    if (ctl->options.once || ctl->options.after.size > 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected --follow with --after and --once");
    }
    struct asker asker;
    bool everywhere = ctl->options.org.size == 0 && ctl->options.note.size > 0 && ctl->argc == 0;
    struct status st = asker_open(&asker, ctl);
    if (st.code == STATUS_OK) {
        st = history_run(&asker, everywhere);
    }
    asker_close(&asker);
    return st;
}
