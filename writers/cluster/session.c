/* One connection to a shared log, as long as it holds.
 *
 * Order: session_open; session_append through a step, session_flush at its end; session_poll at
 * the beginning of the next; session_close when `failure` is set, then a new handle.
 *
 * Invariants: (1) a token is a slot of `pending`, taken by an append and given back by its
 * completion, so there are never more than EVLOG_PENDING_MAX; (2) the first failure is the one
 * that is told: what comes behind it says less; (3) after a record whose fate is unknown nothing
 * else is polled: the completions before it are known, those behind it are not.
 *
 * Left out: handing the bytes to the log without a copy of our own. What is appended must outlive
 * the step if its replica is closed within it, and copying is little beside deciding. */
#include "writers/cluster/session.h"

#include <assert.h>

#include "core/base/memory.h"

enum {
    SESSION_POLL_MAX = 512,      /* completions that a poll takes at once */
    SESSION_SIZE_MAX = 64 << 20, /* bytes under way: below what a log takes */
};

static void session_forget(struct session *session)
{
    for (uint32_t i = 0; i < EVLOG_PENDING_MAX; i++) {
        session->pending[i].next_free = i + 1;
    }
    session->pending_free = 0;
    session->pending_count = 0;
    session->pending_size = 0;
    session->items_count = 0;
    session->bytes.size = 0;
}

void session_init(struct session *session)
{
    *session = (struct session){ .pending = mem_zalloc(EVLOG_PENDING_MAX, sizeof *session->pending),
                                 .items = mem_zalloc(EVLOG_PENDING_MAX, sizeof *session->items) };
    session_forget(session);
}

void session_close(struct session *session)
{
    evlog_reader_close(session->commands);
    evlog_reader_close(session->decisions);
    evlog_close(session->log);
    session->commands = NULL;
    session->decisions = NULL;
    session->log = NULL;
    session->failure = status_ok();
    session_forget(session);
}

void session_release(struct session *session)
{
    session_close(session);
    mem_free(session->pending);
    mem_free(session->items);
    buf_release(&session->bytes);
    *session = (struct session){ 0 };
}

struct status session_open(struct session *session, struct evlog *log)
{
    assert(session->log == NULL);
    session->log = log;
    struct status st = evlog_reader_open(log, EVLOG_DECISIONS, &session->decisions);
    if (st.code == STATUS_OK) {
        st = evlog_reader_open(log, EVLOG_COMMANDS, &session->commands);
    }
    if (st.code != STATUS_OK) {
        session_close(session);
    }
    return st;
}

void session_break(struct session *session, struct status why)
{
    if (session->failure.code == STATUS_OK) {
        session->failure = why;
    }
}

static struct status session_check(struct session *session, struct status st)
{
    if (st.code != STATUS_OK) {
        session_break(session, st);
    }
    return st;
}

/* ---- appending ---- */

bool session_has_room(const struct session *session)
{
    return session->pending_count < EVLOG_PENDING_MAX && session->pending_size < SESSION_SIZE_MAX;
}

void session_append(struct session *session, const struct evlog_item *item,
                    const struct pending_append *append)
{
    assert(session_has_room(session));
    uint32_t token = session->pending_free;
    struct evlog_item *kept = &session->items[session->items_count++];
    *kept = *item;
    kept->token = token;
    buf_append(&session->bytes, item->key);
    buf_append(&session->bytes, item->value);
    session->pending_count++;
    session->pending_free = session->pending[token].next_free;
    session->pending[token].append = *append;
    session->pending[token].size = item->key.size + item->value.size;
    session->pending_size += session->pending[token].size;
}

void session_flush(struct session *session)
{
    if (session->items_count == 0) {
        return;
    }
    const char *bytes = session->bytes.data;
    for (size_t i = 0; i < session->items_count; i++) {
        struct evlog_item *item = &session->items[i];
        item->key.data = bytes;
        item->value.data = bytes + item->key.size;
        bytes += item->key.size + item->value.size;
    }
    if (session->failure.code == STATUS_OK) {
        struct status st = evlog_append(session->log, session->items, session->items_count);
        if (st.code != STATUS_OK) {
            session_break(session, st);
        }
    }
    session->items_count = 0;
    session->bytes.size = 0;
}

static struct pending_append session_land(struct session *session, uint64_t token)
{
    assert(token < EVLOG_PENDING_MAX);
    struct session_append *landed = &session->pending[token];
    landed->next_free = session->pending_free;
    session->pending_free = (uint32_t)token;
    session->pending_count--;
    session->pending_size -= landed->size;
    return landed->append;
}

/* The fate of a record is unknown: asks the log why, which it says after all else. */
static void session_unknown(struct session *session)
{
    struct evlog_completion done[SESSION_POLL_MAX];
    size_t count;
    struct status st;
    do {
        count = 0;
        st = evlog_poll(session->log, done, SESSION_POLL_MAX, &count);
    } while (st.code == STATUS_OK && count > 0);
    if (st.code == STATUS_OK) {
        st = status_error(STATUS_UNAVAILABLE, "expected the log to say what became of a record");
    }
    session_break(session, st);
}

struct status session_poll(struct session *session, struct session_done *out, size_t max,
                           size_t *count)
{
    struct evlog_completion done[SESSION_POLL_MAX];
    size_t done_count = 0;
    *count = 0;
    TRY(session_check(session,
                      evlog_poll(session->log, done,
                                 max < SESSION_POLL_MAX ? max : SESSION_POLL_MAX, &done_count)));
    for (size_t i = 0; i < done_count; i++) {
        if (done[i].offset == EVLOG_OFFSET_UNKNOWN) {
            session_unknown(session);
            break; /* those before it are known */
        }
        out[(*count)++] =
            (struct session_done){ session_land(session, done[i].token), done[i].offset };
    }
    return status_ok();
}

/* ---- reading ---- */

struct status session_seek(struct session *session, struct evlog_reader *reader, uint32_t partition,
                           uint64_t offset)
{
    TRY(session->failure);
    return session_check(session, evlog_reader_seek(reader, partition, offset));
}

struct status session_range(struct session *session, enum evlog_stream stream, uint32_t partition,
                            uint64_t *begin, uint64_t *end)
{
    TRY(session->failure);
    return session_check(session, evlog_range(session->log, stream, partition, begin, end));
}
