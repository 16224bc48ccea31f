/* A log in memory, for tests: several handles on one log, each record with the fate that the test
 * chooses: written, written twice, lost, held back to appear later. Thread-safe as the port says;
 * the test's own calls (evlog_mem_...) may come from any thread. */
#ifndef CORE_EVLOG_EVLOG_MEM_H
#define CORE_EVLOG_EVLOG_MEM_H

#include "core/evlog/evlog.h"

struct evlog_mem;

enum evlog_mem_kind {
    EVLOG_MEM_EXCLUSIVE, /* as evlog_local: one writer, atomic appends, no clock */
    EVLOG_MEM_SHARED,    /* as evlog_kafka: any number of writers, each record alone, a clock */
};

/* What happens to a unit: an append of an exclusive log, a record of a shared one. After an unknown
 * one its handle is broken, and all that it has pending is unknown too. */
enum evlog_mem_fate {
    EVLOG_MEM_WRITE,         /* written and acknowledged */
    EVLOG_MEM_WRITE_TWICE,   /* written twice, the first acknowledged */
    EVLOG_MEM_WRITE_UNKNOWN, /* written, but the handle learns "unknown" */
    EVLOG_MEM_LOSE_UNKNOWN,  /* not written; the handle learns "unknown" */
    EVLOG_MEM_HOLD,          /* under way until evlog_mem_deliver */
};

/* An empty log. Give it back with evlog_mem_free, after all its handles are closed. */
struct evlog_mem *evlog_mem_new(const struct evlog_identity *identity, enum evlog_mem_kind kind);
/* The same, but its handles say that it is a draft, until one of them finishes it. */
struct evlog_mem *evlog_mem_new_draft(const struct evlog_identity *identity,
                                      enum evlog_mem_kind kind);
void evlog_mem_free(struct evlog_mem *mem);
/* Opens a handle. FAILED_PRECONDITION: an exclusive log has a writer already. */
MUST_USE struct status evlog_mem_open(struct evlog_mem *mem, bool read_only, struct evlog **log);

/* The n-th call of the port from now on (0 = the next; close is not counted) gives UNAVAILABLE and
 * does nothing; -1 = none. A failing poll breaks its handle. */
void evlog_mem_fail_at(struct evlog_mem *mem, long n);
/* Whether that call has come. */
bool evlog_mem_failed(struct evlog_mem *mem);

/* The fate of the n-th unit from now on (0 = the next); it replaces the one set before. */
void evlog_mem_fate_at(struct evlog_mem *mem, long n, enum evlog_mem_fate fate);
/* The fate of all others; EVLOG_MEM_WRITE in the beginning. */
void evlog_mem_fate_always(struct evlog_mem *mem, enum evlog_mem_fate fate);
/* Units under way, oldest first; those of broken and closed handles stay and can arrive late. */
size_t evlog_mem_held_count(struct evlog_mem *mem);
/* Where the (first) record of the index-th held unit goes. */
enum evlog_stream evlog_mem_held_stream(struct evlog_mem *mem, size_t index);
/* Ends the wait of the index-th held unit; any fate but EVLOG_MEM_HOLD. */
void evlog_mem_deliver(struct evlog_mem *mem, size_t index, enum evlog_mem_fate fate);

/* The log's clock from now on. Only a shared log has one; it stands at 0 until set. */
void evlog_mem_set_time(struct evlog_mem *mem, int64_t now_us);
/* Drops the records below `begin`, as retention does. */
void evlog_mem_trim(struct evlog_mem *mem, enum evlog_stream stream, uint32_t partition,
                    uint64_t begin);
/* Loses the records from `end` on, as a disk does that lied about a sync. */
void evlog_mem_cut(struct evlog_mem *mem, enum evlog_stream stream, uint32_t partition,
                   uint64_t end);
/* Damages a record: reading it is DATA_LOSS. */
void evlog_mem_damage(struct evlog_mem *mem, enum evlog_stream stream, uint32_t partition,
                      uint64_t offset);

#endif
