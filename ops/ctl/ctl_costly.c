/* costly: objects of an org of which a Check is dear. */
#include <inttypes.h>

#include "ops/ctl/reading.h"
#include "ops/ctl/table.h"
#include "query/costly.h"

static struct status costly_item(struct ctl *ctl, struct table *table,
                                 const Agency__V1__CostlyItem *item)
{
    const uint64_t numbers[] = { item->grants, item->seats, item->groups, item->lookups };
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &item->base);
    }
    TRY(table_add(table, str_z(item->object)));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct str cell = arena_printf(&ctl->arena, "%" PRIu64, numbers[i]);
        if (cell.data == NULL) {
            return arena_full(&ctl->arena);
        }
        TRY(table_add(table, cell));
    }
    return status_ok();
}

static struct status costly_run(struct reading *reading, struct ctl *ctl)
{
    static const char *const heads[] = { "object", "grants", "seats", "groups", "look-ups" };
    struct costly_list list;
    struct table table;
    TRY(costly_objects(&reading->snapshot, COSTLY_ABOVE, &list));
    TRY(table_init(&table, &ctl->arena, heads, 5));
    for (size_t i = 0; i < list.count; i++) {
        TRY(costly_item(ctl, &table, &list.items[i]));
    }
    if (ctl->options.output == CTL_TABLE) {
        reading_say_moment(reading, ctl);
        table_print(&table, &ctl->out);
    }
    return status_ok();
}

struct status ctl_costly(struct ctl *ctl)
{
    struct reading reading = { 0 };
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = costly_run(&reading, ctl);
    }
    reading_close(&reading);
    return st;
}
