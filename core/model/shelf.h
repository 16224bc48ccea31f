/* Stores on show: whoever keeps the stores of partitions up with the log (a leader, a replica, a
 * projector) puts them here, and other threads read them meanwhile. What is read is at most one
 * write old; the store itself says up to where it is. */
#ifndef CORE_MODEL_SHELF_H
#define CORE_MODEL_SHELF_H

#include "core/store/store.h"

struct shelf;

/* For so many partitions. Gives it. */
struct shelf *shelf_new(uint32_t partitions_count);
/* Nothing may be on it. NULL is fine. */
void shelf_free(struct shelf *shelf);

/* ---- for owners of stores; any thread ---- */

/* Shows a store, which is borrowed until shelf_take. */
void shelf_put(struct shelf *shelf, uint32_t number, struct store *store);
/* There is more in it. Nothing, where none is shown. */
void shelf_written(struct shelf *shelf, uint32_t number);
/* Takes the store away: returns when nobody reads it any more. Nothing, where none is shown. */
void shelf_take(struct shelf *shelf, uint32_t number);
/* The owner's word for all partitions, as closed_time.h has it. */
void shelf_set_closed_time(struct shelf *shelf, int64_t time_us);

/* ---- for readers; any thread ---- */

/* A number that changes when a reader opened now would see something else. Whoever keeps a reader
 * closes it soon after that: an owner may be waiting for it. */
uint64_t shelf_version(const struct shelf *shelf, uint32_t number);
/* Opens a reader, to be closed by shelf_close. UNAVAILABLE: the partition is not shown, now or in
 * this process. */
MUST_USE struct status shelf_open(struct shelf *shelf, uint32_t number,
                                  struct store_reader **reader);
void shelf_close(struct shelf *shelf, uint32_t number, struct store_reader *reader);
/* The last word given; 0: none. */
int64_t shelf_closed_time(const struct shelf *shelf);

#endif
