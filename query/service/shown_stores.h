/* The stores of a shelf as a port for questions: one for each thread that answers. Readers are kept
 * until there is more to see, or until the thread rests. */
#ifndef QUERY_SERVICE_SHOWN_STORES_H
#define QUERY_SERVICE_SHOWN_STORES_H

#include "core/model/position.h"
#include "core/model/shelf.h"
#include "query/stores.h"

/* Bytes of decoded entities that one question may take. */
enum { SHOWN_ENTITIES_MEMORY_MAX = 256 << 20 };

struct shown_store {
    struct store_reader *reader; /* NULL: none is kept */
    uint64_t version;            /* of the shelf when it was opened */
    struct position position;
    struct arena arena;   /* of the position */
    struct stored latest; /* what questions have read of it; its reader is NULL: nothing */
};

struct shown_stores {
    struct shelf *shelf; /* borrowed */
    uint32_t partitions_count;
    struct shown_store *items; /* by partition */
    struct expressions *expressions;
};

void shown_stores_init(struct shown_stores *stores, struct shelf *shelf, uint32_t partitions_count);
/* A zeroed one is fine. */
void shown_stores_release(struct shown_stores *stores);
/* Closes all readers: their owners may be waiting for that. What was read is invalid. */
void shown_stores_rest(struct shown_stores *stores);

/* Valid until released. */
struct stores shown_stores_port(struct shown_stores *stores);

#endif
