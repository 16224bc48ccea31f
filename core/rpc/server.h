/* A server of gRPC, gRPC-Web, Connect, JSON over HTTP and server-sent events on one port, in a
 * thread of its own.
 *
 *     struct rpc_server *server;
 *     TRY(rpc_server_open(&(struct rpc_server_options){ 0 }, &server));
 *     TRY(rpc_server_add(server, &(struct rpc_service){ &greeter__descriptor, methods, 1, NULL }));
 *     TRY(rpc_server_listen(server, &(struct rpc_listen){ .address = "127.0.0.1" }, &port));
 *     TRY(rpc_server_start(server));
 *     ...
 *     rpc_server_close(server);
 *
 * with methods = { { "Hello", RPC_UNARY, true, { .message = greeter_hello } } } and
 *
 *     static void greeter_hello(struct rpc_call *call, const ProtobufCMessage *message)
 *     {
 *         const HelloRequest *request = RPC_AS(HelloRequest, message);
 *         HelloReply reply = HELLO_REPLY__INIT;
 *         reply.text = request->name;
 *         rpc_call_send(call, &reply.base);
 *         rpc_call_finish_ok(call);
 *     }
 *
 * A handler that has to wait holds its call (rpc_call_hold), gives the work to another thread, and
 * that one comes back with rpc_server_post. */
#ifndef CORE_RPC_SERVER_H
#define CORE_RPC_SERVER_H

#include "core/rpc/observer.h"
#include "core/rpc/service.h"

struct rpc_server;

struct rpc_server_options {
    size_t message_size_max;      /* 0: RPC_MESSAGE_SIZE_DEFAULT; at most RPC_MESSAGE_SIZE_MAX */
    size_t connections_max;       /* 0: RPC_CONNECTIONS_DEFAULT */
    int64_t connection_age_s_max; /* after which clients are asked to come anew; 0: any */
    /* A google.protobuf.FileDescriptorSet with all that is imported (protoc --include_imports
     * --descriptor_set_out), borrowed: what reflection shows. Empty: no reflection. */
    struct str descriptors;
    bool health;                         /* serve grpc.health.v1.Health */
    const struct rpc_observer *observer; /* who hears what it does, borrowed; NULL: nobody */
    const struct rpc_gate *gate;         /* who may come in, borrowed; NULL: everybody */
};

struct x509_st;
struct stack_st_X509;

/* Judges clients' certificates in OpenSSL's place: `chain` is what the client sent with its own.
 * False: the handshake fails. On the server's thread. */
struct rpc_client_judge {
    bool (*judge)(void *context, struct x509_st *leaf, struct stack_st_X509 *chain);
    void *context;
};

/* All in PEM, borrowed while rpc_server_listen runs. */
struct rpc_tls {
    struct str certificate;        /* and behind it those of who signed it */
    struct str key;                /* the certificate's */
    struct str client_authorities; /* who signs clients' certificates; empty: none is asked for */
    bool client_required;          /* a client without one is refused */
    const struct rpc_client_judge *client_judge; /* instead of client_authorities, borrowed until
                                                    the server is closed; NULL: there is none */
};

struct rpc_listen {
    const char *address;       /* of IPv4 or IPv6 */
    uint16_t port;             /* 0: any */
    const char *unix_path;     /* instead of an address */
    const struct rpc_tls *tls; /* NULL: clear text */
};

/* INVALID_ARGUMENT for options out of range, DATA_LOSS for descriptors that are none, UNAVAILABLE
 * when the system is out of descriptors. */
MUST_USE struct status rpc_server_open(const struct rpc_server_options *options,
                                       struct rpc_server **server);
/* Before the start; as rpc_registry_add and its kin. */
MUST_USE struct status rpc_server_add(struct rpc_server *server, const struct rpc_service *service);
MUST_USE struct status rpc_server_add_page(struct rpc_server *server, const struct rpc_page *page);
MUST_USE struct status rpc_server_add_view(struct rpc_server *server, const struct rpc_view *view);
MUST_USE struct status rpc_server_add_route(struct rpc_server *server,
                                            const struct rpc_route *route);
/* Before the start, any number of times. Gives the port that it got. INVALID_ARGUMENT for a wrong
 * address or certificate, UNAVAILABLE when the address is taken. */
MUST_USE struct status rpc_server_listen(struct rpc_server *server, const struct rpc_listen *listen,
                                         uint16_t *port);
MUST_USE struct status rpc_server_start(struct rpc_server *server);

/* Runs something on the server's thread: how others finish calls. Waits while very many are queued.
 * Any thread but the server's own. */
void rpc_server_post(struct rpc_server *server, void (*run)(void *argument), void *argument);

/* Health of a service ("" is the server): what clients and balancers ask for. Any thread but the
 * server's own. */
void rpc_server_set_serving(struct rpc_server *server, const char *service, bool serving);

/* Stops: says so to health, listens no more, asks clients to go, ends streams of events; what is
 * left after `patience_ms` is cancelled. Returns when all calls are finished. Not from the server's
 * own thread. NULL is fine. */
void rpc_server_stop(struct rpc_server *server, int64_t patience_ms);
/* rpc_server_stop without patience, if it has not been called; then frees. NULL is fine. */
void rpc_server_close(struct rpc_server *server);

#endif
