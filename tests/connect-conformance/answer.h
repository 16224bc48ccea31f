/* What a call of ConformanceService is to be answered with, and how far it has got. */
#ifndef TESTS_CONNECT_CONFORMANCE_ANSWER_H
#define TESTS_CONNECT_CONFORMANCE_ANSWER_H

#include "core/rpc/service.h"

/* Of the judge's schema, which is there when its suite has fetched it. */
struct Connectrpc__Conformance__V1__Error;
struct Connectrpc__Conformance__V1__UnaryResponseDefinition;
struct Connectrpc__Conformance__V1__StreamResponseDefinition;
struct Connectrpc__Conformance__V1__ConformancePayload;
struct Google__Protobuf__Any;

struct answer {
    struct rpc_call *call;
    struct arena arena;
    bool defined;     /* the first message has come */
    bool full_duplex; /* an answer for each message */
    bool ends;        /* the client will send no more */
    bool waits;       /* for its time */
    int64_t delay_us;
    ProtobufCBinaryData *data; /* one for each answer */
    size_t data_count;
    size_t sent;
    size_t owed;
    const struct Connectrpc__Conformance__V1__Error *error; /* at the end; NULL: none */
    struct Google__Protobuf__Any **requests;                /* since the last answer */
    size_t requests_count;
};

/* The state of a call, made at its first use; freed by answer_free. */
struct answer *answer_of(struct rpc_call *call);
void answer_free(struct answer *answer);

/* Takes down a request, and with the first one what is to be done. */
void answer_note(struct answer *answer, const ProtobufCMessage *request);
void answer_define_unary(
    struct answer *answer,
    const struct Connectrpc__Conformance__V1__UnaryResponseDefinition *definition);
void answer_define_stream(
    struct answer *answer,
    const struct Connectrpc__Conformance__V1__StreamResponseDefinition *definition);

/* The payload of the next answer. */
void answer_payload(struct answer *answer,
                    struct Connectrpc__Conformance__V1__ConformancePayload *payload);
/* Ends the call with the error that was asked for, or with OK. */
void answer_finish(struct answer *answer);

#endif
