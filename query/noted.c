/* A place is a partition, an org, a NUL and the number of its decision that was looked at last; or
 * without NUL and number all of the org was. */
#include "query/noted.h"

#include "core/base/num.h"
#include "core/model/history.h"
#include "query/history.h"

enum {
    NOTED_CHUNK = 64,
    NOTED_LOOKED_MAX = 4096, /* decisions and orgs of a page, wanted or not */
    NOTED_NUMBER = 9,        /* the NUL and the number */
};

struct noted {
    struct across *across;
    const struct history_pick *pick;
    struct mark mark;
    size_t limit, count, looked;
    noted_take *take;
    void *context;
    struct page_end *end;
    uint64_t before; /* of the org where the page before ended; 0: from its newest on */
    bool full;
};

static struct status noted_stop(struct noted *noted, struct str org_id, uint64_t org_sequence)
{
    char number[NOTED_NUMBER] = { '\0' };
    num_put_u64be(number + 1, org_sequence);
    const struct str parts[] = { org_id, str_make(number, sizeof number) };
    struct str place = arena_join(noted->across->asking->arena, parts, org_sequence > 0 ? 2 : 1);
    if (place.data == NULL) {
        return arena_full(noted->across->asking->arena);
    }
    noted->full = true;
    return across_page_end(noted->across, place, noted->end);
}

static bool noted_spent(const struct noted *noted)
{
    return noted->count == noted->limit || noted->looked >= NOTED_LOOKED_MAX;
}

/* The note itself is looked at, too: other ones may have the same mark. */
static struct status noted_chunk(struct noted *noted, struct str org_id, uint64_t *before,
                                 bool *more)
{
    struct across *across = noted->across;
    struct history_list list = { 0 };
    TRY(history_marked(across->reader, &across->arena, org_id, &noted->mark, *before, NOTED_CHUNK,
                       &list.rows, &list.count));
    *more = list.count == NOTED_CHUNK;
    for (size_t i = 0; i < list.count; i++) {
        const Agency__V1__DecisionRow *row = list.rows[i];
        *before = row->org_sequence;
        noted->looked++;
        if (history_pick_wants(noted->pick, row)) {
            TRY(noted->take(noted->context, across, row));
            noted->count++;
        }
        if (noted_spent(noted)) {
            *more = false;
            return noted_stop(noted, org_id, row->org_sequence);
        }
    }
    return status_ok();
}

static struct status noted_org(struct noted *noted, struct str org_id)
{
    struct across *across = noted->across;
    const Agency__V1__Org *org;
    bool more = false;
    TRY(across_org(across, org_id, &org));
    if (org != NULL) {
        TRY(across_may(across, &more));
    }
    uint64_t before = across->org.moment.org_sequence + 1;
    before = noted->before > 0 && noted->before < before ? noted->before : before;
    noted->before = 0;
    noted->looked++;
    while (more) {
        TRY(noted_chunk(noted, org_id, &before, &more));
    }
    return !noted->full && noted_spent(noted) ? noted_stop(noted, org_id, 0) : status_ok();
}

static struct status noted_take_org(void *context, struct str org_id)
{
    struct noted *noted = context;
    TRY(noted_org(noted, org_id));
    return noted->full ? status_error(STATUS_CANCELLED, "enough") : status_ok();
}

/* First what is left of the org where the page before ended. */
static struct status noted_go_on(struct noted *noted, struct str *org_id)
{
    const char *end = org_id->size == 0 ? NULL : memchr(org_id->data, '\0', org_id->size);
    if (end == NULL) {
        return status_ok();
    }
    struct str number = str_from(*org_id, (size_t)(end - org_id->data));
    if (number.size != NOTED_NUMBER) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a page token of decisions");
    }
    org_id->size -= NOTED_NUMBER;
    noted->before = num_get_u64be(number.data + 1);
    return noted_org(noted, *org_id);
}

struct status noted_walk(struct across *across, const struct history_pick *pick, size_t limit,
                         noted_take *take, void *context, struct page_end *end)
{
    struct noted noted = { .across = across,
                           .pick = pick,
                           .mark = mark_of_note(pick->note_name, pick->note_value),
                           .limit = limit,
                           .take = take,
                           .context = context,
                           .end = end };
    const uint32_t count = across->asking->where->stores->partitions_count;
    uint32_t partition;
    struct str after;
    *end = (struct page_end){ 0 };
    TRY(across_place(across, &partition, &after));
    for (; partition < count && !noted.full; partition++) {
        TRY(across_turn_to(across, partition));
        TRY(noted_go_on(&noted, &after));
        TRY(noted.full ? status_ok()
                       : across_each_marked(across, &noted.mark, after, noted_take_org, &noted));
        after = STR("");
    }
    return status_ok();
}
