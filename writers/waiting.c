#include "writers/waiting.h"

#include "core/base/memory.h"

void waiting_init(struct waiting_ring *ring)
{
    *ring = (struct waiting_ring){ .items = mem_zalloc(WAITING_MAX, sizeof *ring->items) };
}

void waiting_release(struct waiting_ring *ring)
{
    assert(waiting_count(ring) == 0);
    mem_free(ring->items);
    *ring = (struct waiting_ring){ 0 };
}

const struct waiting *waiting_add(struct waiting_ring *ring, const struct request *request,
                                  const struct decider_answer *answer, struct owned *owned,
                                  struct str record)
{
    assert(waiting_count(ring) < WAITING_MAX);
    struct waiting *waiting = &ring->items[ring->end++ % WAITING_MAX];
    *waiting = (struct waiting){ .request = *request, .answer = *answer, .owned = owned };
    if (record.size > 0) {
        char *copy = mem_alloc(record.size);
        memcpy(copy, record.data, record.size);
        waiting->record = (struct str){ copy, record.size };
    }
    return waiting;
}

const struct waiting *waiting_first(const struct waiting_ring *ring)
{
    assert(waiting_count(ring) > 0);
    return &ring->items[ring->begin % WAITING_MAX];
}

static const struct waiting *waiting_pop(struct waiting_ring *ring)
{
    const struct waiting *first = waiting_first(ring);
    ring->begin++;
    mem_free((void *)(uintptr_t)first->record.data);
    return first;
}

void waiting_answer_first(struct waiting_ring *ring)
{
    do {
        const struct waiting *first = waiting_pop(ring);
        request_answer(&first->request, &first->answer);
    } while (waiting_count(ring) > 0 && waiting_first(ring)->record.size == 0);
}

void waiting_refuse_all(struct waiting_ring *ring, struct status why)
{
    while (waiting_count(ring) > 0) {
        request_refuse(&waiting_pop(ring)->request, why);
    }
}
