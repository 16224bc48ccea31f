/* What is decided and goes to the log as one unit: each command with its decision. */
#ifndef WRITERS_EMBEDDED_BATCH_H
#define WRITERS_EMBEDDED_BATCH_H

#include "core/evlog/evlog.h"
#include "writers/embedded/unconfirmed.h"

enum { BATCH_MAX = 256 }; /* commands */

/* What a completion is about: the token of an item. */
enum batch_token { BATCH_COMMAND = 0, BATCH_DECISION = 1 };

struct batch {
    struct evlog_item items[2 * BATCH_MAX];
    size_t items_count;
    size_t size; /* bytes of keys and values */
};

/* Adds a command and its decision, which stay where they are until the answer is given. There must
 * be room. */
void batch_add(struct batch *batch, const struct unconfirmed *unconfirmed);

#endif
