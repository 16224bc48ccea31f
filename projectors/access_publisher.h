/* The publisher of access: tells everybody who gained or lost what (proto/agency/v1/stream.proto,
 * AccessEvent), in order, at least once. It follows the events that are published, and works out
 * what each decision changed from the stores on a shelf. Where to go on is found in the log: the
 * last AccessEvent of a partition says it, and nothing else is kept.
 *
 * It waits for brokers and disks, so it has a thread of its own. Order: access_publisher_open;
 * access_publisher_step again and again; access_publisher_close. */
#ifndef PROJECTORS_ACCESS_PUBLISHER_H
#define PROJECTORS_ACCESS_PUBLISHER_H

#include "core/evlog/opener.h"
#include "core/model/shelf.h"

struct access_publisher_options {
    struct evlog_opener opener;
    struct evlog_reporter reporter; /* of trouble, and that it is over */
    struct shelf *shelf;            /* borrowed */
    uint32_t partitions_count;
    /* Whether this process publishes the events of a partition now: then it tells access, too. Two
     * that do for a moment say the same twice. */
    bool (*serves)(void *context, uint32_t partition);
    void *context;
};

struct access_publisher;

struct access_publisher *access_publisher_open(const struct access_publisher_options *options);
/* Drops what is under way: it is told again by whoever goes on. NULL is fine. */
void access_publisher_close(struct access_publisher *publisher);

/* Tells what there is, a bounded number of decisions; waits up to `wait_us` where there is nothing.
 * Trouble is reported and tried again. */
void access_publisher_step(struct access_publisher *publisher, int64_t wait_us);
/* All of a partition up to this sequence is told and acknowledged, as far as it has looked. */
uint64_t access_publisher_told(const struct access_publisher *publisher, uint32_t partition);

#endif
