/* stints: who held which seat, from when to when, and by whose decisions. */
#include "ops/ctl/asker.h"
#include "ops/ctl/cell.h"
#include "ops/ctl/table.h"
#include "query/entities.h"

struct stints_run {
    struct ctl *ctl;
    struct table table;
};

static struct status stints_item(struct stints_run *run, const Agency__V1__StintItem *item)
{
    if (run->ctl->options.output == CTL_JSON) {
        return ctl_json(run->ctl, &item->base);
    }
    TRY(table_add(&run->table, str_z(item->subject_id)));
    TRY(table_add(&run->table, str_z(item->role_id)));
    TRY(cell_add_when(&run->table, item->since, item->begun, ""));
    return cell_add_when(&run->table, item->until, item->ended, "expired");
}

static struct status stints_take(void *context, const ProtobufCMessage *item)
{
    return stints_item(context, (const Agency__V1__StintItem *)(const void *)item);
}

static struct status stints_request(const struct ctl *ctl, Agency__V1__ListStintsRequest *request)
{
    enum entity_kind kind;
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    if (kind != ENTITY_SUBJECT && kind != ENTITY_ROLE) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected subject ID or role ID, but it is '%s'", ctl->argv[0]);
    }
    *(kind == ENTITY_SUBJECT ? &request->subject : &request->role) = ctl->argv[1];
    return status_ok();
}

static struct status stints_run(struct stints_run *run, struct asker *asker)
{
    static const char *const heads[] = { "subject", "seat", "since", "by", "until", "by" };
    struct ctl *ctl = run->ctl;
    Agency__V1__ListStintsRequest request = AGENCY__V1__LIST_STINTS_REQUEST__INIT;
    TRY(stints_request(ctl, &request));
    TRY(table_init(&run->table, &ctl->arena, heads, 6));
    TRY(asker_pages(asker, "ListStints", &request.base, stints_take, run));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&run->table, &ctl->out);
    }
    return status_ok();
}

struct status ctl_stints(struct ctl *ctl)
{
    struct stints_run run = { .ctl = ctl };
    struct asker asker;
    struct status st = asker_open(&asker, ctl);
    if (st.code == STATUS_OK) {
        st = stints_run(&run, &asker);
    }
    asker_close(&asker);
    return st;
}
