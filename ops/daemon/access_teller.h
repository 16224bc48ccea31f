/* The publisher of access with a thread of its own. */
#ifndef OPS_DAEMON_ACCESS_TELLER_H
#define OPS_DAEMON_ACCESS_TELLER_H

#include <stdatomic.h>

#include "core/evlog/opener.h"
#include "core/model/shelf.h"

struct access_teller_options {
    struct evlog_opener opener;
    struct evlog_reporter reporter; /* called in its thread */
    struct shelf *shelf;            /* borrowed */
    uint32_t partitions_count;
    const _Atomic uint64_t *published; /* by partition, up to which sequence this process publishes
                                          its events; 0: it does not */
};

struct access_teller;

/* Gives it. UNAVAILABLE: no thread. */
MUST_USE struct status access_teller_open(const struct access_teller_options *options,
                                          struct access_teller **teller);
/* Waits for what it does at the time. NULL is fine. */
void access_teller_close(struct access_teller *teller);

#endif
