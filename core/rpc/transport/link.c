/* A bufferevent and a connection. Reading stops while the connection takes nothing, or while more
 * than RPC_OUTPUT_MAX waits to be written; it is switched off, never limited by a watermark, which
 * in bufferevent_openssl forgets bytes that TLS has read already. */
#include "core/rpc/transport/link.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "core/base/memory.h"
#include "core/rpc/http/connection.h"
#include "core/rpc/observer.h"
#include "core/rpc/transport/tls.h"

enum { LINK_INPUT_MAX = 64 * 1024, LINK_LINGER_SECONDS = 1 };

struct link {
    struct loop *loop;
    struct link *previous, *next;
    struct bufferevent *socket;
    struct connection *connection; /* NULL: in the handshake, or lingering */
    struct rpc_peer peer;
    struct buf certificate;
    bool handshaking;
    bool flushes;             /* the client has closed its side: closed when all is written */
    int64_t lingers_until_us; /* all is written; what still comes is dropped */
};

static void link_list(struct link *link)
{
    struct loop *loop = link->loop;
    link->next = loop->first_link;
    if (link->next != NULL) {
        link->next->previous = link;
    }
    loop->first_link = link;
    loop->links++;
    if (loop->host->observer != NULL && loop->host->observer->connected != NULL) {
        loop->host->observer->connected(loop->host->observer->self, &link->peer);
    }
}

static void link_unlist(struct link *link)
{
    struct loop *loop = link->loop;
    if (link->previous != NULL) {
        link->previous->next = link->next;
    } else {
        loop->first_link = link->next;
    }
    if (link->next != NULL) {
        link->next->previous = link->previous;
    }
    loop->links--;
    if (loop->host->observer != NULL && loop->host->observer->disconnected != NULL) {
        loop->host->observer->disconnected(loop->host->observer->self, &link->peer);
    }
}

void link_close(struct link *link)
{
    connection_close(link->connection);
    link->loop->handshakes -= link->handshaking;
    link_unlist(link);
    bufferevent_free(link->socket);
    buf_release(&link->certificate);
    mem_free(link);
}

/* Closing with unread bytes makes the kernel reset the connection, and what was just written may be
 * lost; so the client gets a moment to finish. */
static void link_linger(struct link *link)
{
    struct timeval patience = { LINK_LINGER_SECONDS, 0 };
    connection_close(link->connection);
    link->connection = NULL;
    link->lingers_until_us = link->loop->host->now_us + LINK_LINGER_SECONDS * RPC_SECOND_US;
    tls_say_goodbye(bufferevent_openssl_get_ssl(link->socket));
    shutdown(bufferevent_getfd(link->socket), SHUT_WR);
    bufferevent_set_timeouts(link->socket, &patience, NULL);
    bufferevent_enable(link->socket, EV_READ);
}

static void link_feed(struct link *link)
{
    struct evbuffer *input = bufferevent_get_input(link->socket);
    size_t size = evbuffer_get_length(input), taken = 1;
    while (size > 0 && taken > 0 && !connection_over(link->connection)) {
        struct str bytes = str_make(evbuffer_pullup(input, -1), size);
        taken = connection_receive(link->connection, bytes);
        evbuffer_drain(input, taken);
        size -= taken;
        link->loop->received += taken;
    }
}

static void link_regulate(struct link *link, size_t unwritten)
{
    size_t unread = evbuffer_get_length(bufferevent_get_input(link->socket));
    bool reads = unread < LINK_INPUT_MAX && unwritten < RPC_OUTPUT_MAX;
    bool reading = (bufferevent_get_enabled(link->socket) & EV_READ) != 0;
    if (reads && !reading) {
        bufferevent_enable(link->socket, EV_READ);
    } else if (!reads && reading) {
        bufferevent_disable(link->socket, EV_READ);
    }
}

/* Gives the connection what has come and the socket what is to leave, until neither moves: an
 * answer that left may have made room for the next request. Gives the bytes that the socket has not
 * taken. */
static size_t link_move(struct link *link)
{
    struct buf *scratch = &link->loop->scratch;
    struct evbuffer *input = bufferevent_get_input(link->socket);
    struct evbuffer *output = bufferevent_get_output(link->socket);
    bool moves = true;
    while (moves && evbuffer_get_length(output) < RPC_OUTPUT_MAX) {
        link_feed(link);
        connection_output(link->connection, scratch, RPC_OUTPUT_MAX - evbuffer_get_length(output));
        moves = scratch->size > 0 && evbuffer_get_length(input) > 0;
        if (scratch->size > 0) {
            bufferevent_write(link->socket, scratch->data, scratch->size);
            link->loop->sent += scratch->size;
            buf_clear(scratch);
        }
    }
    return evbuffer_get_length(output);
}

void link_flush(struct link *link)
{
    size_t unwritten = link_move(link);
    connection_written(link->connection, unwritten);
    link->connection->touched = false;
    if (link->connection->failed) {
        link_close(link);
    } else if (unwritten == 0 && connection_over(link->connection)) {
        link_linger(link);
    } else {
        link_regulate(link, unwritten);
    }
}

/* A client that goes on sending keeps no socket by that. */
static void link_drop(struct link *link)
{
    struct evbuffer *input = bufferevent_get_input(link->socket);
    evbuffer_drain(input, evbuffer_get_length(input));
    if (link->loop->host->now_us > link->lingers_until_us) {
        struct loop *loop = link->loop;
        link_close(link);
        loop_settle(loop);
    }
}

static void link_on_read(struct bufferevent *socket, void *user)
{
    (void)socket;
    struct link *link = user;
    loop_wake(link->loop);
    if (link->connection == NULL) {
        link_drop(link);
        return;
    }
    connection_touch(link->connection);
    loop_settle(link->loop);
}

static void link_on_write(struct bufferevent *socket, void *user)
{
    struct link *link = user;
    struct loop *loop = link->loop;
    loop_wake(link->loop);
    if (link->connection != NULL) {
        connection_touch(link->connection);
    } else if (link->flushes && evbuffer_get_length(bufferevent_get_output(socket)) == 0) {
        link_close(link);
    }
    loop_settle(loop);
}

static void link_begin(struct link *link)
{
    link->connection = connection_open(link->loop->host, &link->peer, link);
    if (link->loop->host->draining) {
        connection_drain(link->connection, true);
    }
    bufferevent_set_timeouts(link->socket, NULL, NULL);
    bufferevent_setwatermark(link->socket, EV_WRITE, RPC_OUTPUT_MAX / 4, 0);
    bufferevent_enable(link->socket, EV_READ | EV_WRITE);
}

static void link_on_secured(struct link *link)
{
    struct ssl_st *ssl = bufferevent_openssl_get_ssl(link->socket);
    link->handshaking = false;
    link->loop->handshakes--;
    tls_certificate(ssl, &link->certificate);
    link->peer.certificate = buf_str(&link->certificate);
    link_begin(link);
    connection_speak(link->connection, tls_is_http2(ssl));
    connection_touch(link->connection);
}

/* A client that has closed its side may still read: what was answered goes out, what is under way
 * is cancelled. */
static void link_on_half_close(struct link *link)
{
    struct timeval patience = { LINK_LINGER_SECONDS, 0 };
    if (link->connection == NULL || link_move(link) == 0) {
        link_close(link);
        return;
    }
    connection_close(link->connection);
    link->connection = NULL;
    link->flushes = true;
    bufferevent_disable(link->socket, EV_READ);
    bufferevent_setwatermark(link->socket, EV_WRITE, 0, 0);
    bufferevent_set_timeouts(link->socket, NULL, &patience);
}

static void link_on_event(struct bufferevent *socket, short what, void *user)
{
    (void)socket;
    struct link *link = user;
    struct loop *loop = link->loop;
    loop_wake(loop);
    if ((what & BEV_EVENT_CONNECTED) != 0) {
        link_on_secured(link);
    } else if ((what & BEV_EVENT_EOF) != 0) {
        link_on_half_close(link);
    } else {
        link_close(link);
    }
    loop_settle(loop);
}

/* TLS that comes a byte at a time is not TLS for long. */
static void link_shake_hands(struct link *link)
{
    struct timeval patience = { RPC_HANDSHAKE_SECONDS, 0 };
    link->handshaking = true;
    link->loop->handshakes++;
    bufferevent_set_timeouts(link->socket, &patience, &patience);
    bufferevent_enable(link->socket, EV_READ | EV_WRITE);
}

static struct bufferevent *link_socket(struct loop *loop, int fd, struct ssl_ctx_st *tls)
{
    int options = BEV_OPT_CLOSE_ON_FREE;
    if (tls == NULL) {
        return bufferevent_socket_new(loop->base, fd, options);
    }
    struct ssl_st *ssl = tls_accept(tls);
    return ssl == NULL ? NULL
                       : bufferevent_openssl_socket_new(loop->base, fd, ssl,
                                                        BUFFEREVENT_SSL_ACCEPTING, options);
}

static void link_turned_away(const struct rpc_observer *observer)
{
    if (observer != NULL && observer->turned_away != NULL) {
        observer->turned_away(observer->self);
    }
}

void link_open(struct loop *loop, int fd, struct ssl_ctx_st *tls, const struct rpc_peer *peer)
{
    int one = 1;
    bool full = loop->links >= loop->links_max || loop->handshakes >= RPC_HANDSHAKES_MAX;
    struct bufferevent *socket = full ? NULL : link_socket(loop, fd, tls);
    if (socket == NULL) {
        evutil_closesocket(fd);
        link_turned_away(loop->host->observer);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on a Unix socket: fine */
    struct link *link = mem_zalloc(1, sizeof *link);
    link->loop = loop;
    link->socket = socket;
    link->peer = *peer;
    link_list(link);
    bufferevent_setcb(socket, link_on_read, link_on_write, link_on_event, link);
    if (tls != NULL) {
        link_shake_hands(link);
    } else {
        link_begin(link);
    }
}
