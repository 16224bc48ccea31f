/* The publisher: publishes what is decided, for everybody: outcomes, by which clients of a shared
 * log get their answers, and events (proto/agency/v1/stream.proto), in order, at least once. It
 * keeps nothing but what it publishes: where to go on stands beside the last record
 * (checkpoint.h).
 *
 * It works in the thread that owns the partitions and never blocks; what waits for brokers runs on
 * a small thread of its own (checkpoint_finder.h). A record is published when the partition has
 * taken it: the store may have it later.
 *
 * Order: publisher_open; publisher_step for each partition, whenever it has taken something, when
 * publisher_descriptor is readable, and each second; publisher_close. */
#ifndef PROJECTORS_PUBLISHER_H
#define PROJECTORS_PUBLISHER_H

#include "core/base/clock.h"
#include "core/evlog/opener.h"
#include "core/model/partition.h"

struct publisher_options {
    struct evlog_opener opener;     /* for the publisher to append, and for its finder to read, in a
                                       thread of its own */
    struct evlog_reporter reporter; /* a partition is no longer published, or again */
    struct clock clock;
    uint32_t partitions_count; /* of the log */
    uint32_t level_known;
    uint64_t publisher;          /* random: tells the records of this process from others' */
    uint32_t rank;               /* of a standby, from 0 */
    int64_t election_timeout_us; /* T: a standby publishes when there were answers to publish, but
                           nobody did for T(1+rank), and stops when it sees that somebody else does;
                           0: never */
};

struct publisher;

/* Gives the publisher; it opens the log when there is something to publish. UNAVAILABLE: no thread.
 */
MUST_USE struct status publisher_open(const struct publisher_options *options,
                                      struct publisher **publisher);
/* Drops what is under way: it is published again by whoever goes on. NULL is fine. */
void publisher_close(struct publisher *publisher);

/* The partition has taken this record, the next one of its decisions; `head` is that of its chain
 * behind it (NULL: not known). Who tells of each spares the publisher from reading and hashing them
 * again; it reads what it was not told of. */
void publisher_offer(struct publisher *publisher, uint32_t partition, uint64_t offset,
                     struct str value, const struct hash *head);
/* Publishes what the partition has taken, as far as it can without waiting. `serving`: publish in
 * any case, since this process decides the partition or is the one meant to publish; else it is a
 * standby. A partition is only read, and only during the call. Trouble is reported, and tried
 * again: at once where time may help, after a minute where a person may. */
void publisher_step(struct publisher *publisher, struct partition *partition, bool serving);
/* Readable when a step can do something. */
int publisher_descriptor(const struct publisher *publisher);

/* A partition as of now. */
struct publisher_status {
    bool publishing;
    uint64_t sequence;     /* all up to this one is published and acknowledged */
    struct status trouble; /* OK: none */
};
struct publisher_status publisher_status(const struct publisher *publisher, uint32_t partition);
/* Outcomes and events published by this process. */
uint64_t publisher_published(const struct publisher *publisher);

#endif
