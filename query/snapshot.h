/* An org as of one moment: what every question is asked of. Whoever answers (agencyctl, a server)
 * brings the store of its partition, complete up to where the moment is known. */
#ifndef QUERY_SNAPSHOT_H
#define QUERY_SNAPSHOT_H

#include "agency/v1/query.pb-c.h"
#include "core/keyring/keyring.h"
#include "core/model/moment.h"
#include "core/model/stored.h"

struct snapshot {
    struct store_reader *reader;     /* borrowed, with all else */
    const struct position *position; /* of what it reads */
    struct arena *arena;             /* answers lie in it */
    struct str org_id;
    bool past;    /* a moment was named */
    bool whole;   /* who asks may read all of the org: what is in it may be named to him */
    bool settled; /* as the ask said */
    bool final;
    const struct keyring *keyring; /* finds personal external ids; NULL: nothing does */
    struct moment moment;
    struct stored *stored; /* the org as of the moment */
    struct stored own;     /* where nobody keeps it */
    struct org_view org;
};

/* The moment that somebody asks for: `as_of` is a time as people write it, #DECISION or a token, or
 * empty for the latest; `at_least` a token, or empty. What it points to lies in the arena.
 * INVALID_ARGUMENT. */
MUST_USE struct status snapshot_ask(struct arena *arena, struct str as_of, struct str at_least,
                                    int64_t now_us, struct moment_ask *ask);

/* Finds the moment, in memory for answers of that many bytes. Statuses of moment_resolve.
 * NOT_FOUND: there is no such org then. To be released in any case; must not be moved. */
MUST_USE struct status snapshot_open(struct snapshot *snapshot, struct store_reader *reader,
                                     const struct position *position, struct arena *arena,
                                     struct str org_id, const struct moment_ask *ask,
                                     size_t memory_max);
/* The same of the latest moment, by what is kept of the latest state, and with its reader. */
MUST_USE struct status snapshot_open_kept(struct snapshot *snapshot, struct stored *kept,
                                          const struct position *position, struct arena *arena,
                                          struct str org_id, const struct moment_ask *ask);
/* A zeroed one is fine. */
void snapshot_release(struct snapshot *snapshot);

/* " at that moment" where one was named: what is not there may have been, or come later; and why
 * even that answer may change. Lies in the arena. */
const char *snapshot_then(const struct snapshot *snapshot);

/* As resolve_id, as of the moment; and whoever has it as a personal external id. Statuses of
 * keyring_index. */
MUST_USE struct status snapshot_resolve(struct snapshot *snapshot, enum entity_kind kind,
                                        struct str text, struct str *id);
/* The moment as a message. */
MUST_USE struct status snapshot_moment(const struct snapshot *snapshot,
                                       Agency__V1__Moment **moment);
/* The same of another one. */
MUST_USE struct status snapshot_moment_of(const struct snapshot *snapshot,
                                          const struct moment *moment,
                                          Agency__V1__Moment **message);

#endif
