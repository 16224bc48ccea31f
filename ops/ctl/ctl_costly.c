/* costly: objects of an org of which a Check is dear. */
#include <inttypes.h>

#include "ops/ctl/asker.h"
#include "ops/ctl/table.h"

struct costly_run {
    struct ctl *ctl;
    struct table table;
};

static struct status costly_take(void *context, const ProtobufCMessage *taken)
{
    struct costly_run *run = context;
    const Agency__V1__CostlyItem *item = (const Agency__V1__CostlyItem *)(const void *)taken;
    const uint64_t numbers[] = { item->grants, item->seats, item->groups, item->lookups };
    if (run->ctl->options.output == CTL_JSON) {
        return ctl_json(run->ctl, taken);
    }
    TRY(table_add(&run->table, str_z(item->object)));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct str cell = arena_printf(&run->ctl->arena, "%" PRIu64, numbers[i]);
        if (cell.data == NULL) {
            return arena_full(&run->ctl->arena);
        }
        TRY(table_add(&run->table, cell));
    }
    return status_ok();
}

struct status ctl_costly(struct ctl *ctl)
{
    static const char *const heads[] = { "object", "grants", "seats", "groups", "look-ups" };
    struct costly_run run = { .ctl = ctl };
    Agency__V1__ListCostlyObjectsRequest request = AGENCY__V1__LIST_COSTLY_OBJECTS_REQUEST__INIT;
    TRY(table_init(&run.table, &ctl->arena, heads, 5));
    TRY(asker_once(ctl, "ListCostlyObjects", &request.base, costly_take, &run));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&run.table, &ctl->out);
    }
    return status_ok();
}
