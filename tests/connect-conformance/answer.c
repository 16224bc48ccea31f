#include "tests/connect-conformance/answer.h"

#include <stdlib.h>

#include "connectrpc/conformance/v1/service.pb-c.h"
#include "core/pb/message.h"
#include "core/rpc/http/url.h"

enum { ANSWER_MEMORY_MAX = 64 * 1024 * 1024, ANSWER_REQUESTS_MAX = 1024 };

typedef Connectrpc__Conformance__V1__Header conformance_header;
typedef Connectrpc__Conformance__V1__Error conformance_error;
typedef Connectrpc__Conformance__V1__UnaryResponseDefinition unary_definition;
typedef Connectrpc__Conformance__V1__StreamResponseDefinition stream_definition;
typedef Connectrpc__Conformance__V1__ConformancePayload conformance_payload;
typedef Connectrpc__Conformance__V1__ConformancePayload__RequestInfo request_info;

#define PAYLOAD_INFO(which) CONNECTRPC__CONFORMANCE__V1__CONFORMANCE_PAYLOAD__REQUEST_INFO__##which
#define ANSWER_TYPE_PREFIX "type.googleapis.com/"

static void *answer_alloc(struct answer *answer, size_t size)
{
    void *memory = arena_zalloc(&answer->arena, size);
    assert(memory != NULL);
    return memory;
}

static char *answer_text(struct answer *answer, struct str text)
{
    return (char *)(uintptr_t)arena_copy(&answer->arena, text).data;
}

struct answer *answer_of(struct rpc_call *call)
{
    struct answer *answer = rpc_call_user(call);
    if (answer == NULL) {
        answer = calloc(1, sizeof *answer);
        assert(answer != NULL);
        answer->call = call;
        arena_init(&answer->arena, ANSWER_MEMORY_MAX);
        answer->requests = answer_alloc(answer, ANSWER_REQUESTS_MAX * sizeof *answer->requests);
        rpc_call_set_user(call, answer);
    }
    return answer;
}

void answer_free(struct answer *answer)
{
    arena_release(&answer->arena);
    free(answer);
}

static Google__Protobuf__Any *answer_any(struct answer *answer, const ProtobufCMessage *message)
{
    Google__Protobuf__Any *any;
    struct str bytes;
    struct status st = pb_new(&answer->arena, &google__protobuf__any__descriptor, &any);
    assert(st.code == STATUS_OK);
    st = pb_pack(&answer->arena, message, &bytes);
    assert(st.code == STATUS_OK);
    any->type_url = (char *)(uintptr_t)arena_printf(&answer->arena, ANSWER_TYPE_PREFIX "%s",
                                                    message->descriptor->name)
                        .data;
    any->value = (ProtobufCBinaryData){ bytes.size, (uint8_t *)(uintptr_t)bytes.data };
    return any;
}

void answer_note(struct answer *answer, const ProtobufCMessage *request)
{
    assert(answer->requests_count < ANSWER_REQUESTS_MAX);
    answer->requests[answer->requests_count++] = answer_any(answer, request);
}

static void answer_fields(struct answer *answer, conformance_header **headers, size_t count,
                          struct status (*add)(struct rpc_call *, struct str, struct str))
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < headers[i]->n_value; j++) {
            struct status st =
                add(answer->call, str_z(headers[i]->name), str_z(headers[i]->value[j]));
            assert(st.code == STATUS_OK);
        }
    }
}

void answer_define_unary(struct answer *answer, const unary_definition *definition)
{
    answer->defined = true;
    if (definition == NULL) {
        return;
    }
    unary_definition *copy;
    struct status st = pb_copy(&answer->arena, &definition->base, &copy);
    assert(st.code == STATUS_OK);
    answer_fields(answer, copy->response_headers, copy->n_response_headers, rpc_call_header);
    answer_fields(answer, copy->response_trailers, copy->n_response_trailers, rpc_call_trailer);
    answer->delay_us = (int64_t)copy->response_delay_ms * 1000;
    if (copy->response_case ==
        CONNECTRPC__CONFORMANCE__V1__UNARY_RESPONSE_DEFINITION__RESPONSE_ERROR) {
        answer->error = copy->error;
    } else if (copy->response_case ==
               CONNECTRPC__CONFORMANCE__V1__UNARY_RESPONSE_DEFINITION__RESPONSE_RESPONSE_DATA) {
        answer->data = &copy->response_data;
        answer->data_count = 1;
    }
}

void answer_define_stream(struct answer *answer, const stream_definition *definition)
{
    answer->defined = true;
    if (definition == NULL) {
        return;
    }
    stream_definition *copy;
    struct status st = pb_copy(&answer->arena, &definition->base, &copy);
    assert(st.code == STATUS_OK);
    answer_fields(answer, copy->response_headers, copy->n_response_headers, rpc_call_header);
    answer_fields(answer, copy->response_trailers, copy->n_response_trailers, rpc_call_trailer);
    answer->delay_us = (int64_t)copy->response_delay_ms * 1000;
    answer->data = copy->response_data;
    answer->data_count = copy->n_response_data;
    answer->error = copy->error;
}

/* The header of a name, a new one where there is none. */
static conformance_header *answer_header(struct answer *answer, conformance_header **headers,
                                         size_t *count, struct str name)
{
    for (size_t i = 0; i < *count; i++) {
        if (str_eq(str_z(headers[i]->name), name)) {
            return headers[i];
        }
    }
    conformance_header *header = answer_alloc(answer, sizeof *header);
    connectrpc__conformance__v1__header__init(header);
    header->name = answer_text(answer, name);
    header->value = answer_alloc(answer, ANSWER_REQUESTS_MAX * sizeof *header->value);
    headers[(*count)++] = header;
    return header;
}

static void answer_headers(struct answer *answer, request_info *info)
{
    size_t at = 0;
    struct str name, value;
    info->request_headers =
        answer_alloc(answer, ANSWER_REQUESTS_MAX * sizeof *info->request_headers);
    while (rpc_call_next_metadata(answer->call, &at, &name, &value)) {
        conformance_header *header =
            answer_header(answer, info->request_headers, &info->n_request_headers, name);
        header->value[header->n_value++] = answer_text(answer, value);
    }
}

static void answer_query(struct answer *answer, request_info *info)
{
    Connectrpc__Conformance__V1__ConformancePayload__ConnectGetInfo *get;
    struct str query = rpc_call_query(answer->call), name, value;
    if (query.data == NULL) {
        return;
    }
    get = answer_alloc(answer, sizeof *get);
    connectrpc__conformance__v1__conformance_payload__connect_get_info__init(get);
    get->query_params = answer_alloc(answer, ANSWER_REQUESTS_MAX * sizeof *get->query_params);
    while (url_next(&query, &name, &value)) {
        conformance_header *header =
            answer_header(answer, get->query_params, &get->n_query_params, name);
        header->value[header->n_value++] =
            answer_text(answer, url_decode(&answer->arena, value, true));
    }
    info->connect_get_info = get;
}

/* With the first answer, all that is known of the request; later only what has come since. */
static request_info *answer_info(struct answer *answer)
{
    request_info *info = answer_alloc(answer, sizeof *info);
    connectrpc__conformance__v1__conformance_payload__request_info__init(info);
    info->requests = answer_alloc(answer, ANSWER_REQUESTS_MAX * sizeof *info->requests);
    info->n_requests = answer->requests_count;
    memcpy(info->requests, answer->requests, answer->requests_count * sizeof *info->requests);
    answer->requests_count = 0;
    int64_t timeout_ms = rpc_call_timeout_ms(answer->call);
    if (answer->sent == 0) {
        answer_headers(answer, info);
        answer_query(answer, info);
    }
    if (answer->sent == 0 && timeout_ms >= 0) {
        info->opt_timeout_ms_case = PAYLOAD_INFO(OPT_TIMEOUT_MS_TIMEOUT_MS);
        info->timeout_ms = timeout_ms;
    }
    return info;
}

void answer_payload(struct answer *answer, conformance_payload *payload)
{
    connectrpc__conformance__v1__conformance_payload__init(payload);
    if (answer->sent < answer->data_count) {
        payload->data = answer->data[answer->sent];
    }
    if (answer->sent == 0 || answer->full_duplex) {
        payload->request_info = answer_info(answer);
    }
}

static void answer_detail(struct answer *answer, const Google__Protobuf__Any *any)
{
    const char *slash = strrchr(any->type_url, '/');
    struct str type = str_z(slash == NULL ? any->type_url : slash + 1);
    struct status st =
        rpc_call_detail(answer->call, type, str_make(any->value.data, any->value.len));
    assert(st.code == STATUS_OK);
}

/* An error without an answer carries along what an answer would have said. */
void answer_finish(struct answer *answer)
{
    const conformance_error *error = answer->error;
    struct status st = status_ok();
    if (error != NULL) {
        st = status_error((enum status_code)error->code, "%s",
                          error->opt_message_case == 0 ? "" : error->message);
        for (size_t i = 0; i < error->n_details; i++) {
            answer_detail(answer, error->details[i]);
        }
    }
    if (error != NULL && answer->sent == 0) {
        answer_detail(answer, answer_any(answer, &answer_info(answer)->base));
    }
    rpc_call_finish(answer->call, &st);
    answer_free(answer);
}
