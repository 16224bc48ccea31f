/* diff: what is not the same at two moments; what was changed last comes first. */
#include <inttypes.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/change_text.h"
#include "ops/ctl/history_text.h"
#include "query/entities.h"

/* Memory for one entity, twice. */
static const size_t DIFF_ARENA_MAX = (size_t)64 << 20;
/* What is shown may be as long as it likes. */
enum { DIFF_OUT_MAX = 1 << 16 };

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
    if (run->ctl->out.size > DIFF_OUT_MAX) {
        ctl_flush(run->ctl);
    }
    return run->ctl->options.output == CTL_JSON ? ctl_json(run->ctl, message)
                                                : diff_show(run, item);
}

/* The kind, or KIND:ID. */
static struct status diff_entity(struct ctl *ctl, char **entity)
{
    enum entity_kind kind;
    if (ctl->argc == 0) {
        return status_ok();
    }
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    struct str text = ctl->argc == 1
                          ? arena_copy(&ctl->arena, str_z(ctl->argv[0]))
                          : arena_printf(&ctl->arena, "%s:%s", ctl->argv[0], ctl->argv[1]);
    *entity = (char *)(uintptr_t)text.data;
    return text.data == NULL ? arena_full(&ctl->arena) : status_ok();
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
    options->as_of = options->to;
    request->all = options->all;
    TRY(arena_text(&ctl->arena, options->from, &request->from));
    return diff_entity(ctl, &request->entity);
}

struct status ctl_diff(struct ctl *ctl)
{
    struct diff_run run = { .ctl = ctl };
    Agency__V1__DiffRequest request = AGENCY__V1__DIFF_REQUEST__INIT;
    struct asker asker;
    TRY(diff_request(ctl, &request));
    arena_init(&run.arena, DIFF_ARENA_MAX);
    struct status st = asker_open(&asker, ctl);
    if (st.code == STATUS_OK) {
        st = asker_pages(&asker, "Diff", &request.base, diff_take, &run);
    }
    asker_close(&asker);
    arena_release(&run.arena);
    return st;
}
