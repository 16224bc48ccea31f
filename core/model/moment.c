#include "core/model/moment.h"

#include <inttypes.h>

#include "core/base/num.h"
#include "core/model/history.h"
#include "core/model/key.h"
#include "core/pb/message.h"

/* What is needed of the org to find a moment. */
struct moment_org {
    struct store_reader *reader;
    const struct position *position;
    struct str org_id;
    struct arena *arena;
    Agency__V1__OrgHead *head; /* NULL: the org has no decision */
};

static struct status moment_read_head(struct moment_org *org)
{
    struct buf key = { 0 };
    struct store_row row;
    key_head(&key, org->org_id);
    struct status st =
        store_get(org->reader, org->arena, STORE_INDEX_LATEST, buf_str(&key), STORE_LATEST, &row);
    buf_release(&key);
    if (st.code != STATUS_OK || !row.found) {
        return st;
    }
    return pb_unpack(org->arena, &agency__v1__org_head__descriptor, row.value, PB_STORED,
                     &org->head);
}

static uint64_t moment_last(const struct moment_org *org)
{
    return org->head == NULL ? 0 : org->head->org_sequence;
}

/* The highest org_sequence with occurred_at <= time; 0 if there is none. */
static struct status moment_find_time(const struct moment_org *org, int64_t time_us,
                                      uint64_t *org_sequence)
{
    struct buf prefix = { 0 }, start = { 0 };
    struct store_scan *scan;
    struct store_row row;
    key_time(&start, org->org_id, time_us);
    assert(start.size > 8);
    buf_append(&prefix, str_make(start.data, start.size - 8)); /* without the time */
    struct store_range range = { .prefix = buf_str(&prefix),
                                 .start = buf_str(&start),
                                 .descending = true,
                                 .as_of = STORE_LATEST };
    *org_sequence = 0;
    struct status st = store_scan_open(org->reader, STORE_APPEND, &range, &scan);
    if (st.code == STATUS_OK) {
        st = store_scan_next(scan, &row);
        if (st.code == STATUS_OK && row.found && row.value.size != 8) {
            st = status_error(STATUS_DATA_LOSS, "expected 8 bytes in a row of the time index");
        } else if (st.code == STATUS_OK && row.found) {
            *org_sequence = num_get_u64be(row.value.data);
        }
        store_scan_close(scan);
    }
    buf_release(&prefix);
    buf_release(&start);
    return st;
}

static struct status moment_at_time(const struct moment_org *org, const struct moment_ask *ask,
                                    struct moment *moment)
{
    int64_t complete = org->position->time_us; /* what comes is strictly later */
    if (ask->closed_us > complete) {
        complete = ask->closed_us;
    }
    if (ask->time_us > ask->now_us) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a time that is not in the future");
    }
    if (ask->time_us > complete) {
        return status_error(STATUS_UNAVAILABLE,
                            "expected the log to have passed the time asked about, so that nothing "
                            "can still come before it");
    }
    moment->time_us = ask->time_us;
    /* An org that nobody knows may be imported with all its past. */
    moment->provisional =
        org->head == NULL || (!org->head->live && org->head->occurred_at_us <= ask->time_us);
    return moment_find_time(org, ask->time_us, &moment->org_sequence);
}

static struct status moment_at_version(const struct moment_org *org, uint64_t org_sequence,
                                       struct moment *moment)
{
    const Agency__V1__DecisionRow *row;
    moment->org_sequence = org_sequence;
    if (org_sequence > moment_last(org)) {
        return status_error(STATUS_OUT_OF_RANGE,
                            "expected a decision of org '%.*s' from 1 to %" PRIu64
                            ", but it is %" PRIu64,
                            STR_ARG(org->org_id), moment_last(org), org_sequence);
    }
    if (org_sequence == 0) {
        return status_ok();
    }
    TRY(history_decision(org->reader, org->arena, org->org_id, org_sequence, &row));
    moment->time_us = row->occurred_at_us;
    return status_ok();
}

/* That the store has seen what a token names. */
static struct status moment_check_token(const struct position *position,
                                        const Agency__V1__Token *token)
{
    const struct chain *chain = &position->chain;
    struct str history = str_make(token->history_id.data, token->history_id.len);
    if (!str_eq(history, evlog_id_str(&chain->identity.history_id)) ||
        token->partition != chain->partition) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a token of this history and partition");
    }
    if (token->sequence > chain->sequence) {
        return status_error(STATUS_UNAVAILABLE,
                            "expected the store to have seen record %" PRIu64
                            ", but it is at %" PRIu64,
                            token->sequence, chain->sequence);
    }
    return status_ok();
}

static struct status moment_find(const struct moment_org *org, const struct moment_ask *ask,
                                 struct moment *moment)
{
    switch (ask->kind) {
    case MOMENT_LATEST:
        *moment = (struct moment){ .org_sequence = moment_last(org), .time_us = ask->now_us };
        return status_ok();
    case MOMENT_TIME:
        return moment_at_time(org, ask, moment);
    case MOMENT_VERSION:
        return moment_at_version(org, ask->org_sequence, moment);
    case MOMENT_TOKEN:
        TRY(moment_check_token(org->position, ask->token));
        if (ask->token->org_sequence == 0) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected the token of a decision that changed something, but this "
                                "one did not");
        }
        return moment_at_version(org, ask->token->org_sequence, moment);
    case MOMENT_EXACT:
        if (ask->org_sequence > moment_last(org)) {
            return status_error(STATUS_UNAVAILABLE,
                                "expected the store to have seen decision %" PRIu64
                                " of org '%.*s', but it is at %" PRIu64,
                                ask->org_sequence, STR_ARG(org->org_id), moment_last(org));
        }
        *moment = (struct moment){ .org_sequence = ask->org_sequence, .time_us = ask->time_us };
        return status_ok();
    }
    return status_error(STATUS_INVALID_ARGUMENT, "expected a kind of moment");
}

struct status moment_resolve(struct store_reader *reader, const struct position *position,
                             struct str org_id, const struct moment_ask *ask, struct moment *moment)
{
    struct arena arena;
    struct moment_org org = {
        .reader = reader, .position = position, .org_id = org_id, .arena = &arena
    };
    arena_init(&arena, 1 << 20);
    *moment = (struct moment){ 0 };
    struct status st = status_ok();
    if (ask->at_least != NULL) {
        TRY_OUT(moment_check_token(position, ask->at_least));
    }
    TRY_OUT(moment_read_head(&org));
    TRY_OUT(moment_find(&org, ask, moment));
    moment->is_last = moment->org_sequence >= moment_last(&org);
out:
    arena_release(&arena);
    return st;
}

void moment_token(const struct position *position, uint64_t sequence, uint64_t org_sequence,
                  Agency__V1__Token *token)
{
    const struct evlog_id *history = &position->chain.identity.history_id;
    agency__v1__token__init(token);
    token->history_id =
        (ProtobufCBinaryData){ .len = EVLOG_ID_SIZE, .data = (uint8_t *)(uintptr_t)history->bytes };
    token->partition = position->chain.partition;
    token->sequence = sequence;
    token->org_sequence = org_sequence;
}
