/* A heap of those whose time has not come, and behind it a queue of those whose has: a heap alone
 * would give every turn to the org whose things were due first.
 *
 * Left out: giving back the few bytes of an org that waits for nothing any more; it mostly will
 * again. */
#include "writers/timers.h"

#include "core/base/memory.h"
#include "core/model/dues.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "core/store/key.h"

enum timer_state {
    TIMER_IDLE, /* the org waits for nothing */
    TIMER_WAITS,
    TIMER_READY, /* its turn comes */
};

struct timer {
    struct str org_id; /* lies behind it */
    int64_t due_us;
    int64_t until_us;
    enum timer_state state;
    size_t place;       /* in the heap, of one that waits */
    struct timer *next; /* of one that is ready */
};

/* Of one head. */
static const size_t TIMERS_ARENA_MAX = (size_t)1 << 20;

void timers_init(struct timers *timers)
{
    *timers = (struct timers){ 0 };
}

void timers_release(struct timers *timers)
{
    size_t at = 0;
    for (struct hmap_entry *e; (e = hmap_next(&timers->orgs, &at)) != NULL;) {
        mem_free(e->value);
    }
    hmap_release(&timers->orgs);
    mem_free(timers->heap);
    *timers = (struct timers){ 0 };
}

/* ---- the heap ---- */

static void timers_place(struct timers *timers, struct timer *timer, size_t place)
{
    timers->heap[place] = timer;
    timer->place = place;
}

static void timers_rise(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;
    while (place > 0 && timers->heap[(place - 1) / 2]->due_us > timer->due_us) {
        timers_place(timers, timers->heap[(place - 1) / 2], place);
        place = (place - 1) / 2;
    }
    timers_place(timers, timer, place);
}

static void timers_sink(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;
    for (size_t child; (child = 2 * place + 1) < timers->heap_count; place = child) {
        if (child + 1 < timers->heap_count &&
            timers->heap[child + 1]->due_us < timers->heap[child]->due_us) {
            child++;
        }
        if (timers->heap[child]->due_us >= timer->due_us) {
            break;
        }
        timers_place(timers, timers->heap[child], place);
    }
    timers_place(timers, timer, place);
}

static void timers_push(struct timers *timers, struct timer *timer)
{
    if (timers->heap_count == timers->heap_cap) {
        timers->heap_cap = timers->heap_cap == 0 ? 64 : 2 * timers->heap_cap;
        timers->heap = mem_realloc(timers->heap, timers->heap_cap * sizeof(void *));
    }
    timer->state = TIMER_WAITS;
    timer->place = timers->heap_count++;
    timers_rise(timers, timer);
}

static void timers_pull(struct timers *timers, struct timer *timer)
{
    assert(timer->state == TIMER_WAITS && timers->heap[timer->place] == timer);
    struct timer *moved = timers->heap[--timers->heap_count];
    timer->state = TIMER_IDLE;
    if (moved != timer) {
        timers_place(timers, moved, timer->place);
        timers_rise(timers, moved);
        timers_sink(timers, moved);
    }
}

/* ---- the turns ---- */

static void timers_queue(struct timers *timers, struct timer *timer)
{
    timer->state = TIMER_READY;
    timer->next = NULL;
    if (timers->last == NULL) {
        timers->first = timer;
    } else {
        timers->last->next = timer;
    }
    timers->last = timer;
}

static void timers_queue_due(struct timers *timers, int64_t now_us)
{
    while (timers->heap_count > 0 && timers->heap[0]->due_us <= now_us) {
        struct timer *timer = timers->heap[0];
        timers_pull(timers, timer);
        timers_queue(timers, timer);
    }
}

bool timers_take(struct timers *timers, int64_t now_us, struct timer_turn *turn)
{
    timers_queue_due(timers, now_us);
    struct timer *timer = timers->first;
    if (timer == NULL) {
        return false;
    }
    timers->first = timer->next;
    timers->last = timers->first == NULL ? NULL : timers->last;
    timer->state = TIMER_IDLE;
    *turn = (struct timer_turn){ timer->org_id, timer->until_us };
    return true;
}

int64_t timers_next_us(const struct timers *timers)
{
    return timers->first != NULL     ? INT64_MIN
           : timers->heap_count == 0 ? INT64_MAX
                                     : timers->heap[0]->due_us;
}

int64_t timers_left_us(const struct timers *timers, int64_t now_us, int64_t most_us)
{
    const int64_t next_us = timers_next_us(timers);
    return next_us >= now_us + most_us ? most_us : next_us > now_us ? next_us - now_us : 0;
}

/* ---- noting ---- */

static struct timer *timers_add(struct timers *timers, struct str org_id, uint64_t hash)
{
    struct timer *timer = mem_zalloc(1, sizeof *timer + org_id.size);
    char *copy = (char *)(timer + 1);
    memcpy(copy, org_id.data, org_id.size);
    timer->org_id = str_make(copy, org_id.size);
    timer->until_us = INT64_MIN;
    hmap_put(&timers->orgs, timer->org_id, hash)->value = timer;
    return timer;
}

static struct timer *timers_find(struct timers *timers, struct str org_id, bool add)
{
    uint64_t hash = hmap_hash(org_id);
    const struct hmap_entry *entry = hmap_find(&timers->orgs, org_id, hash);
    return entry != NULL ? entry->value : add ? timers_add(timers, org_id, hash) : NULL;
}

/* Whose turn comes keeps it: it may find nothing to do. */
void timers_note(struct timers *timers, struct str org_id, int64_t due_us)
{
    if (due_us == INT64_MAX && timers->orgs.count == 0) {
        return;
    }
    struct timer *timer = timers_find(timers, org_id, due_us != INT64_MAX);
    bool as_it_is = timer != NULL && timer->state == TIMER_WAITS && timer->due_us == due_us;
    if (timer == NULL || timer->state == TIMER_READY || as_it_is) {
        return;
    }
    if (timer->state == TIMER_WAITS) {
        timers_pull(timers, timer);
    }
    timer->due_us = due_us;
    if (due_us != INT64_MAX) {
        timers_push(timers, timer);
    }
}

void timers_note_until(struct timers *timers, struct str org_id, int64_t until_us)
{
    timers_find(timers, org_id, true)->until_us = until_us;
}

/* ---- the scan ---- */

static struct status timers_take_head(struct timers *timers, struct arena *arena,
                                      const struct store_row *row)
{
    struct str rest = str_from(row->key, 1), org_id;
    Agency__V1__OrgHead *head;
    arena_reset(arena);
    TRY(key_get_str(&rest, arena, &org_id));
    TRY(pb_unpack(arena, &agency__v1__org_head__descriptor, row->value, PB_STORED, &head));
    timers_note(timers, org_id, dues_next_us(head));
    return status_ok();
}

static struct status timers_scan_heads(struct timers *timers, struct arena *arena,
                                       struct store_scan *scan)
{
    struct store_row row;
    TRY(store_scan_next(scan, &row));
    while (row.found) {
        TRY(timers_take_head(timers, arena, &row));
        TRY(store_scan_next(scan, &row));
    }
    return status_ok();
}

struct status timers_scan(struct timers *timers, const struct partition *partition)
{
    static const char heads[] = { ROW_HEAD };
    struct store_range range = { .prefix = str_make(heads, sizeof heads), .as_of = STORE_LATEST };
    struct store_scan *scan;
    struct arena arena;
    TRY(store_scan_open(partition->reader, STORE_INDEX_LATEST, &range, &scan));
    arena_init(&arena, TIMERS_ARENA_MAX);
    struct status st = timers_scan_heads(timers, &arena, scan);
    arena_release(&arena);
    store_scan_close(scan);
    return st;
}
