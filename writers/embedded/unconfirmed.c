/* A repeat of a command that waits itself has no record: it is answered with the one before it,
 * which is the one that it repeats or a later one, so an answer never tells of what the log may
 * not have. */
#include "writers/embedded/unconfirmed.h"

#include "core/base/memory.h"

void unconfirmed_init(struct unconfirmed_ring *ring)
{
    *ring = (struct unconfirmed_ring){ .items = mem_zalloc(UNCONFIRMED_MAX, sizeof *ring->items) };
}

void unconfirmed_release(struct unconfirmed_ring *ring)
{
    assert(unconfirmed_count(ring) == 0);
    mem_free(ring->items);
    *ring = (struct unconfirmed_ring){ 0 };
}

const struct unconfirmed *unconfirmed_add(struct unconfirmed_ring *ring,
                                          const struct request *request,
                                          const struct submit_answer *answer, struct leader *leader,
                                          struct str record)
{
    assert(unconfirmed_count(ring) < UNCONFIRMED_MAX);
    struct unconfirmed *unconfirmed = &ring->items[ring->end++ % UNCONFIRMED_MAX];
    *unconfirmed = (struct unconfirmed){ .leader = leader };
    if (request != NULL) {
        unconfirmed->request = *request;
        unconfirmed->answer = *answer;
    }
    if (record.size > 0) {
        char *copy = mem_alloc(record.size);
        memcpy(copy, record.data, record.size);
        unconfirmed->record = (struct str){ copy, record.size };
        unconfirmed->head = leader->decider.chain.head;
    }
    return unconfirmed;
}

const struct unconfirmed *unconfirmed_first(const struct unconfirmed_ring *ring)
{
    assert(unconfirmed_count(ring) > 0);
    return &ring->items[ring->begin % UNCONFIRMED_MAX];
}

static const struct unconfirmed *unconfirmed_pop(struct unconfirmed_ring *ring)
{
    const struct unconfirmed *first = unconfirmed_first(ring);
    ring->begin++;
    mem_free((void *)(uintptr_t)first->record.data);
    return first;
}

static void unconfirmed_answer(const struct unconfirmed *unconfirmed)
{
    if (unconfirmed->request.done != NULL) {
        request_answer(&unconfirmed->request, &unconfirmed->answer);
    }
}

void unconfirmed_answer_first(struct unconfirmed_ring *ring)
{
    do {
        const struct unconfirmed *first = unconfirmed_pop(ring);
        unconfirmed_answer(first);
    } while (unconfirmed_count(ring) > 0 && unconfirmed_first(ring)->record.size == 0);
}

void unconfirmed_fail_all(struct unconfirmed_ring *ring, struct status why)
{
    while (unconfirmed_count(ring) > 0) {
        const struct unconfirmed *first = unconfirmed_pop(ring);
        if (first->request.done != NULL) {
            request_fail(&first->request, why);
        }
    }
}
