/* What the files of evlog_mem share: the log's inside. Everything below is guarded by its lock. */
#ifndef CORE_EVLOG_EVLOG_MEM_IMPL_H
#define CORE_EVLOG_EVLOG_MEM_IMPL_H

#include <pthread.h>

#include "core/evlog/evlog_mem.h"

/* A record, with its bytes behind it: the key, the value, then the headers'. */
struct evlog_mem_entry {
    struct evlog_mem_entry *older; /* made before it: all are freed together */
    int64_t time_us;
    bool damaged;
    size_t key_size;
    size_t value_size;
    struct evlog_header headers[EVLOG_HEADERS_MAX]; /* borrow from `bytes` */
    size_t headers_count;
    char bytes[];
};

struct evlog_mem_partition {
    struct evlog_mem_entry **entries;
    uint64_t begin;
    uint64_t end;
    uint64_t cap;
};

struct evlog_mem_item {
    enum evlog_stream stream;
    uint32_t partition;
    uint64_t token;
    struct evlog_mem_entry *entry;
};

struct evlog_mem_unit {
    struct evlog_mem_handle *handle; /* NULL once it is broken or closed */
    struct evlog_mem_item *items;
    size_t items_count;
    struct evlog_mem_unit *next;
};

struct evlog_mem_handle {
    struct evlog log; /* first: a handle is its log */
    struct evlog_mem *mem;
    struct evlog_mem_handle *next;
    bool read_only;
    bool broken;
    int descriptor;
    struct evlog_completion *completions; /* a ring is not worth it: shifted on poll */
    size_t completions_count;
    size_t pending_count; /* records offered, completion not yet polled */
};

struct evlog_mem_follow {
    bool followed;
    uint64_t position;
};

struct evlog_mem_reader {
    struct evlog_reader reader; /* first: a reader is its port */
    struct evlog_mem *mem;
    struct evlog_mem_reader *next;
    enum evlog_stream stream;
    uint32_t partitions_count;
    int descriptor;
    uint32_t turn; /* the partition to begin with, so that a busy one cannot starve the others */
    struct evlog_mem_follow *follows;
};

struct evlog_mem {
    pthread_mutex_t lock;
    struct evlog_identity identity;
    enum evlog_mem_kind kind;
    bool draft;
    struct evlog_mem_partition *partitions[EVLOG_STREAMS];
    struct evlog_mem_handle *handles;
    struct evlog_mem_reader *readers;
    struct evlog_mem_unit *held;
    struct evlog_mem_entry *newest;
    int64_t now_us;
    long fail_countdown;
    bool failed;
    long fate_countdown;
    enum evlog_mem_fate fate_once;
    enum evlog_mem_fate fate_always;
};

void evlog_mem_lock(struct evlog_mem *mem);
void evlog_mem_unlock(struct evlog_mem *mem);

/* Counts a call of the port; UNAVAILABLE when it is the one to fail. */
MUST_USE struct status evlog_mem_call(struct evlog_mem *mem);

/* An event descriptor: rung, it is readable until silenced. */
int evlog_mem_bell(void);
void evlog_mem_ring(int bell);
void evlog_mem_silence(int bell);

/* Ends the life of a unit that is not among the held ones (any more); takes it. */
void evlog_mem_settle(struct evlog_mem *mem, struct evlog_mem_unit *unit, enum evlog_mem_fate fate);

/* The port's reader_open. */
MUST_USE struct status evlog_mem_reader_open(struct evlog *log, enum evlog_stream stream,
                                             struct evlog_reader **reader);

#endif
