/* A partition of the log as state: a store, what is folded on top of it, and up to where. Deciders,
 * projectors, rebuilds, verifiers and readers beside an owner all stand on it.
 *
 * Order: partition_open; then records in the log's order by partition_take (or partition_pass),
 * writing with partition_write whenever partition_due says so and before questions are asked of the
 * store; partition_close. One thread, but for partition_store. */
#ifndef CORE_MODEL_PARTITION_H
#define CORE_MODEL_PARTITION_H

#include <pthread.h>

#include "core/evlog/evlog.h"
#include "core/model/fold.h"
#include "core/model/position.h"
#include "core/model/repeats.h"
#include "core/model/shelf.h"
#include "core/model/stored.h"

/* A batch is written at the latest after this many decisions or bytes; and flushed to disk after
 * this many decisions, or when the caller says so (every 60 s). */
enum {
    PARTITION_BATCH_MAX = 1 << 17,
    PARTITION_BATCH_SIZE_MAX = 64 << 20,
    PARTITION_FLUSH_MAX = 40000,
};

/* Whether a batch ends at this sequence wherever the log is folded: its root is remembered, and its
 * leader tells it to all by a TICK. */
static inline bool partition_boundary_at(uint64_t sequence)
{
    return sequence % PARTITION_BATCH_MAX == 0;
}

struct partition;

/* Who wants to know how far partition_catch_up is: told at its start and after each run of records.
 * `end` is what it goes to. */
struct partition_progress {
    void (*step)(void *self, const struct partition *partition, uint64_t end);
    void *self;
};

struct partition_options {
    const char *store;     /* folder of the store; NULL: in memory */
    const char *secondary; /* NULL: own it. Else read it beside its owner, and fold what it has not
                              yet in memory; a private folder for this reader's own files */
    struct evlog *log;     /* borrowed while opening */
    uint32_t number;       /* of the partition */
    uint32_t level_known;  /* the highest format level that this program can read */
    uint64_t cache_size;   /* of the store, bytes; 0: its default */
    bool decides;      /* and so asks mostly for what is not there: store_options.knows_absent */
    size_t memory_max; /* of decoded entities, bytes */
    struct partition_progress progress; /* nobody, where `step` is NULL */
};

struct partition {
    struct store *store;
    struct store *under; /* the owner's store, below a reader's own layer */
    struct shelf *shelf; /* where the store is shown; NULL: nowhere */
    struct store_writer *writer;
    struct store_reader *reader; /* of what is written; renewed by partition_thaw */
    struct stored stored;
    struct fold fold;
    struct position position;
    struct buf configuration;    /* what position.configuration borrows from */
    struct buf frozen_position;  /* of the last batch that was frozen */
    int64_t frozen_forgotten_us; /* what was forgotten then */
    struct repeats_floor floor;  /* what the store may forget: what is so after a crash, too */
    bool frozen;                 /* that batch is not in the store yet */
    bool frozen_boundary;        /* it ends at a boundary, */
    uint64_t frozen_sequence;    /* which is this sequence */
    bool storing;                /* by `thread`, which then leaves its status */
    pthread_t thread;
    struct status stored_status;
    struct arena arena;    /* of the record at hand */
    struct status rebuilt; /* why the store was begun anew, to be told loudly; OK: it was not */
    struct status stopped; /* why nothing can be taken any more; OK: it can */
    bool boundary;         /* the batch must end here, and its root be remembered */
    uint64_t unflushed;    /* decisions since the last flush */
    struct partition_progress progress;
};

/* Opens the store and checks it against the log. Gives the partition, which must not be moved; its
 * next record is at position.offset. A missing store is begun; one that is damaged, of another log,
 * format or fold version is destroyed and begun anew (`rebuilt` says why). DATA_LOSS: the log has
 * lost what the store has seen, or its beginning. UNAVAILABLE: another process owns it, or the disk
 * or log refuses. */
MUST_USE struct status partition_open(const struct partition_options *options,
                                      struct partition **partition);
/* Writes nothing; flushes what is written. NULL is fine. */
void partition_close(struct partition *partition);

/* Shows the store to other threads from now on, until the partition is closed. Where it is shown
 * already: nothing. */
void partition_show(struct partition *partition, struct shelf *shelf);

/* Takes the next record: judges it and folds it if it is an accepted decision. `accepted` (may be
 * NULL) says whether it counts; `record` (may be NULL) what it is, borrowed from the value.
 * UNAVAILABLE: the store cannot be read; offer the record again later. Any other failure: the
 * partition stops; what was taken before may be written. */
MUST_USE struct status partition_take(struct partition *partition, uint64_t offset,
                                      struct str value, struct record *record, bool *accepted);
/* The same for a record that the caller has judged: chain_offer_judged has `head`. */
MUST_USE struct status partition_take_judged(struct partition *partition, uint64_t offset,
                                             struct str value, const struct hash *head);
/* The same for a decision that the caller has folded itself. */
MUST_USE struct status partition_pass(struct partition *partition, uint64_t offset,
                                      struct str value, const struct hash *head, bool *accepted);
/* Takes all that the log has now, from position.offset on; writes when due and at the end. */
MUST_USE struct status partition_catch_up(struct partition *partition, struct evlog *log);

/* The packed entity as of an org_sequence that was taken, be it written or not; data is NULL where
 * there was none. `key` as key_entity makes it. Lies in the arena, or is borrowed until the next
 * batch is thawed. UNAVAILABLE: the store cannot be read. */
MUST_USE struct status partition_entity_at(const struct partition *partition, struct arena *arena,
                                           struct str key, uint64_t version, struct str *value);

/* True when the batch must be written before another record is taken. */
bool partition_due(const struct partition *partition);
/* Writes what was taken, with the position; readers opened from now on see it. UNAVAILABLE: the
 * disk refuses; nothing has changed, call it again later. */
MUST_USE struct status partition_write(struct partition *partition);

/* Begins to write on a thread of its own; the next batch can be taken meanwhile. Waits for the
 * write before, and returns as it: UNAVAILABLE, and nothing was begun. */
MUST_USE struct status partition_write_behind(struct partition *partition);

/* Waits for the write that is under way, and does again one that failed. UNAVAILABLE. */
MUST_USE struct status partition_settle(struct partition *partition);

/* The same in three steps: partition_freeze; partition_store, which another thread may run while
 * this one goes on taking; partition_thaw after it has succeeded. */
void partition_freeze(struct partition *partition);
/* Keeps what is to be written of the position as it is now; the store's own steps. */
void partition_note_frozen(struct partition *partition);
MUST_USE struct status partition_store(struct partition *partition);
MUST_USE struct status partition_thaw(struct partition *partition);
/* Makes what is written survive a crash. Waits for partition_write_behind; not while the caller's
 * own thread runs partition_store. */
MUST_USE struct status partition_flush(struct partition *partition);

#endif
