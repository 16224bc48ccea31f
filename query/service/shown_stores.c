#include "query/service/shown_stores.h"

#include "core/base/memory.h"
#include "core/domain/kernel/expression.h"
#include "core/evlog/record.h"

/* What is kept from question to question: above it all is forgotten. */
enum { SHOWN_POSITION_SIZE_MAX = 1 << 20, SHOWN_KEPT_MAX = 8 << 20 };

void shown_stores_init(struct shown_stores *stores, struct shelf *shelf, uint32_t partitions_count)
{
    *stores = (struct shown_stores){ .shelf = shelf, .partitions_count = partitions_count };
    stores->items = mem_zalloc(partitions_count, sizeof *stores->items);
    stores->expressions = expressions_new();
    for (uint32_t i = 0; i < partitions_count; i++) {
        arena_init(&stores->items[i].arena, SHOWN_POSITION_SIZE_MAX);
    }
}

static void shown_stores_close(struct shown_stores *stores, uint32_t number)
{
    struct shown_store *item = &stores->items[number];
    stored_release(&item->latest);
    item->latest = (struct stored){ 0 };
    if (item->reader != NULL) {
        shelf_close(stores->shelf, number, item->reader);
        item->reader = NULL;
    }
}

void shown_stores_rest(struct shown_stores *stores)
{
    for (uint32_t i = 0; i < stores->partitions_count; i++) {
        shown_stores_close(stores, i);
    }
}

void shown_stores_release(struct shown_stores *stores)
{
    shown_stores_rest(stores);
    for (uint32_t i = 0; i < stores->partitions_count; i++) {
        arena_release(&stores->items[i].arena);
    }
    mem_free(stores->items);
    expressions_free(stores->expressions);
}

/* A store that was never written has no position, and nothing to be asked about. */
static struct status shown_stores_read_position(struct shown_store *item)
{
    struct store_row row;
    arena_reset(&item->arena);
    item->position = (struct position){ 0 };
    TRY(store_position(item->reader, &item->arena, &row));
    return row.found ? position_decode(row.value, FORMAT_LEVEL, &item->position) : status_ok();
}

/* The version is looked at before the reader is opened: what is written meanwhile is seen twice,
 * never missed. */
static struct status shown_stores_renew(struct shown_stores *stores, uint32_t number)
{
    struct shown_store *item = &stores->items[number];
    uint64_t version = shelf_version(stores->shelf, number);
    if (item->reader != NULL && item->version == version) {
        return status_ok();
    }
    shown_stores_close(stores, number);
    TRY(shelf_open(stores->shelf, number, &item->reader));
    item->version = version;
    struct status st = shown_stores_read_position(item);
    if (st.code != STATUS_OK) {
        shown_stores_close(stores, number);
    }
    return st;
}

/* The owner gives his word after what it is about was written: so it is asked for first. */
static struct status shown_stores_open(void *self, uint32_t partition, struct moment_ask *ask,
                                       struct store_reader **reader,
                                       const struct position **position)
{
    struct shown_stores *stores = self;
    ask->closed_us = shelf_closed_time(stores->shelf);
    TRY(shown_stores_renew(stores, partition));
    *reader = stores->items[partition].reader;
    *position = &stores->items[partition].position;
    return status_ok();
}

static struct stored *shown_stores_latest(void *self, uint32_t partition)
{
    struct shown_stores *stores = self;
    struct shown_store *item = &stores->items[partition];
    assert(item->reader != NULL);
    if (item->latest.reader == NULL || item->latest.arena.used > SHOWN_KEPT_MAX) {
        stored_release(&item->latest);
        stored_init(&item->latest, item->reader, STORE_LATEST, SHOWN_ENTITIES_MEMORY_MAX);
    }
    return &item->latest;
}

struct stores shown_stores_port(struct shown_stores *stores)
{
    return (struct stores){ stores, stores->partitions_count, shown_stores_open,
                            shown_stores_latest, stores->expressions };
}
