/* orgs: which orgs are here, partition by partition. */
#include <inttypes.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/table.h"
#include "query/orgs.h"

struct orgs_run {
    struct ctl *ctl;
    struct table table;
};

static struct status orgs_row(struct orgs_run *run, const Agency__V1__OrgItem *item)
{
    char last[TIME_TEXT_SIZE];
    struct str decisions = arena_printf(&run->ctl->arena, "%" PRIu64, item->org_sequence);
    if (decisions.data == NULL) {
        return arena_full(&run->ctl->arena);
    }
    time_format(fields_time_us(item->occurred_at), last);
    TRY(table_add(&run->table, str_z(item->org_id)));
    TRY(table_add(&run->table, str_z(item->name)));
    TRY(table_add(&run->table, item->archived ? STR("ARCHIVED") : STR("ACTIVE")));
    TRY(table_add(&run->table, decisions));
    TRY(table_add(&run->table, str_z(last)));
    return table_add(&run->table, item->live ? STR("closed") : STR("open"));
}

static struct status orgs_take_cb(void *context, const Agency__V1__OrgItem *item)
{
    struct orgs_run *run = context;
    return run->ctl->options.output == CTL_JSON ? ctl_json(run->ctl, &item->base)
                                                : orgs_row(run, item);
}

static struct status orgs_partitions(struct orgs_run *run, struct reading *reading)
{
    TRY(reading_open_log(reading, run->ctl));
    for (uint32_t i = 0; i < reading->log->identity.partitions_count; i++) {
        TRY(reading_open_partition(reading, run->ctl, i));
        TRY(orgs_each(reading->partition->reader, &run->ctl->arena, STR(""), orgs_take_cb, run));
    }
    return status_ok();
}

struct status ctl_orgs(struct ctl *ctl)
{
    static const char *const heads[] = { "org", "name", "status", "decisions", "last", "imports" };
    struct orgs_run run = { .ctl = ctl };
    struct reading reading = { 0 };
    TRY(table_init(&run.table, &ctl->arena, heads, 6));
    struct status st = orgs_partitions(&run, &reading);
    reading_close(&reading);
    if (st.code == STATUS_OK && ctl->options.output == CTL_TABLE) {
        table_print(&run.table, &ctl->out);
    }
    return st;
}
