/* orgs: which orgs are here, partition by partition, by what they say of themselves. */
#include <inttypes.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/cell.h"
#include "ops/ctl/table.h"

struct orgs_run {
    struct ctl *ctl;
    struct table table;
};

static struct status orgs_row(struct orgs_run *run, const Agency__V1__OrgItem *item)
{
    char last[TIME_TEXT_SIZE];
    struct str status;
    TRY(cell_of_field(
        &run->ctl->arena, &item->base,
        protobuf_c_message_descriptor_get_field_by_name(item->base.descriptor, "status"), &status));
    struct str decisions = arena_printf(&run->ctl->arena, "%" PRIu64, item->org_sequence);
    if (decisions.data == NULL) {
        return arena_full(&run->ctl->arena);
    }
    time_format(fields_time_us(item->occurred_at), last);
    TRY(table_add(&run->table, str_z(item->org_id)));
    TRY(table_add(&run->table, str_z(item->name)));
    TRY(table_add(&run->table, status));
    TRY(table_add(&run->table, decisions));
    TRY(table_add(&run->table, str_z(last)));
    return table_add(&run->table, item->live ? STR("closed") : STR("open"));
}

static struct status orgs_take(void *context, const ProtobufCMessage *item)
{
    struct orgs_run *run = context;
    return run->ctl->options.output == CTL_JSON
               ? ctl_json(run->ctl, item)
               : orgs_row(run, (const Agency__V1__OrgItem *)(const void *)item);
}

static struct status orgs_request(struct ctl *ctl, Agency__V1__ListOrgsRequest *request)
{
    agency__v1__list_orgs_request__init(request);
    request->filters = ctl->argv;
    request->n_filters = (size_t)ctl->argc;
    request->all = ctl->options.all;
    return arena_text(&ctl->arena, ctl->options.filter, &request->filter);
}

struct status ctl_orgs(struct ctl *ctl)
{
    static const char *const heads[] = { "org", "name", "status", "decisions", "last", "imports" };
    struct orgs_run run = { .ctl = ctl };
    Agency__V1__ListOrgsRequest request;
    TRY(orgs_request(ctl, &request));
    TRY(table_init(&run.table, &ctl->arena, heads, 6));
    TRY(asker_once(ctl, "ListOrgs", &request.base, orgs_take, &run));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&run.table, &ctl->out);
    }
    return status_ok();
}
