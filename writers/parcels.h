/* Commands on their way over a log that others decide, until they are answered. Not thread-safe. */
#ifndef WRITERS_PARCELS_H
#define WRITERS_PARCELS_H

#include "core/base/limits.h"
#include "core/evlog/evlog.h"
#include "writers/request.h"

/* Commands without an answer. */
enum { PARCELS_MAX = 4096 };

/* A command on its way. */
struct parcel {
    struct request request;
    char command_id[ID_SIZE_MAX + 1];
    uint64_t offset;               /* among the commands; EVLOG_OFFSET_UNKNOWN: not acknowledged */
    uint64_t refused_offset;       /* a refusal that came before the acknowledgement; */
    struct decider_answer refusal; /* it counts if it is of the same offset */
    int64_t until_us;              /* monotonic: it is answered by then */
    int64_t ask_us;                /* monotonic: when to ask what became of it, */
    int64_t ask_wait_us;           /* how long after the time before, */
    uint32_t asked;                /* and how often that was */
    bool answered;
};

/* A ring by number; those before `first` are all answered. */
struct parcels {
    struct parcel *ring;
    uint64_t first, sent, next; /* numbers: unanswered from, sent before, taken before */
};

void parcels_init(struct parcels *parcels);
void parcels_release(struct parcels *parcels);

/* The parcel of a number, from first on. */
struct parcel *parcels_at(const struct parcels *parcels, uint64_t number);
/* Takes one more; there must be room. */
void parcels_add(struct parcels *parcels, const struct parcel *parcel);
/* Answers a parcel. */
void parcels_answer(struct parcels *parcels, struct parcel *parcel,
                    const struct decider_answer *answer);

/* What was sent of an org's command and is not answered; NULL: none. */
struct parcel *parcels_find(const struct parcels *parcels, uint32_t partition, const char *org_id,
                            const char *command_id);
/* What lies at an offset of the commands and is not answered; NULL: none. */
struct parcel *parcels_find_at(const struct parcels *parcels, uint32_t partition, uint64_t offset);

#endif
