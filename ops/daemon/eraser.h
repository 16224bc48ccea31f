/* The thread of an agencyd that destroys the keys of what was erased, in whatever process: it
 * follows the stores that are shown here. */
#ifndef OPS_DAEMON_ERASER_H
#define OPS_DAEMON_ERASER_H

#include "core/base/diag.h"
#include "core/keyring/keyring.h"
#include "core/model/shelf.h"

struct eraser_options {
    const struct keyring *keyring; /* borrowed, like the next */
    struct shelf *shelf;
    uint32_t partitions_count;
    struct diag *diag;
};

struct eraser;

/* Starts it. UNAVAILABLE: no more threads. Gives NULL where there is no keyring. */
MUST_USE struct status eraser_open(const struct eraser_options *options, struct eraser **eraser);
/* NULL is fine. */
void eraser_close(struct eraser *eraser);

#endif
