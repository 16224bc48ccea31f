/* Sniffs, keeps the exchanges and watches the time. A connection that never says anything is closed
 * after RPC_PREFACE_SECONDS, one that takes nothing of what is written after RPC_WRITE_SECONDS, one
 * with nothing under way after RPC_IDLE_SECONDS; a single stream that stalls is reset. */
#include "core/rpc/http/connection.h"

#include "core/base/memory.h"
#include "core/rpc/call_inside.h"
#include "core/rpc/http/http1.h"
#include "core/rpc/http/http2.h"

enum { EXCHANGES_SPARE_MAX = 512, CHECK_SECONDS = 1, CHECK_IDLE_SECONDS = 10, DRAIN_SECONDS = 5 };

static const char connection_preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { PREFACE_SIZE = sizeof connection_preface - 1 };

static void connection_check(struct rpc_timer *timer, int64_t now_us);

/* Between nine and eleven tenths of the age, so that clients do not come back all at once. */
static int64_t connection_age_ends(struct rpc_host *host)
{
    if (host->age_us_max == 0) {
        return INT64_MAX;
    }
    host->random = host->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    int64_t tenth = host->age_us_max / 10;
    int64_t jitter = (int64_t)((host->random >> 33) % (uint64_t)(2 * tenth + 1));
    return host->now_us + host->age_us_max - tenth + jitter;
}

struct connection *connection_open(struct rpc_host *host, const struct rpc_peer *peer, void *shell)
{
    struct connection *connection = mem_zalloc(1, sizeof *connection);
    connection->host = host;
    connection->shell = shell;
    connection->peer = *peer;
    connection->next = host->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    host->connections = connection;
    host->connections_count++;
    connection->opened_us = host->now_us;
    connection->received_us = host->now_us;
    connection->written_us = host->now_us;
    connection->drain_at_us = connection_age_ends(host);
    connection->closes_at_us = INT64_MAX;
    connection->timer.fire = connection_check;
    rpc_timer_set(&host->timers, &connection->timer, host->now_us + CHECK_SECONDS * RPC_SECOND_US);
    return connection;
}

static void connection_unlist(struct connection *connection)
{
    struct rpc_host *host = connection->host;
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        host->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    host->connections_count--;
    for (struct connection **at = &host->touched; *at != NULL; at = &(*at)->touched_next) {
        if (*at == connection) {
            *at = connection->touched_next;
            break;
        }
    }
}

void connection_close(struct connection *connection)
{
    if (connection == NULL) {
        return;
    }
    connection->failed = true;
    while (connection->exchanges != NULL) {
        connection_end(connection, connection->exchanges);
    }
    if (connection->version != NULL) {
        connection->version->close(connection);
    }
    rpc_call_orphan(connection);
    if (connection->note != NULL) {
        connection->host->gate->forget(connection->host->gate->context, connection->note);
    }
    rpc_timer_unset(&connection->host->timers, &connection->timer);
    connection_unlist(connection);
    mem_free(connection);
}

void connection_speak(struct connection *connection, bool http2)
{
    if (http2) {
        http2_open(connection);
    } else {
        http1_open(connection);
    }
}

/* True when it is known what the client speaks: HTTP/2 begins with a preface that is no request. */
static bool connection_sniff(struct connection *connection, struct str bytes)
{
    size_t size = bytes.size < PREFACE_SIZE ? bytes.size : PREFACE_SIZE;
    bool preface = memcmp(bytes.data, connection_preface, size) == 0;
    if (preface && size < PREFACE_SIZE) {
        return false;
    }
    connection_speak(connection, preface);
    return true;
}

size_t connection_receive(struct connection *connection, struct str bytes)
{
    connection->received_us = connection->host->now_us;
    rpc_host_wipe_soon(connection->host);
    if (bytes.size == 0 || connection->failed ||
        (connection->version == NULL && !connection_sniff(connection, bytes))) {
        return 0;
    }
    size_t taken = connection->version->receive(connection, bytes);
    if (!connection->version->in_headers(connection)) {
        connection->headers_us = 0;
    } else if (connection->headers_us == 0) {
        connection->headers_us = connection->host->now_us;
    }
    return taken;
}

/* Handlers may write more, or end their exchanges, while they are asked. */
static void connection_give_room(struct connection *connection)
{
    connection->room_due = false;
    struct exchange *next;
    for (struct exchange *exchange = connection->exchanges; exchange != NULL; exchange = next) {
        next = exchange->next;
        if (exchange->wants_room && !exchange->ended && exchange->sink != NULL &&
            exchange_queued(exchange) < RPC_QUEUE_LOW) {
            exchange->wants_room = false;
            exchange->sink->room(exchange->user);
        }
    }
}

void connection_output(struct connection *connection, struct buf *out, size_t size_max)
{
    size_t before;
    if (connection->version == NULL || connection->failed) {
        return;
    }
    do {
        before = out->size;
        if (out->size < size_max) {
            connection->version->output(connection, out, size_max - out->size);
        }
        if (connection->room_due) {
            connection_give_room(connection);
        }
    } while (out->size > before && out->size < size_max);
}

void connection_written(struct connection *connection, size_t unwritten)
{
    if (unwritten < connection->unwritten || connection->unwritten == 0) {
        connection->written_us = connection->host->now_us;
    }
    connection->unwritten = unwritten;
}

bool connection_over(const struct connection *connection)
{
    return connection->failed ||
           (connection->version != NULL && connection->version->over(connection));
}

void connection_drain(struct connection *connection, bool now)
{
    connection->draining = true;
    if (connection->version == NULL) {
        connection->failed = true;
    } else {
        connection->version->drain(connection, now);
    }
    connection_touch(connection);
}

void connection_touch(struct connection *connection)
{
    if (!connection->touched) {
        connection->touched = true;
        connection->touched_next = connection->host->touched;
        connection->host->touched = connection;
    }
}

struct exchange *connection_begin(struct connection *connection, const struct exchange_wire *wire,
                                  void *session)
{
    struct rpc_host *host = connection->host;
    struct exchange *exchange = host->spare_exchanges;
    struct arena arena;
    if (exchange != NULL) {
        host->spare_exchanges = exchange->next;
        host->spare_exchanges_count--;
        arena = exchange->arena;
    } else {
        exchange = mem_alloc(sizeof *exchange);
        arena_init(&arena, RPC_EXCHANGE_MEMORY_MAX);
    }
    *exchange = (struct exchange){
        .connection = connection, .wire = wire, .session = session, .arena = arena
    };
    exchange->next = connection->exchanges;
    if (exchange->next != NULL) {
        exchange->next->previous = exchange;
    }
    connection->exchanges = exchange;
    connection->exchanges_count++;
    exchange->moved_us = host->now_us;
    return exchange;
}

static void connection_keep_spare(struct rpc_host *host, struct exchange *exchange)
{
    buf_release(&exchange->out);
    rpc_host_wipe_soon(host);
    if (host->spare_exchanges_count >= EXCHANGES_SPARE_MAX) {
        arena_release(&exchange->arena);
        mem_free(exchange);
        return;
    }
    arena_reset(&exchange->arena);
    exchange->next = host->spare_exchanges;
    host->spare_exchanges = exchange;
    host->spare_exchanges_count++;
}

void connection_end(struct connection *connection, struct exchange *exchange)
{
    if (exchange->sink != NULL) {
        exchange->sink->closed(exchange->user);
    }
    if (exchange->previous != NULL) {
        exchange->previous->next = exchange->next;
    } else {
        connection->exchanges = exchange->next;
    }
    if (exchange->next != NULL) {
        exchange->next->previous = exchange->previous;
    }
    connection->exchanges_count--;
    connection_keep_spare(connection->host, exchange);
}

static bool connection_late(int64_t since_us, int64_t now_us, int seconds)
{
    return now_us - since_us > seconds * RPC_SECOND_US;
}

/* A client that neither takes its answer nor sends its request. */
static void connection_check_exchanges(struct connection *connection, int64_t now_us)
{
    struct exchange *next;
    for (struct exchange *exchange = connection->exchanges; exchange != NULL; exchange = next) {
        next = exchange->next;
        bool stalls = exchange_queued(exchange) > 0 &&
                      connection_late(exchange->moved_us, now_us, RPC_WRITE_SECONDS);
        bool dawdles = !exchange->whole && !exchange->patient &&
                       connection_late(exchange->moved_us, now_us, RPC_BODY_SECONDS);
        if (stalls || dawdles) {
            exchange_reset(exchange);
        }
    }
}

static bool connection_gives_up(const struct connection *connection, int64_t now_us)
{
    return (!connection->requested &&
            connection_late(connection->opened_us, now_us, RPC_PREFACE_SECONDS)) ||
           (connection->headers_us != 0 &&
            connection_late(connection->headers_us, now_us, RPC_HEADERS_SECONDS)) ||
           (connection->unwritten > 0 &&
            connection_late(connection->written_us, now_us, RPC_WRITE_SECONDS)) ||
           now_us >= connection->closes_at_us;
}

static void connection_check(struct rpc_timer *timer, int64_t now_us)
{
    struct connection *connection =
        (struct connection *)(void *)((char *)timer - offsetof(struct connection, timer));
    connection_check_exchanges(connection, now_us);
    bool idle = connection->exchanges_count == 0;
    bool expired = now_us >= connection->drain_at_us ||
                   (idle && connection_late(connection->received_us, now_us, RPC_IDLE_SECONDS));
    if (connection_gives_up(connection, now_us)) {
        connection->failed = true;
    } else if (expired && !connection->draining) {
        connection_drain(connection, false);
    } else if (connection->draining) {
        connection_drain(connection, true);
    }
    if (connection->draining && idle && connection->closes_at_us == INT64_MAX) {
        connection->closes_at_us = now_us + DRAIN_SECONDS * RPC_SECOND_US;
    }
    connection_touch(connection);
    bool calm = idle && connection->requested && !connection->draining;
    int seconds = calm ? CHECK_IDLE_SECONDS : CHECK_SECONDS;
    rpc_timer_set(&connection->host->timers, timer, now_us + seconds * RPC_SECOND_US);
}
