/* A versioned key-value store that knows nothing of the domain: every read can be asked as of any
 * past version. Keys and values are bytes; a version is a number that never falls for one key (the
 * org_sequence of the decision that wrote it). Reading and writing are different types: whoever
 * holds a reader cannot write.
 *
 * A store is a cache of the log and may be deleted at any time. Every status of store_open but OK
 * and UNAVAILABLE means: destroy it and fold the log again. */
#ifndef CORE_STORE_STORE_H
#define CORE_STORE_STORE_H

#include "core/base/arena.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/base/str.h"

/* What a key's family keeps. Numbers are for ever: they stand in stores. */
enum store_family {
    STORE_META = 1,         /* the store's own; no history, not versioned */
    STORE_ENTITY = 2,       /* history; counted in the state root */
    STORE_INDEX = 3,        /* history; rows come and go */
    STORE_INDEX_LATEST = 4, /* no history: reads as of a past version are not offered */
    STORE_APPEND = 5,       /* no history, not versioned; rows are only added, and
                               some forgotten */
};

/* As of now, for `as_of`. */
#define STORE_LATEST UINT64_MAX

struct store;
struct store_reader;
struct store_writer;

/* Whether an appended row is of no use any more, so that it may go, some time; called by threads of
 * the store, with `self`. Whoever reads must not care whether it has gone. */
struct store_forgets {
    bool (*row)(void *self, struct str key, struct str value); /* NULL: none ever is */
    void *self;
};

struct store_options {
    const char *path;      /* folder of the store; its parent must exist */
    const char *secondary; /* NULL: own the store. Else read it beside its owner, who may be
                              running; a private folder for this reader's own files */
    uint64_t cache_size;   /* bytes of decompressed blocks; 0: 32 MiB */
    uint32_t fold_version; /* of the code that makes the changes; another one there is refused */
    bool knows_absent;     /* keep a filter of all keys in memory: for one who asks mostly for what
                              is not there */
    bool create;           /* make an empty store where there is none */
    size_t durable_min;    /* changes from which a batch is written to disk at once, as a file of
                              its own, which is cheaper for many; 0: 100,000, or 50,000 with
                              knows_absent */
    struct store_forgets forgets; /* appended rows that may go */
};

/* Opens a store; gives it. NOT_FOUND: there is none. DATA_LOSS: damaged or unreadable.
 * FAILED_PRECONDITION: of another format or fold_version. UNAVAILABLE: somebody else owns it, or
 * the disk refuses; try again. */
MUST_USE struct status store_open(const struct store_options *options, struct store **store);
/* The same store in memory: for tests, and for what is not worth a folder. Gives it. */
struct store *store_mem_new(void);
/* A store in memory on top of `under`, which it borrows and never writes: reads see the union.
 * `under` must not be caught up while this one is open. Gives it. */
struct store *store_layer_new(struct store *under);
/* NULL is fine. No reader or writer may be open. What was not flushed is lost, as in a crash: the
 * position says so at the next start. */
void store_close(struct store *store);
/* Deletes the folder of a closed store. */
MUST_USE struct status store_destroy(const char *path);

/* Makes all writes so far survive a crash; not while store_write runs. The caller does it each
 * minute or 40,000 decisions; much that lies in memory is flushed by itself. */
MUST_USE struct status store_flush(struct store *store);
/* A secondary sees what its owner has flushed by now. No reader may be open. */
MUST_USE struct status store_catch_up(struct store *store);
/* For tests: the n-th operation from now on (0 = the next) of a store in memory fails; -1 = none.
 */
void store_mem_fail_at(struct store *store, long n);
/* Whether that operation has come. */
bool store_mem_failed(struct store *store);

/* A reader sees one moment of the whole store until it is closed. One thread at a time. */
MUST_USE struct status store_reader_open(struct store *store, struct store_reader **reader);
void store_reader_close(struct store_reader *reader); /* NULL is fine */

struct store_row {
    bool found; /* false: nothing else is set */
    struct str key;
    struct str value;
    uint64_t since; /* the version that wrote it; 0 where the family is not versioned */
};

/* The value of `key` as of a version; `row->value` is copied into the arena, `row->key` is the
 * caller's. Absence is not an error. */
MUST_USE struct status store_get(struct store_reader *reader, struct arena *arena,
                                 enum store_family family, struct str key, uint64_t as_of,
                                 struct store_row *row);
/* The same for many keys, which need no order; one row for each. */
MUST_USE struct status store_multi_get(struct store_reader *reader, struct arena *arena,
                                       enum store_family family, const struct str *keys,
                                       size_t keys_count, uint64_t as_of, struct store_row *rows);
/* The position of the last write; `found` is false in a new store. */
MUST_USE struct status store_position(struct store_reader *reader, struct arena *arena,
                                      struct store_row *row);

/* Where a scan starts and what it sees. Families with history need keys of which none is the
 * beginning of another (store/key.h makes such). */
struct store_range {
    struct str prefix; /* all rows begin with it */
    struct str start;  /* first key of the scan; empty: the end of the prefix where it begins */
    bool after_start;  /* `start` itself is left out: it was the last row of the page before */
    bool descending;   /* from high keys to low ones; latest only */
    bool last_part;    /* keys of STORE_INDEX of which all but the last part are the prefix: that
                          there is none is then found without a search; latest only, no start */
    uint64_t as_of;
    size_t dead_max; /* keys on the way that were gone then, or not there yet, each of which costs
                        as much as a row; 0: any number */
};

struct store_scan;
/* Rows in the order of their keys. Gives a scan, to be closed before its reader. */
MUST_USE struct status store_scan_open(struct store_reader *reader, enum store_family family,
                                       const struct store_range *range, struct store_scan **scan);
/* The next row, borrowed until the next call; `row->found` is false behind the last.
 * RESOURCE_EXHAUSTED: more than `dead_max` keys on the way had no row then. */
MUST_USE struct status store_scan_next(struct store_scan *scan, struct store_row *row);
/* How many keys had none so far. */
size_t store_scan_dead(const struct store_scan *scan);
void store_scan_close(struct store_scan *scan); /* NULL is fine */

/* One value that a key had, from version `since` until just before version `until`. */
struct store_version {
    bool found;
    uint64_t since;
    uint64_t until; /* STORE_LATEST: it still has it */
    struct str value;
};

struct store_history;
/* All values that a key of a family with history had, the newest first, those with `since` below
 * `before` only (STORE_LATEST: all). Gives a history, to be closed before its reader. */
MUST_USE struct status store_history_open(struct store_reader *reader, enum store_family family,
                                          struct str key, uint64_t before,
                                          struct store_history **history);
/* The next older one, borrowed until the next call. */
MUST_USE struct status store_history_next(struct store_history *history,
                                          struct store_version *version);
void store_history_close(struct store_history *history); /* NULL is fine */

struct store_change {
    enum store_family family; /* but STORE_META */
    bool is_delete;
    struct str key;
    struct str value;
    uint64_t version; /* at least that of every earlier change of the key */
};

/* The one writer of a store. Gives it; FAILED_PRECONDITION for a secondary. */
MUST_USE struct status store_writer_open(struct store *store, struct store_writer **writer);
/* Flushes what was written, if the disk takes it. NULL is fine. */
void store_writer_close(struct store_writer *writer);
/* Applies changes in their order and the position, all or nothing; readers see them from the next
 * store_reader_open on. Several changes of one key are welcome. After an error nothing has changed;
 * the writer may go on. INTERNAL: a version below that of the stored row. */
MUST_USE struct status store_write(struct store_writer *writer, const struct store_change *changes,
                                   size_t changes_count, struct str position);

/* The state root over all rows of STORE_ENTITY, as kept by the writer, and how many there are. */
MUST_USE struct status store_root(struct store_reader *reader, struct hash *root, uint64_t *count);
/* Computes the root again from the rows. DATA_LOSS when it is not the one kept; says in which 256th
 * part of the keys, where it can. */
MUST_USE struct status store_verify_root(struct store_reader *reader, struct hash *root,
                                         uint64_t *count);

/* Compares all rows of two stores, histories included, but not STORE_META. DATA_LOSS names the
 * first that is not the same in both. */
MUST_USE struct status store_compare(struct store_reader *first, struct store_reader *second);

#endif
