/* test.v1.Library, with its paths: what the tests of core/rpc ask. */
#ifndef TESTS_LIB_LIBRARY_H
#define TESTS_LIB_LIBRARY_H

#include "core/rpc/service.h"

struct library {
    struct rpc_call *held;  /* a GetBook of shelf "held", until the test finishes it */
    struct rpc_call *watch; /* a WatchBooks that goes on */
    unsigned cancelled;     /* calls that the handler was told of */
    unsigned rooms;         /* how often there was room again */
};

/* The service, its handlers' context being `library`. */
struct rpc_service library_service(struct library *library);
extern const struct rpc_route library_routes[];
extern const size_t library_routes_count;
/* A book of these ids, for answers. */
void library_send_book(struct rpc_call *call, const char *shelf, const char *book);

#endif
