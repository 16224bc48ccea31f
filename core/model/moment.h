/* When: a question's moment, found in a store. As of a time means after the last decision with
 * occurred_at at or before it. */
#ifndef CORE_MODEL_MOMENT_H
#define CORE_MODEL_MOMENT_H

#include "agency/v1/decision.pb-c.h"
#include "core/model/position.h"

enum moment_kind {
    MOMENT_LATEST,  /* as of the store's position */
    MOMENT_TIME,    /* `time_us` */
    MOMENT_VERSION, /* after the org's decision `org_sequence` */
    MOMENT_TOKEN,   /* after the decision of `token` */
    MOMENT_EXACT,   /* both `org_sequence` and `time_us`, as resolved before */
};

struct moment_ask {
    enum moment_kind kind;
    int64_t time_us;
    uint64_t org_sequence;
    const Agency__V1__Token *token;
    const Agency__V1__Token *at_least; /* NULL, or the store must have seen this decision */
    int64_t now_us;                    /* the asker's clock */
    int64_t closed_us; /* nothing at or before it can still come: the owner's word; 0: none */
    bool open;         /* a time that the log has not passed will do, too: MOMENT_OPEN */
    bool settled;      /* rather no answer than one before what is due by then is decided */
    bool final;        /* rather no answer than a provisional one */
};

/* Why an answer about a time may change. */
enum moment_provisional {
    MOMENT_FINAL,    /* it never does */
    MOMENT_IMPORTED, /* an import may still add a decision at or before the time */
    MOMENT_DUE,      /* things are due by then, and not decided yet */
    MOMENT_OPEN,     /* the log has not passed the time */
    MOMENT_PROVISIONAL_END
};

/* Things that are due are counted so far; one more stands for all more. */
enum { MOMENT_DUES_MAX = 1000 };

struct moment {
    uint64_t org_sequence; /* what to read as of */
    int64_t time_us;       /* what expires_at is compared with */
    enum moment_provisional provisional;
    uint64_t due_count; /* if MOMENT_DUE: how many things (0: not counted), */
    int64_t due_us;     /* and since when the first */
    bool is_last;       /* the org has no later decision, as the reader sees it */
};

/* Room for why an answer is provisional, and a NUL. */
enum { MOMENT_WHY_SIZE = 128 };
/* Why an answer may change, such as "an import may still change it". Gives `out`; empty for a final
 * one. */
const char *moment_why(const struct moment *moment, char out[MOMENT_WHY_SIZE]);

/* What to ask the store, of which latest rows cost less than the same ones as of a version. */
static inline uint64_t moment_as_of(const struct moment *moment)
{
    return moment->is_last ? STORE_LATEST : moment->org_sequence;
}

/* Up to when a partition is complete: nothing recorded at or before can still come. */
int64_t moment_known_us(const struct position *position, const struct moment_ask *ask);

/* UNAVAILABLE: it is not as final as the ask wants. */
MUST_USE struct status moment_check_final(const struct moment_ask *ask,
                                          const struct moment *moment);
/* That the store has seen what a token names. INVALID_ARGUMENT: it is of another history or
 * partition. UNAVAILABLE. */
MUST_USE struct status moment_check_token(const struct position *position,
                                          const Agency__V1__Token *token);

/* Finds a moment of an org. INVALID_ARGUMENT: a time in the future, a token of another history.
 * UNAVAILABLE: the store has not seen enough yet, or the answer is not as final as the ask wants;
 * again later. OUT_OF_RANGE: a version that does
 * not exist. An org that never was is OK: org_sequence is 0. */
MUST_USE struct status moment_resolve(struct store_reader *reader, const struct position *position,
                                      struct str org_id, const struct moment_ask *ask,
                                      struct moment *moment);

/* The token of a decision of the partition, to be given to clients. */
void moment_token(const struct position *position, uint64_t sequence, uint64_t org_sequence,
                  Agency__V1__Token *token);

#endif
