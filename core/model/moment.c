#include "core/model/moment.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/num.h"
#include "core/base/time.h"
#include "core/domain/kernel/due.h"
#include "core/model/dues.h"
#include "core/model/history.h"
#include "core/model/key.h"
#include "core/model/stored.h"
#include "core/pb/message.h"

static const size_t MOMENT_ENTITIES_SIZE_MAX = (size_t)1 << 20;

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

/* ---- whether it is final ---- */

static int moment_why_due(const struct moment *moment, char out[MOMENT_WHY_SIZE])
{
    char since[TIME_TEXT_SIZE];
    if (moment->due_count == 0) {
        return snprintf(out, MOMENT_WHY_SIZE, "things are due and not decided yet");
    }
    const bool more = moment->due_count > MOMENT_DUES_MAX;
    time_format(moment->due_us, since);
    return snprintf(out, MOMENT_WHY_SIZE, "%s%" PRIu64 " thing%s due since %s not decided yet",
                    more ? "more than " : "", more ? MOMENT_DUES_MAX : moment->due_count,
                    moment->due_count == 1 ? " is" : "s are", since);
}

const char *moment_why(const struct moment *moment, char out[MOMENT_WHY_SIZE])
{
    static const char *const why[MOMENT_PROVISIONAL_END] = {
        [MOMENT_FINAL] = "",
        [MOMENT_IMPORTED] = "an import may still change it",
        [MOMENT_OPEN] = "the log has not passed it",
    };
    int size = moment->provisional == MOMENT_DUE
                   ? moment_why_due(moment, out)
                   : snprintf(out, MOMENT_WHY_SIZE, "%s", why[moment->provisional]);
    assert(size >= 0 && size < MOMENT_WHY_SIZE);
    return out;
}

/* Counts what is due by the time asked about, unless the org's time stands still. Whatever became
 * due before the org's last decision happens after it. */
static struct status moment_count_dues(const struct moment_org *org, const struct view *view,
                                       struct moment *moment)
{
    const Agency__V1__Org *found;
    struct dues_row *rows;
    size_t count;
    TRY(view_org(view, org->org_id, &found));
    if (due_stands_still(found)) {
        return status_ok();
    }
    TRY(dues_first(view, org->arena, org->head, moment->time_us, MOMENT_DUES_MAX + 1, &rows,
                   &count));
    moment->provisional = MOMENT_DUE;
    moment->due_count = count;
    moment->due_us = org->head->next_due_us > org->head->occurred_at_us ? org->head->next_due_us
                                                                        : org->head->occurred_at_us;
    return status_ok();
}

static struct status moment_look_at_dues(const struct moment_org *org, struct moment *moment)
{
    struct stored latest;
    struct org_view view;
    if (org->head->dues == 0 || org->head->next_due_us > moment->time_us) {
        return status_ok();
    }
    stored_init(&latest, org->reader, STORE_LATEST, MOMENT_ENTITIES_SIZE_MAX);
    org_view_init(&view, &latest.source, org->org_id);
    struct status st = moment_count_dues(org, &view.view, moment);
    stored_release(&latest);
    return st;
}

/* Nothing can be put before the org's last decision. Behind it an import can, until the org is
 * live; and what is due by then, until that is decided. An org that nobody knows may be imported
 * with all its past. */
static struct status moment_judge(const struct moment_org *org, struct moment *moment)
{
    const Agency__V1__OrgHead *head = org->head;
    const bool known = head != NULL && head->org_sequence > 0;
    if (known && moment->time_us < head->occurred_at_us) {
        return status_ok();
    }
    if (!known || !head->live) {
        moment->provisional = MOMENT_IMPORTED;
        return status_ok();
    }
    return moment_look_at_dues(org, moment);
}

struct status moment_check_final(const struct moment_ask *ask, const struct moment *moment)
{
    char why[MOMENT_WHY_SIZE];
    const bool unsettled = ask->settled && moment->provisional == MOMENT_DUE;
    return unsettled || (ask->final && moment->provisional != MOMENT_FINAL)
               ? status_error(STATUS_UNAVAILABLE, "expected a final answer, but %s",
                              moment_why(moment, why))
               : status_ok();
}

/* ---- where it is ---- */

/* What comes is strictly later than the last record. */
int64_t moment_known_us(const struct position *position, const struct moment_ask *ask)
{
    return ask->closed_us > position->time_us ? ask->closed_us : position->time_us;
}

static struct status moment_at_time(const struct moment_org *org, const struct moment_ask *ask,
                                    struct moment *moment)
{
    if (ask->time_us > ask->now_us) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a time that is not in the future");
    }
    const bool open = ask->time_us > moment_known_us(org->position, ask);
    if (open && !ask->open) {
        return status_error(STATUS_UNAVAILABLE,
                            "expected the log to have passed the time asked about, so that nothing "
                            "can still come before it");
    }
    moment->time_us = ask->time_us;
    TRY(moment_judge(org, moment));
    if (open && moment->provisional == MOMENT_FINAL) {
        moment->provisional = MOMENT_OPEN;
    }
    TRY(moment_check_final(ask, moment));
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

struct status moment_check_token(const struct position *position, const Agency__V1__Token *token)
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
