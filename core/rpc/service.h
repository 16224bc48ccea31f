/* What a server offers: methods of services with their handlers, pages, and paths. */
#ifndef CORE_RPC_SERVICE_H
#define CORE_RPC_SERVICE_H

#include <protobuf-c/protobuf-c.h>

#include "core/rpc/call.h"

enum rpc_kind {
    RPC_UNARY,         /* one message each way */
    RPC_CLIENT_STREAM, /* any number of messages from the client, one answer */
    RPC_SERVER_STREAM,
    RPC_BIDI_STREAM,
};

/* What a method does. All run on the server's thread and must not wait; any but `message` may be
 * NULL. Each call is finished by exactly one rpc_call_finish, in a callback or later. */
struct rpc_handler {
    /* A call has begun, and its first message has not come. */
    void (*open)(struct rpc_call *call);
    /* A message of the method's input type (RPC_AS gives it its type). Where the client sends one,
     * it is called once; else for each, in order. The message lives until the callback returns, or
     * while the call is held (rpc_call_hold). */
    void (*message)(struct rpc_call *call, const ProtobufCMessage *message);
    /* The client of a stream will send no more. NULL: the call then ends with OK. */
    void (*half_close)(struct rpc_call *call);
    /* There is room for more messages (rpc_call_full said that there was none). */
    void (*room)(struct rpc_call *call);
    /* The client has gone, or its deadline has passed: what is sent now goes nowhere. The call
     * still has to be finished. NULL: it is finished for the handler, if it is not held. */
    void (*cancel)(struct rpc_call *call);
    /* The time that rpc_call_wake_in asked for has passed. */
    void (*wake)(struct rpc_call *call);
    /* The server is about to stop: a stream that would go on for ever finishes with UNAVAILABLE, so
     * that its client moves over. NULL: the call goes on, until the server's patience ends. */
    void (*drain)(struct rpc_call *call);
};

struct rpc_method {
    const char *name; /* as in the schema */
    enum rpc_kind kind;
    bool safe; /* changes nothing: may be asked for by GET */
    struct rpc_handler handler;
};

/* A service by its generated descriptor; methods that are not listed are UNIMPLEMENTED. */
struct rpc_service {
    const ProtobufCServiceDescriptor *descriptor;
    const struct rpc_method *methods;
    size_t methods_count;
    void *context; /* what rpc_call_context gives */
};

/* Where a part of a request that is called `name` goes: several binds of one name fill several
 * fields. */
struct rpc_bind {
    enum rpc_bind_from {
        RPC_BIND_PARAMETER, /* a variable of the path, or a parameter of the query */
        RPC_BIND_HEADER,    /* its value, with or without quotes around */
        RPC_BIND_BODY,      /* a member of the body, which also stays there */
        RPC_BIND_BESIDE,    /* a member of the body, which is not of what the body is */
    } from;
    const char *name;
    const char *field; /* of the message: "command.org_id" */
};

/* Who decides whether a call comes in. No handler hears of a call before. */
struct rpc_gate {
    /* A call has begun. Answered exactly once by rpc_call_admit or rpc_call_finish, at once or
     * later; what its client sends waits until then. */
    void (*ask)(void *context, struct rpc_call *call);
    /* A call that was not answered yet is gone: there is nothing to answer any more. */
    void (*gone)(void *context, struct rpc_call *call);
    /* A connection is gone, of which the gate knew something (rpc_call_note). NULL where it never
     * does. */
    void (*forget)(void *context, void *note);
    /* A call that came in carries a wrong proof of who sent it (rpc_call_unproven). NULL where the
     * gate does not care. */
    void (*unproven)(void *context, struct rpc_call *call);
    void *context;
};

/* A method as a path of JSON over HTTP, as google.api.http has it. */
struct rpc_route {
    const char *verb;     /* "GET", "POST", "PATCH", "PUT" or "DELETE" */
    const char *template; /* "/v1/orgs/{org}/roles/{role}:assign" */
    const char *method;   /* "agency.v1.Commands/Submit" */
    const char *body;     /* "*": the message; "role": this field of it; NULL: there is none */
    /* What variables, parameters and headers stand for, borrowed. Without binds their names are
     * fields of the message; with them, no others are taken. */
    const struct rpc_bind *binds;
    size_t binds_count;
};

/* A text served under a path, whole: a document, a page. Borrowed. */
struct rpc_page {
    const char *path;
    const char *type; /* "text/html; charset=utf-8" */
    struct str bytes;
};

/* Who asks for a view. */
struct rpc_seen {
    const struct rpc_peer *peer;
    struct str accept; /* the header; empty: it is not there */
};

/* What it is: 200, text/plain and empty, unless `render` says otherwise. */
struct rpc_shown {
    unsigned status;
    const char *type;
    struct buf *body;
};

/* A text that is made when it is asked for, by GET or HEAD. `render` runs on the server's thread
 * and must not wait. */
struct rpc_view {
    const char *path;
    void (*render)(void *context, const struct rpc_seen *seen, struct rpc_shown *shown);
    void *context;
};

/* The message as its own type: RPC_AS(Agency__V1__SubmitRequest, message). */
#define RPC_AS(type, message) ((const type *)(const void *)(message))

#endif
