/* access held: what a subject ever had, directly and through groups, from when to when, and the
 * decisions at both ends. It is put together from what it gained and lost. */
#include "core/base/omap.h"
#include "core/pb/message.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/cell.h"
#include "ops/ctl/table.h"

struct held_run {
    struct ctl *ctl;
    struct omap open; /* what it has: permission, object and grant -> place in `spans` */
    Agency__V1__AccessSpan **spans;
    size_t count, cap;
};

static struct status held_key(struct held_run *run, const Agency__V1__AccessLine *line,
                              struct str *key)
{
    *key = arena_printf(&run->ctl->arena, "%s %s %s %s", line->permission, line->object,
                        line->grant_id, line->role_type);
    return key->data == NULL ? arena_full(&run->ctl->arena) : status_ok();
}

static struct status held_begin(struct held_run *run, const Agency__V1__AccessLine *line,
                                Agency__V1__AccessSpan **span)
{
    struct arena *arena = &run->ctl->arena;
    const Agency__V1__AccessLine *kept;
    TRY(pb_copy(arena, &line->base, &kept));
    TRY(pb_new(arena, &agency__v1__access_span__descriptor, span));
    (*span)->subject_id = kept->subject_id;
    (*span)->permission = kept->permission;
    (*span)->object = kept->object;
    (*span)->grant_id = kept->grant_id;
    (*span)->role_type = kept->role_type;
    (*span)->path = kept->path;
    (*span)->n_path = kept->n_path;
    ARENA_TRY(arena, run->spans,
              arena_grow(arena, run->spans, run->count, sizeof *run->spans, &run->cap));
    run->spans[run->count++] = *span;
    return status_ok();
}

static struct status held_line(struct held_run *run, const Agency__V1__AccessLine *line,
                               const Agency__V1__DecisionItem *decision)
{
    Agency__V1__AccessSpan *span = NULL;
    struct str key;
    TRY(held_key(run, line, &key));
    const struct omap_entry *open = omap_find(&run->open, key);
    if (!line->gained && open != NULL) {
        size_t place;
        memcpy(&place, open->value.data, sizeof place);
        omap_delete(&run->open, key);
        return pb_copy(&run->ctl->arena, &decision->base, &run->spans[place]->ended);
    }
    TRY(held_begin(run, line, &span));
    if (!line->gained) { /* it had it before the time asked about */
        return pb_copy(&run->ctl->arena, &decision->base, &span->ended);
    }
    size_t place = run->count - 1;
    omap_put(&run->open, key, str_make(&place, sizeof place), NULL);
    return pb_copy(&run->ctl->arena, &decision->base, &span->begun);
}

static struct status held_take(void *context, const ProtobufCMessage *message)
{
    struct held_run *run = context;
    const Agency__V1__AccessChange *change =
        (const Agency__V1__AccessChange *)(const void *)message;
    for (size_t i = 0; i < change->n_lines && change->decision != NULL; i++) {
        TRY(held_line(run, change->lines[i], change->decision));
    }
    return status_ok();
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
    for (size_t i = 0; i < run->count; i++) {
        const Agency__V1__AccessSpan *span = run->spans[i];
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
    omap_init(&run.open);
    struct status st = held_ask(&run);
    omap_release(&run.open);
    return st.code == STATUS_OK ? held_show(&run) : st;
}
