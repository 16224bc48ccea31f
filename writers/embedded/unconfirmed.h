/* What is decided and waits for the log, in the order of the append: a bounded ring. One thread. */
#ifndef WRITERS_EMBEDDED_UNCONFIRMED_H
#define WRITERS_EMBEDDED_UNCONFIRMED_H

#include "writers/embedded/leader.h"
#include "writers/request.h"

/* What is decided but not answered: a few syncs' worth. */
enum { UNCONFIRMED_MAX = 4096 };

struct unconfirmed {
    struct request request; /* without `done`: nobody waits for the record */
    struct submit_answer answer;
    struct leader *leader;
    struct hash head;  /* of the chain with the record */
    struct str record; /* owned; empty for a repeat of a command that waits itself */
};

struct unconfirmed_ring {
    struct unconfirmed *items;
    uint64_t begin;
    uint64_t end;
};

void unconfirmed_init(struct unconfirmed_ring *ring);
/* Nothing may wait. A zeroed one is fine. */
void unconfirmed_release(struct unconfirmed_ring *ring);

static inline size_t unconfirmed_count(const struct unconfirmed_ring *ring)
{
    return (size_t)(ring->end - ring->begin);
}

/* Takes the request (NULL with the answer: nobody waits for the record), copies the record; there
 * must be room. Gives the entry, valid until it is
 * answered. */
const struct unconfirmed *unconfirmed_add(struct unconfirmed_ring *ring,
                                          const struct request *request,
                                          const struct submit_answer *answer, struct leader *leader,
                                          struct str record);
/* The one that was appended first. */
const struct unconfirmed *unconfirmed_first(const struct unconfirmed_ring *ring);
/* Answers the first, and the repeats behind it that waited for it. */
void unconfirmed_answer_first(struct unconfirmed_ring *ring);
void unconfirmed_fail_all(struct unconfirmed_ring *ring, struct status why);

#endif
