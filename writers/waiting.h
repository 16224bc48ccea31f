/* What is decided and waits for the log, in the order of the append: a bounded ring. One thread. */
#ifndef WRITERS_WAITING_H
#define WRITERS_WAITING_H

#include "writers/owned.h"
#include "writers/request.h"

/* Commands decided but not answered: a few syncs' worth. */
enum { WAITING_MAX = 4096 };

struct waiting {
    struct request request;
    struct decider_answer answer;
    struct owned *owned;
    struct str record; /* owned; empty for a repeat of a command that waits itself */
};

struct waiting_ring {
    struct waiting *items;
    uint64_t begin;
    uint64_t end;
};

void waiting_init(struct waiting_ring *ring);
/* Nothing may wait. A zeroed one is fine. */
void waiting_release(struct waiting_ring *ring);

static inline size_t waiting_count(const struct waiting_ring *ring)
{
    return (size_t)(ring->end - ring->begin);
}

/* Takes the request, copies the record; there must be room. Gives the entry, valid until it is
 * answered. */
const struct waiting *waiting_add(struct waiting_ring *ring, const struct request *request,
                                  const struct decider_answer *answer, struct owned *owned,
                                  struct str record);
/* The one that was appended first. */
const struct waiting *waiting_first(const struct waiting_ring *ring);
/* Answers the first, and the repeats behind it that waited for it. */
void waiting_answer_first(struct waiting_ring *ring);
void waiting_refuse_all(struct waiting_ring *ring, struct status why);

#endif
