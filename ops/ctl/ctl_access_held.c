/* access held: what a subject ever had, directly and through groups, from when to when, and the
 * decisions at both ends. It is put together here from what it gained and lost, however much that
 * is; ListAccessSpans is bounded. */
#include "ops/ctl/asker.h"
#include "ops/ctl/cell.h"
#include "ops/ctl/table.h"
#include "query/access_spans.h"

struct held_run {
    struct ctl *ctl;
    struct access_spans spans;
};

static struct status held_take(void *context, const ProtobufCMessage *message)
{
    struct held_run *run = context;
    return access_spans_add(&run->spans, (const Agency__V1__AccessChange *)(const void *)message);
}

/* ---- showing ---- */

static struct status held_end(struct table *table, const Agency__V1__DecisionItem *decision)
{
    return cell_add_when(table, decision == NULL ? NULL : decision->occurred_at, decision, "");
}

static struct status held_show(struct held_run *run)
{
    static const char *const heads[] = { "permission", "object", "since", "by", "until", "by" };
    struct table table;
    TRY(table_init(&table, &run->ctl->arena, heads, 6));
    for (size_t i = 0; i < run->spans.count; i++) {
        const Agency__V1__AccessSpan *span = run->spans.items[i];
        if (run->ctl->options.output == CTL_JSON) {
            TRY(ctl_json(run->ctl, &span->base));
            continue;
        }
        TRY(table_add(&table, str_z(span->permission)));
        TRY(table_add(&table, str_z(span->object)));
        TRY(held_end(&table, span->begun));
        TRY(held_end(&table, span->ended));
    }
    if (run->ctl->options.output == CTL_TABLE) {
        table_print(&table, &run->ctl->out);
    }
    return status_ok();
}

static struct status held_ask(struct held_run *run)
{
    struct ctl *ctl = run->ctl;
    Agency__V1__ListAccessChangesRequest request = AGENCY__V1__LIST_ACCESS_CHANGES_REQUEST__INIT;
    request.subject = ctl->argv[1];
    request.covering = ctl->options.all;
    TRY(arena_text(&ctl->arena, ctl->options.on, &request.object));
    TRY(arena_text(&ctl->arena, ctl->options.from, &request.from));
    return asker_once(ctl, "ListAccessChanges", &request.base, held_take, run);
}

struct status ctl_access_held(struct ctl *ctl)
{
    struct held_run run = { .ctl = ctl };
    if (ctl->argc != 2 || ctl->options.limit > 0 || ctl->options.page.size > 0) {
        return status_error(
            STATUS_INVALID_ARGUMENT,
            "expected access held SUBJECT, without --limit and --page: what ended is "
            "known at the end only");
    }
    access_spans_init(&run.spans, &ctl->arena);
    struct status st = held_ask(&run);
    access_spans_release(&run.spans);
    return st.code == STATUS_OK ? held_show(&run) : st;
}
