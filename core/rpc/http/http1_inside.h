/* Inside of http1: what its files share. */
#ifndef CORE_RPC_HTTP_HTTP1_INSIDE_H
#define CORE_RPC_HTTP_HTTP1_INSIDE_H

#include <llhttp.h>

#include "core/rpc/http/connection.h"

struct http1 {
    llhttp_t parser;
    struct connection *connection;
    struct exchange *exchange; /* the only one: the next waits for its end */
    struct buf target;         /* of the request, as far as it has come */
    struct buf name, value;
    size_t headers_size;
    size_t discarded; /* of a body that nobody wants */

    bool in_headers; /* some of them have come, not all */
    bool line_begins;
    bool headers_done;
    bool keeps_alive; /* after this request */
    bool continues;   /* "100 Continue" is to be sent */
    bool chunked;     /* the answer */
    bool sent;        /* the answer is out */
    bool closing;     /* no more requests */
    bool refused;     /* what came was no request, and that has been said */
};

/* Sets the callbacks that take a request in. */
void http1_request_init(struct http1 *http1);
/* Answers what is no request, and then closes. */
void http1_refuse(struct http1 *http1, unsigned status, const char *why);

/* Appends at most about `size_max` bytes of the answer. */
void http1_answer(struct http1 *http1, struct buf *out, size_t size_max);
extern const struct exchange_wire http1_wire;

#endif
