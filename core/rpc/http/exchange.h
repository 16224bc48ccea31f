/* One request and its answer, whichever version of HTTP carries them. The version's file fills the
 * request in; whoever answers calls exchange_respond, _write and _end. Only the loop's thread. */
#ifndef CORE_RPC_HTTP_EXCHANGE_H
#define CORE_RPC_HTTP_EXCHANGE_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/rpc/http/fields.h"

struct connection;
struct exchange;

/* To whom the request goes. Nothing is called after `closed`. */
struct exchange_sink {
    /* Some of the body; taken by exchange_consume, sooner or later. */
    void (*body)(void *user, struct str bytes);
    /* The request is whole. */
    void (*whole)(void *user);
    /* The queue of what was written has sunk below RPC_QUEUE_LOW. */
    void (*room)(void *user);
    /* Everything is sent, or the client is gone: the exchange ends with this call. */
    void (*closed)(void *user);
};

/* What a version of HTTP does for an exchange. */
struct exchange_wire {
    void (*respond)(struct exchange *exchange); /* the answer's headers may leave */
    void (*more)(struct exchange *exchange);    /* more is queued, or it is the end */
    void (*reset)(struct exchange *exchange);   /* breaks off */
    void (*consume)(struct exchange *exchange, size_t size);
};

struct exchange {
    struct connection *connection;
    const struct exchange_wire *wire;
    void *session;                    /* the version's */
    struct exchange *previous, *next; /* in the connection */
    int32_t stream_id;

    struct arena arena; /* of the request's and the answer's fields */
    struct str method;
    struct str path;  /* without the query, as it came */
    struct str query; /* behind the '?' */
    struct str authority;
    struct http_fields fields;
    size_t fields_size; /* as HTTP/2 counts it */
    unsigned empty_frames;

    const struct exchange_sink *sink; /* NULL: the body is of no interest */
    void *user;

    unsigned status;
    struct http_fields answer;
    struct http_fields trailers;
    struct buf out;
    size_t out_at; /* bytes of it that are sent */
    size_t unconsumed;
    int64_t moved_us; /* when bytes of it last came or went */

    bool patient;   /* the request may take as long as it likes */
    bool oversized; /* the request's headers are more than is allowed */
    bool whole;     /* the request has ended */
    bool responded;
    bool submitted;
    bool ended; /* nothing more will be written */
    bool deferred;
    bool wants_room;
    bool apart;  /* headers and trailers are never one block */
    bool broken; /* reset by us */
};

/* Adds to the answer's headers before exchange_respond, to its trailers before exchange_end. False
 * when there are too many; nothing is added then. Copies both. */
bool exchange_header(struct exchange *exchange, struct str name, struct str value);
bool exchange_trailer(struct exchange *exchange, struct str name, struct str value);
/* Sends the headers. */
void exchange_respond(struct exchange *exchange, unsigned status);
/* Appends to the body; exchange_more says so when something whole is there. */
struct buf *exchange_out(struct exchange *exchange);
void exchange_more(struct exchange *exchange);
void exchange_write(struct exchange *exchange, struct str bytes);
/* Forgets what is queued; only before the headers leave. */
void exchange_drop_queue(struct exchange *exchange);
/* No more will come: the trailers, and the end. */
void exchange_end(struct exchange *exchange);
/* The same, and the headers if they have not left: then all of it is known at once. */
void exchange_finish(struct exchange *exchange, unsigned status);
/* Breaks off in the middle. */
void exchange_reset(struct exchange *exchange);
/* Gives room for so many more bytes of the body. */
void exchange_consume(struct exchange *exchange, size_t size);
/* Bytes that are written and not sent. */
static inline size_t exchange_queued(const struct exchange *exchange)
{
    return exchange->out.size - exchange->out_at;
}
/* A whole answer: headers, and this text as the body. From 400 on the observer hears of it. */
void exchange_answer(struct exchange *exchange, unsigned status, struct str type, struct str body);

/* For the versions: the request has come this far. */
void exchange_body(struct exchange *exchange, struct str bytes);
void exchange_whole(struct exchange *exchange);
/* Adds a field of the request and counts it; false when the arena is full. */
bool exchange_field(struct exchange *exchange, struct str name, struct str value);
/* Splits a target into path and query. */
void exchange_target(struct exchange *exchange, struct str target);
/* Moves up to `size_max` bytes of the queue to `data`. */
size_t exchange_take(struct exchange *exchange, char *data, size_t size_max);
/* Whether all that was written has been taken, and nothing more will come. */
static inline bool exchange_drained(const struct exchange *exchange)
{
    return exchange->ended && exchange_queued(exchange) == 0;
}

#endif
