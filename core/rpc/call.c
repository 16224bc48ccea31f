/* The life of a call:
 *
 *   exchange with headers -> rpc_call_new -> rpc_call_start -> messages -> half close -> finish
 *                                 |                                |
 *                                 +--> rpc_call_fail (refused)     +--> cancel (gone, too late)
 *
 * Invariants:
 *   (1) the handler is told of a call once, and finishes it once; a call that it was not told of
 *       finishes itself;
 *   (2) `exchange` is NULL as soon as the answer is complete or the client gone: what is sent then
 *       goes nowhere, and the call waits for its handler only;
 *   (3) memory is given back when the call is finished and nothing runs inside it. */
#include "core/rpc/call_inside.h"

#include "core/base/memory.h"
#include "core/pb/json.h"
#include "core/pb/message.h"

enum { CALL_SPARES_MAX = 512, CALL_MEMORY_MAX = 64 * 1024, CALL_KEPT_MAX = 16 * 1024 };

static const struct exchange_sink call_sink;

static void call_list(struct rpc_call *call)
{
    struct connection *connection = call->connection;
    call->next = connection->calls;
    if (call->next != NULL) {
        call->next->previous = call;
    }
    connection->calls = call;
    connection->calls_count++;
    call->host->calls_count++;
}

static void call_unlist(struct rpc_call *call)
{
    call->host->calls_count--;
    if (call->connection == NULL) {
        return;
    }
    if (call->previous != NULL) {
        call->previous->next = call->next;
    } else {
        call->connection->calls = call->next;
    }
    if (call->next != NULL) {
        call->next->previous = call->previous;
    }
    call->connection->calls_count--;
    call->connection = NULL;
}

static struct rpc_call *call_take(struct rpc_host *host)
{
    struct rpc_call *call = host->spare_calls;
    if (call == NULL) {
        call = mem_zalloc(1, sizeof *call);
        arena_init(&call->messages, 0);
        arena_init(&call->arena, CALL_MEMORY_MAX);
        return call;
    }
    host->spare_calls = call->next;
    host->spare_calls_count--;
    struct arena messages = call->messages, arena = call->arena;
    struct buf in = call->in;
    *call = (struct rpc_call){ .messages = messages, .arena = arena, .in = in };
    return call;
}

static void call_free(struct rpc_call *call)
{
    arena_release(&call->messages);
    arena_release(&call->arena);
    buf_release(&call->in);
    mem_free(call);
}

static void call_keep(struct arena *arena)
{
    if (arena->used > CALL_KEPT_MAX) {
        arena_release(arena);
    } else {
        arena_reset(arena);
    }
}

static void call_give_back(struct rpc_call *call)
{
    struct rpc_host *host = call->host;
    host->buffered -= call->counted;
    rpc_call_observe_end(call, NULL);
    rpc_timer_unset(&host->timers, &call->deadline);
    rpc_timer_unset(&host->timers, &call->wake);
    rpc_timer_unset(&host->timers, &call->beat);
    call_unlist(call);
    if (host->spare_calls_count >= CALL_SPARES_MAX) {
        call_free(call);
        return;
    }
    call_keep(&call->messages);
    call_keep(&call->arena);
    buf_clear(&call->in);
    if (call->in.cap > CALL_KEPT_MAX) {
        buf_release(&call->in);
    }
    call->next = host->spare_calls;
    host->spare_calls = call;
    host->spare_calls_count++;
}

void rpc_call_free_spares(struct rpc_host *host)
{
    while (host->spare_calls != NULL) {
        struct rpc_call *call = host->spare_calls;
        host->spare_calls = call->next;
        call_free(call);
    }
}

static void call_enter(struct rpc_call *call)
{
    call->inside++;
}

static void call_leave(struct rpc_call *call)
{
    call->inside--;
    if (call->inside == 0 && call->finished) {
        call_give_back(call);
    }
}

/* The exchange goes on to its end without us. */
static void call_detach(struct rpc_call *call)
{
    if (call->exchange != NULL) {
        call->exchange->sink = NULL;
        exchange_consume(call->exchange, call->exchange->unconsumed);
        call->exchange = NULL;
    }
}

static void call_end(struct rpc_call *call)
{
    assert(!call->finished);
    call_detach(call);
    call->finished = true;
    if (call->inside == 0) {
        call_give_back(call);
    }
}

static void call_leave_gate(struct rpc_call *call)
{
    const struct rpc_gate *gate = call->host->gate;
    if (call->gated) {
        call->gated = false;
        gate->gone(gate->context, call);
    }
}

/* The client has gone, or will not wait. */
static void call_cancel(struct rpc_call *call)
{
    call->cancelled = true;
    call_leave_gate(call);
    call_enter(call);
    if (!call->told) {
        call_end(call);
    } else if (call->entry->method.handler.cancel != NULL) {
        call->entry->method.handler.cancel(call);
    } else if (!call->held) {
        call_end(call);
    }
    call_leave(call);
}

void rpc_call_break(struct rpc_call *call, const struct status *status)
{
    if (call->exchange != NULL) {
        rpc_call_conclude(call, status);
        call_detach(call);
        rpc_timer_set(&call->host->timers, &call->deadline, call->host->now_us);
    }
}

void rpc_call_fail(struct rpc_call *call, const struct status *status)
{
    rpc_call_break(call, status);
    call->cancelled = true;
    call_leave_gate(call);
    if (!call->told && !call->finished) {
        call_end(call);
    }
}

static void call_due(struct rpc_timer *timer, int64_t now_us)
{
    (void)now_us;
    struct rpc_call *call =
        (struct rpc_call *)(void *)((char *)timer - offsetof(struct rpc_call, deadline));
    if (call->exchange != NULL) {
        struct status late = status_error(STATUS_DEADLINE_EXCEEDED, "the deadline has passed");
        rpc_call_conclude(call, &late);
        call_detach(call);
    }
    call_cancel(call);
}

static void call_wake(struct rpc_timer *timer, int64_t now_us)
{
    (void)now_us;
    struct rpc_call *call =
        (struct rpc_call *)(void *)((char *)timer - offsetof(struct rpc_call, wake));
    if (call->entry->method.handler.wake != NULL) {
        call_enter(call);
        call->entry->method.handler.wake(call);
        call_leave(call);
    }
}

void rpc_call_wake_in(struct rpc_call *call, int64_t delay_us)
{
    rpc_timer_set(&call->host->timers, &call->wake, call->host->now_us + delay_us);
}

struct rpc_call *rpc_call_new(struct exchange *exchange, const struct protocol *protocol,
                              const struct rpc_entry *entry)
{
    struct rpc_host *host = exchange->connection->host;
    struct rpc_call *call = call_take(host);
    call->host = host;
    call->exchange = exchange;
    call->connection = exchange->connection;
    call->protocol = protocol;
    call->entry = entry;
    call->deadline.fire = call_due;
    call->wake.fire = call_wake;
    call->deadline_us = INT64_MAX;
    call->timeout_ms = -1;
    exchange->sink = &call_sink;
    exchange->user = call;
    exchange->patient = entry != NULL && !rpc_call_takes_one(call);
    call_list(call);
    rpc_call_observe_begin(call);
    return call;
}

static void call_open(struct rpc_call *call)
{
    if (call->entry->method.handler.open != NULL) {
        call->told = true;
        call_enter(call);
        call->entry->method.handler.open(call);
        call_leave(call);
    }
}

void rpc_call_start(struct rpc_call *call)
{
    const struct rpc_gate *gate = call->host->gate;
    if (gate == NULL) {
        call_open(call);
        return;
    }
    call->gated = true;
    call->held = true;
    call_enter(call);
    gate->ask(gate->context, call);
    call_leave(call);
}

void rpc_call_set_timeout(struct rpc_call *call, int64_t timeout_us)
{
    call->deadline_us = call->host->now_us + timeout_us;
    rpc_timer_set(&call->host->timers, &call->deadline, call->deadline_us);
}

static struct status call_decode(struct rpc_call *call, struct str bytes,
                                 ProtobufCMessage **message)
{
    const ProtobufCMessageDescriptor *input = call->entry->input;
    arena_reset(&call->messages);
    call->messages.cap = RPC_DECODED_MIN + bytes.size * RPC_DECODED_FACTOR;
    if (call->codec == CODEC_JSON) {
        return pb_from_json_with(&call->messages, &call->host->registry->types, input, bytes,
                                 message);
    }
    return pb_unpack(&call->messages, input, bytes, PB_OUTSIDE, message);
}

static void call_message(struct rpc_call *call, const ProtobufCMessage *message)
{
    call->told = true;
    call->entry->method.handler.message(call, message);
}

bool rpc_call_deliver(struct rpc_call *call, struct str bytes)
{
    struct status st = status_ok();
    ProtobufCMessage *message = NULL;
    if (rpc_call_takes_one(call) && call->only != NULL) {
        st = status_error(STATUS_UNIMPLEMENTED, "expected one message, but there are more");
    } else {
        st = call_decode(call, bytes, &message);
    }
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
        return false;
    }
    if (rpc_call_takes_one(call)) {
        call->only = message;
    } else {
        call_message(call, message);
    }
    return true;
}

void rpc_call_half_close(struct rpc_call *call)
{
    if (!rpc_call_takes_one(call)) {
        call->told = true;
        if (call->entry->method.handler.half_close != NULL) {
            call->entry->method.handler.half_close(call);
        } else {
            rpc_call_finish_ok(call);
        }
    } else if (call->only != NULL) {
        call_message(call, call->only);
    } else {
        struct status none =
            status_error(STATUS_UNIMPLEMENTED, "expected one message, but there is none");
        rpc_call_fail(call, &none);
    }
}

/* Messages that are not whole yet count against what all connections may have of them. */
static void call_count(struct rpc_call *call)
{
    struct rpc_host *host = call->host;
    size_t left = call->in.size - call->in_at;
    host->buffered = host->buffered - call->counted + left;
    call->counted = left;
    if (host->buffered > RPC_BUFFERED_MAX && left > 0) {
        struct status full =
            status_error(STATUS_RESOURCE_EXHAUSTED, "expected fewer messages under way at once");
        rpc_call_fail(call, &full);
    }
}

static void call_drop_read(struct rpc_call *call)
{
    buf_drop(&call->in, call->in_at);
    call->in_at = 0;
}

/* Delivers what has come, and gives the client room for as much again. */
static void call_pump(struct rpc_call *call)
{
    if (rpc_call_listens(call)) {
        call->protocol->read(call);
    }
    call_drop_read(call);
    call_count(call);
    if (rpc_call_listens(call)) {
        exchange_consume(call->exchange, call->exchange->unconsumed);
        if (call->exchange->whole && !call->whole_read) {
            call->whole_read = true;
            call->protocol->whole(call);
        }
    }
}

static void call_body(void *user, struct str bytes)
{
    struct rpc_call *call = user;
    call_enter(call);
    buf_append(&call->in, bytes);
    call_pump(call);
    call_leave(call);
}

static void call_whole(void *user)
{
    struct rpc_call *call = user;
    call_enter(call);
    call_pump(call);
    call_leave(call);
}

static void call_room(void *user)
{
    struct rpc_call *call = user;
    if (call->told && call->entry->method.handler.room != NULL) {
        call_enter(call);
        call->entry->method.handler.room(call);
        call_leave(call);
    }
}

static void call_closed(void *user)
{
    struct rpc_call *call = user;
    call->exchange->sink = NULL;
    call->exchange = NULL;
    call_cancel(call);
}

static const struct exchange_sink call_sink = {
    .body = call_body,
    .whole = call_whole,
    .room = call_room,
    .closed = call_closed,
};

void rpc_call_orphan(struct connection *connection)
{
    while (connection->calls != NULL) {
        struct rpc_call *call = connection->calls;
        connection->calls = call->next;
        call->connection = NULL;
        call->previous = NULL;
        call->next = NULL;
    }
    connection->calls_count = 0;
}

void rpc_call_drain(struct connection *connection)
{
    struct rpc_call *next;
    for (struct rpc_call *call = connection->calls; call != NULL; call = next) {
        next = call->next;
        if (call->told && call->exchange != NULL && call->entry->method.handler.drain != NULL) {
            call_enter(call);
            call->entry->method.handler.drain(call);
            call_leave(call);
        }
    }
}

void rpc_call_hold(struct rpc_call *call)
{
    call->held = true;
}

void rpc_call_let_go(struct rpc_call *call)
{
    call->held = false;
    if (call->inside == 0) {
        call_enter(call);
        call_pump(call);
        call_leave(call);
    }
}

/* Where the gate answers at once, whoever has asked it goes on reading. */
void rpc_call_admit(struct rpc_call *call, const void *as)
{
    assert(call->gated);
    call->gated = false;
    call->held = false;
    call->admitted = as;
    call_enter(call);
    call_open(call);
    if (call->inside == 1 && !call->finished) {
        call_pump(call);
    }
    call_leave(call);
}

void rpc_call_finish(struct rpc_call *call, const struct status *status)
{
    struct status silent;
    call->gated = false;
    if (call->exchange != NULL) {
        if (status->code == STATUS_OK && !call->answered && rpc_call_answers_one(call)) {
            silent = status_error(STATUS_INTERNAL, "expected the method to answer");
            status = &silent;
        }
        rpc_call_conclude(call, status);
    }
    call_end(call);
}

void rpc_call_finish_ok(struct rpc_call *call)
{
    struct status ok = status_ok();
    rpc_call_finish(call, &ok);
}
