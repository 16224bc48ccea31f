#include "tests/grpc-interop/service.h"

#include <stdlib.h>

#include "grpc/testing/test.pb-c.h"

/* Larger than any size that a case asks for. */
enum { INTEROP_PAYLOAD_MAX = 4 * 1024 * 1024 };

typedef Grpc__Testing__SimpleRequest simple_request;
typedef Grpc__Testing__StreamingOutputCallRequest output_request;

static void interop_echo_metadata(struct rpc_call *call)
{
    struct str initial = STR("x-grpc-test-echo-initial");
    struct str trailing = STR("x-grpc-test-echo-trailing-bin");
    struct str value = rpc_call_metadata(call, initial);
    struct status st = status_ok();
    if (value.data != NULL) {
        st = rpc_call_header(call, initial, value);
    }
    value = rpc_call_metadata(call, trailing);
    if (st.code == STATUS_OK && value.data != NULL) {
        st = rpc_call_trailer(call, trailing, value);
    }
    assert(st.code == STATUS_OK);
}

static void interop_finish(struct rpc_call *call, const Grpc__Testing__EchoStatus *wanted)
{
    if (wanted == NULL || wanted->code == 0) {
        rpc_call_finish_ok(call);
    } else {
        struct status st = status_error((enum status_code)wanted->code, "%s", wanted->message);
        rpc_call_finish(call, &st);
    }
}

static void interop_empty(struct rpc_call *call, const ProtobufCMessage *message)
{
    (void)message;
    Grpc__Testing__Empty empty = GRPC__TESTING__EMPTY__INIT;
    interop_echo_metadata(call);
    rpc_call_send(call, &empty.base);
    rpc_call_finish_ok(call);
}

/* Zeros, as every interop server sends. */
static bool interop_payload(struct rpc_call *call, int32_t size, Grpc__Testing__Payload *payload)
{
    grpc__testing__payload__init(payload);
    if (size < 0 || size > INTEROP_PAYLOAD_MAX) {
        struct status st = status_error(STATUS_INVALID_ARGUMENT, "expected a size from 0");
        rpc_call_finish(call, &st);
        return false;
    }
    payload->body.data = calloc((size_t)size + 1, 1);
    payload->body.len = (size_t)size;
    return true;
}

static void interop_unary(struct rpc_call *call, const ProtobufCMessage *message)
{
    const simple_request *request = RPC_AS(simple_request, message);
    Grpc__Testing__SimpleResponse answer = GRPC__TESTING__SIMPLE_RESPONSE__INIT;
    Grpc__Testing__Payload payload;
    interop_echo_metadata(call);
    if (request->response_status != NULL && request->response_status->code != 0) {
        interop_finish(call, request->response_status);
    } else if (interop_payload(call, request->response_size, &payload)) {
        answer.payload = &payload;
        rpc_call_send(call, &answer.base);
        rpc_call_finish_ok(call);
        free(payload.body.data);
    }
}

static bool interop_send_outputs(struct rpc_call *call, const output_request *request)
{
    for (size_t i = 0; i < request->n_response_parameters; i++) {
        Grpc__Testing__StreamingOutputCallResponse answer =
            GRPC__TESTING__STREAMING_OUTPUT_CALL_RESPONSE__INIT;
        Grpc__Testing__Payload payload;
        if (!interop_payload(call, request->response_parameters[i]->size, &payload)) {
            return false;
        }
        answer.payload = &payload;
        rpc_call_send(call, &answer.base);
        free(payload.body.data);
    }
    return true;
}

static void interop_output(struct rpc_call *call, const ProtobufCMessage *message)
{
    const output_request *request = RPC_AS(output_request, message);
    interop_echo_metadata(call);
    if (interop_send_outputs(call, request)) {
        interop_finish(call, request->response_status);
    }
}

static void interop_input(struct rpc_call *call, const ProtobufCMessage *message)
{
    typedef Grpc__Testing__StreamingInputCallRequest input_request;
    const input_request *request = RPC_AS(input_request, message);
    size_t size = request->payload == NULL ? 0 : request->payload->body.len;
    size_t *sum = rpc_call_user(call);
    if (sum == NULL) {
        sum = arena_zalloc(rpc_call_arena(call), sizeof *sum);
        rpc_call_set_user(call, sum);
    }
    *sum += size;
}

/* A client that cancels right behind its last message expects to be faster than the answer; so a
 * moment passes first (grpc-go's own server takes as long). */
static void interop_input_end(struct rpc_call *call)
{
    enum { MOMENT_US = 5000 };
    rpc_call_wake_in(call, MOMENT_US);
}

static void interop_input_answer(struct rpc_call *call)
{
    Grpc__Testing__StreamingInputCallResponse answer =
        GRPC__TESTING__STREAMING_INPUT_CALL_RESPONSE__INIT;
    const size_t *sum = rpc_call_user(call);
    answer.aggregated_payload_size = sum == NULL ? 0 : (int32_t)*sum;
    interop_echo_metadata(call);
    rpc_call_send(call, &answer.base);
    rpc_call_finish_ok(call);
}

static void interop_duplex(struct rpc_call *call, const ProtobufCMessage *message)
{
    const output_request *request = RPC_AS(output_request, message);
    if (interop_send_outputs(call, request) && request->response_status != NULL) {
        interop_finish(call, request->response_status);
    }
}

static const struct rpc_method interop_methods[] = {
    { "EmptyCall", RPC_UNARY, true, { .message = interop_empty } },
    { "UnaryCall", RPC_UNARY, false, { .message = interop_unary } },
    { "CacheableUnaryCall", RPC_UNARY, true, { .message = interop_unary } },
    { "StreamingOutputCall", RPC_SERVER_STREAM, false, { .message = interop_output } },
    { "StreamingInputCall",
      RPC_CLIENT_STREAM,
      false,
      { .message = interop_input, .half_close = interop_input_end, .wake = interop_input_answer } },
    { "FullDuplexCall",
      RPC_BIDI_STREAM,
      false,
      { .open = interop_echo_metadata, .message = interop_duplex } },
};

const struct rpc_service interop_service = {
    .descriptor = &grpc__testing__test_service__descriptor,
    .methods = interop_methods,
    .methods_count = sizeof interop_methods / sizeof interop_methods[0],
};
