#include "tests/connect-conformance/service.h"

#include "connectrpc/conformance/v1/service.pb-c.h"
#include "tests/connect-conformance/answer.h"

typedef Connectrpc__Conformance__V1__UnaryRequest unary_request;
typedef Connectrpc__Conformance__V1__IdempotentUnaryRequest idempotent_request;
typedef Connectrpc__Conformance__V1__ClientStreamRequest client_request;
typedef Connectrpc__Conformance__V1__ServerStreamRequest server_request;
typedef Connectrpc__Conformance__V1__BidiStreamRequest bidi_request;

/* The response messages all have the payload as their only field. */
static void service_send(struct answer *answer)
{
    union {
        ProtobufCMessage base;
        Connectrpc__Conformance__V1__UnaryResponse unary;
        Connectrpc__Conformance__V1__IdempotentUnaryResponse idempotent;
        Connectrpc__Conformance__V1__ClientStreamResponse client;
        Connectrpc__Conformance__V1__ServerStreamResponse server;
        Connectrpc__Conformance__V1__BidiStreamResponse bidi;
    } message;
    Connectrpc__Conformance__V1__ConformancePayload payload;
    const ProtobufCServiceDescriptor *service =
        &connectrpc__conformance__v1__conformance_service__descriptor;
    struct str name = rpc_call_method(answer->call);
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(service, strrchr(name.data, '/') + 1);
    protobuf_c_message_init(method->output, &message.base);
    answer_payload(answer, &payload);
    message.unary.payload = &payload;
    rpc_call_send(answer->call, &message.base);
    answer->sent++;
}

static void service_answer_one(struct answer *answer)
{
    if (answer->error == NULL) {
        service_send(answer);
    }
    answer_finish(answer);
}

static void service_unary(struct answer *answer)
{
    if (answer->delay_us > 0 && answer->error == NULL) {
        rpc_call_wake_in(answer->call, answer->delay_us);
    } else {
        service_answer_one(answer);
    }
}

static void service_on_unary(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct answer *answer = answer_of(call);
    answer_note(answer, message);
    answer_define_unary(answer, RPC_AS(unary_request, message)->response_definition);
    service_unary(answer);
}

static void service_on_idempotent(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct answer *answer = answer_of(call);
    answer_note(answer, message);
    answer_define_unary(answer, RPC_AS(idempotent_request, message)->response_definition);
    service_unary(answer);
}

static void service_on_client(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct answer *answer = answer_of(call);
    answer_note(answer, message);
    if (!answer->defined) {
        answer_define_unary(answer, RPC_AS(client_request, message)->response_definition);
    }
}

static void service_on_client_end(struct rpc_call *call)
{
    service_unary(answer_of(call));
}

static void service_on_unary_wake(struct rpc_call *call)
{
    service_answer_one(answer_of(call));
}

/* Sends what is owed, each after its delay, and ends when nothing more can be. */
static void service_go_on(struct answer *answer)
{
    while (answer->owed > 0 && !answer->waits) {
        if (answer->delay_us > 0) {
            answer->waits = true;
            rpc_call_wake_in(answer->call, answer->delay_us);
        } else {
            service_send(answer);
            answer->owed--;
        }
    }
    if (answer->ends && answer->owed == 0) {
        answer_finish(answer);
    }
}

static void service_on_stream_wake(struct rpc_call *call)
{
    struct answer *answer = answer_of(call);
    answer->waits = false;
    service_send(answer);
    answer->owed--;
    if (answer->owed > 0) {
        answer->waits = true;
        rpc_call_wake_in(call, answer->delay_us);
    } else {
        service_go_on(answer);
    }
}

static void service_owe_all(struct answer *answer)
{
    answer->ends = true;
    answer->owed = answer->data_count - answer->sent;
    if (answer->data_count > 0) {
        rpc_call_send_headers(answer->call);
    }
    service_go_on(answer);
}

static void service_on_server(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct answer *answer = answer_of(call);
    answer_note(answer, message);
    answer_define_stream(answer, RPC_AS(server_request, message)->response_definition);
    service_owe_all(answer);
}

static void service_on_bidi(struct rpc_call *call, const ProtobufCMessage *message)
{
    const bidi_request *request = RPC_AS(bidi_request, message);
    struct answer *answer = answer_of(call);
    answer_note(answer, message);
    if (!answer->defined) {
        answer->full_duplex = request->full_duplex;
        answer_define_stream(answer, request->response_definition);
        if (answer->full_duplex && answer->data_count > 0) {
            rpc_call_send_headers(call);
        }
    }
    if (answer->full_duplex && answer->sent + answer->owed >= answer->data_count) {
        answer->ends = true;
        service_go_on(answer);
    } else if (answer->full_duplex) {
        answer->owed++;
        service_go_on(answer);
    }
}

static void service_on_bidi_end(struct rpc_call *call)
{
    struct answer *answer = answer_of(call);
    if (!answer->ends) {
        service_owe_all(answer);
    }
}

static void service_on_cancel(struct rpc_call *call)
{
    struct answer *answer = answer_of(call);
    rpc_call_finish_ok(call);
    answer_free(answer);
}

static const struct rpc_method service_methods[] = {
    { "Unary",
      RPC_UNARY,
      false,
      { .message = service_on_unary, .wake = service_on_unary_wake, .cancel = service_on_cancel } },
    { "IdempotentUnary",
      RPC_UNARY,
      true,
      { .message = service_on_idempotent,
        .wake = service_on_unary_wake,
        .cancel = service_on_cancel } },
    { "ClientStream",
      RPC_CLIENT_STREAM,
      false,
      { .message = service_on_client,
        .half_close = service_on_client_end,
        .wake = service_on_unary_wake,
        .cancel = service_on_cancel } },
    { "ServerStream",
      RPC_SERVER_STREAM,
      false,
      { .message = service_on_server,
        .wake = service_on_stream_wake,
        .cancel = service_on_cancel } },
    { "BidiStream",
      RPC_BIDI_STREAM,
      false,
      { .message = service_on_bidi,
        .half_close = service_on_bidi_end,
        .wake = service_on_stream_wake,
        .cancel = service_on_cancel } },
};

const struct rpc_service conformance_service = {
    .descriptor = &connectrpc__conformance__v1__conformance_service__descriptor,
    .methods = service_methods,
    .methods_count = sizeof service_methods / sizeof service_methods[0],
};
