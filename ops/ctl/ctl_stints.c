/* stints: who held which seat, from when to when, and by whose decisions. */
#include <inttypes.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/paging.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/table.h"
#include "query/entities.h"
#include "query/stints.h"

struct stints_run {
    struct ctl *ctl;
    struct table table;
};

/* A time, and the decision that made it one. */
static struct status stints_end(struct stints_run *run, const Google__Protobuf__Timestamp *time,
                                const Agency__V1__DecisionItem *decision, const char *otherwise)
{
    char text[TIME_TEXT_SIZE] = "";
    struct str by = str_z(time == NULL ? "" : otherwise);
    if (time != NULL) {
        time_format(fields_time_us(time), text);
    }
    if (decision != NULL) {
        by = arena_printf(&run->ctl->arena, "#%" PRIu64 " %s", decision->org_sequence,
                          decision->command);
        if (by.data == NULL) {
            return arena_full(&run->ctl->arena);
        }
    }
    TRY(table_add(&run->table, str_z(text)));
    return table_add(&run->table, by);
}

static struct status stints_item(struct stints_run *run, const Agency__V1__StintItem *item)
{
    if (run->ctl->options.output == CTL_JSON) {
        return ctl_json(run->ctl, &item->base);
    }
    TRY(table_add(&run->table, str_z(item->subject_id)));
    TRY(table_add(&run->table, str_z(item->role_id)));
    TRY(stints_end(run, item->since, item->begun, ""));
    return stints_end(run, item->until, item->ended, "expired");
}

static struct status stints_pages(struct stints_run *run, struct snapshot *snapshot,
                                  enum entity_kind kind)
{
    struct paging paging;
    struct stints_page page;
    paging_begin(run->ctl, &paging);
    do {
        TRY(stints_page(snapshot, kind, str_z(run->ctl->argv[1]), &paging.ask, &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(stints_item(run, &page.items[i]));
        }
    } while (paging_next(&paging, page.count, &page.end));
    paging_say(&paging);
    return status_ok();
}

static struct status stints_run(struct stints_run *run, struct reading *reading)
{
    static const char *const heads[] = { "subject", "seat", "since", "by", "until", "by" };
    struct ctl *ctl = run->ctl;
    enum entity_kind kind;
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    TRY(table_init(&run->table, &ctl->arena, heads, 6));
    TRY(reading_open(reading, ctl));
    reading_say_moment(reading, ctl);
    TRY(stints_pages(run, &reading->snapshot, kind));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&run->table, &ctl->out);
    }
    return status_ok();
}

struct status ctl_stints(struct ctl *ctl)
{
    struct stints_run run = { .ctl = ctl };
    struct reading reading = { 0 };
    struct status st = stints_run(&run, &reading);
    reading_close(&reading);
    return st;
}
