#include "core/rpc/transport/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/rpc/transport/link.h"
#include "core/rpc/transport/tls.h"

enum { LISTENER_BACKLOG = 1024 };

union listener_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un un;
};

static struct status listener_parse(const struct rpc_listen *listen, union listener_address *out,
                                    socklen_t *size)
{
    *out = (union listener_address){ 0 };
    if (listen->unix_path != NULL && strlen(listen->unix_path) < sizeof out->un.sun_path) {
        out->un.sun_family = AF_UNIX;
        memcpy(out->un.sun_path, listen->unix_path, strlen(listen->unix_path));
        *size = sizeof out->un;
    } else if (inet_pton(AF_INET, listen->address, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(listen->port);
        *size = sizeof out->v4;
    } else if (inet_pton(AF_INET6, listen->address, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(listen->port);
        *size = sizeof out->v6;
    } else {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an IP address or a short path to listen on, not '%s'",
                            listen->unix_path != NULL ? listen->unix_path : listen->address);
    }
    return status_ok();
}

/* Who connected, as the kernel says. */
static bool listener_is_owner(evutil_socket_t fd)
{
    struct ucred who;
    socklen_t size = sizeof who;
    bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0;
    return known && (who.uid == geteuid() || who.uid == 0);
}

static void listener_peer(evutil_socket_t fd, const union listener_address *from,
                          struct rpc_peer *peer)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct buf out = buf_in(peer->address, sizeof peer->address);
    if (from->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &from->v4.sin_addr, text, sizeof text);
        buf_printf(&out, "%s:%u", text, ntohs(from->v4.sin_port));
        peer->local = ntohl(from->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    } else if (from->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &from->v6.sin6_addr, text, sizeof text);
        buf_printf(&out, "[%s]:%u", text, ntohs(from->v6.sin6_port));
        peer->local = IN6_IS_ADDR_LOOPBACK(&from->v6.sin6_addr);
    } else {
        buf_printf(&out, "unix");
        peer->local = true;
        peer->owner = listener_is_owner(fd);
    }
    buf_release(&out);
}

static void listener_on_accept(struct evconnlistener *socket, evutil_socket_t fd,
                               struct sockaddr *address, int size, void *user)
{
    (void)socket;
    struct listener *listener = user;
    union listener_address from = { 0 };
    struct rpc_peer peer = { .tls = listener->tls != NULL };
    memcpy(&from, address, (size_t)size < sizeof from ? (size_t)size : sizeof from);
    listener_peer(fd, &from, &peer);
    loop_wake(listener->loop);
    link_open(listener->loop, fd, listener->tls, &peer);
    loop_settle(listener->loop);
}

/* Without descriptors there is nothing to do but to wait until some are closed. */
static void listener_on_error(struct evconnlistener *socket, void *user)
{
    struct listener *listener = user;
    evconnlistener_disable(socket);
    listener->resting = true;
}

void listener_retry(struct listener *listeners)
{
    for (struct listener *at = listeners; at != NULL; at = at->next) {
        if (at->resting) {
            at->resting = false;
            evconnlistener_enable(at->socket);
        }
    }
}

static uint16_t listener_port(const struct listener *listener)
{
    union listener_address got = { 0 };
    socklen_t size = sizeof got;
    getsockname(evconnlistener_get_fd(listener->socket), &got.any, &size);
    return got.any.sa_family == AF_INET    ? ntohs(got.v4.sin_port)
           : got.any.sa_family == AF_INET6 ? ntohs(got.v6.sin6_port)
                                           : 0;
}

static struct status listener_bind(struct listener *listener, const struct rpc_listen *listen)
{
    union listener_address address;
    socklen_t size = 0;
    TRY(listener_parse(listen, &address, &size));
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    listener->socket = evconnlistener_new_bind(listener->loop->base, listener_on_accept, listener,
                                               flags, LISTENER_BACKLOG, &address.any, (int)size);
    if (listener->socket == NULL) {
        return status_error(STATUS_UNAVAILABLE, "expected to listen on '%s' port %u: %s",
                            listen->unix_path != NULL ? listen->unix_path : listen->address,
                            listen->port, strerror(errno));
    }
    evconnlistener_set_error_cb(listener->socket, listener_on_error);
    return status_ok();
}

static void listener_free(struct listener *listener)
{
    if (listener->socket != NULL) {
        evconnlistener_free(listener->socket);
    }
    tls_close(listener->tls);
    mem_free(listener);
}

struct status listener_open(struct loop *loop, const struct rpc_listen *listen, uint16_t *port)
{
    struct listener *listener = mem_zalloc(1, sizeof *listener);
    listener->loop = loop;
    struct status st = listen->tls == NULL ? status_ok() : tls_open(listen->tls, &listener->tls);
    if (st.code == STATUS_OK) {
        st = listener_bind(listener, listen);
    }
    if (st.code != STATUS_OK) {
        listener_free(listener);
        return st;
    }
    *port = listener_port(listener);
    listener->next = loop->listeners;
    loop->listeners = listener;
    return status_ok();
}

void listener_close_all(struct loop *loop)
{
    while (loop->listeners != NULL) {
        struct listener *listener = loop->listeners;
        loop->listeners = listener->next;
        listener_free(listener);
    }
}
