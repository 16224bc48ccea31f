/* The testee of protobuf's own conformance runner: reads requests, answers each, until its input
 * ends. What comes in as protobuf goes through the guard as what is stored does (a newer program's
 * fields are kept), JSON through our own mapper. */
#include <stdio.h>
#include <stdlib.h>

#include "conformance/conformance.pb-c.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "google/protobuf/test_messages_proto3.pb-c.h"

enum { REQUEST_SIZE_MAX = 16 * 1024 * 1024, MEMORY_MAX = 512 * 1024 * 1024 };

typedef Conformance__ConformanceRequest conformance_request;
typedef Conformance__ConformanceResponse conformance_response;

static struct arena arena;
static struct pb_types types;

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "protobuf_conformance: %s\n", st.msg);
        exit(1);
    }
}

static char *text_of(const char *message)
{
    return (char *)(uintptr_t)arena_copy(&arena, str_z(message)).data;
}

static void skip(conformance_response *response, const char *why)
{
    response->result_case = CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_SKIPPED;
    response->skipped = text_of(why);
}

static struct status parse(const conformance_request *request, ProtobufCMessage **message)
{
    const ProtobufCMessageDescriptor *type =
        &protobuf_test_messages__proto3__test_all_types_proto3__descriptor;
    if (request->payload_case == CONFORMANCE__CONFORMANCE_REQUEST__PAYLOAD_JSON_PAYLOAD) {
        return pb_from_json_with(&arena, &types, type, str_z(request->json_payload), message);
    }
    return pb_unpack(&arena, type,
                     str_make(request->protobuf_payload.data, request->protobuf_payload.len),
                     PB_STORED, message);
}

static void answer_json(const ProtobufCMessage *message, conformance_response *response)
{
    struct buf text = { 0 };
    struct status st = pb_to_json(message, (struct pb_json_options){ .types = &types }, &text);
    buf_byte(&text, '\0');
    response->result_case = st.code == STATUS_OK
                                ? CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_JSON_PAYLOAD
                                : CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_SERIALIZE_ERROR;
    response->json_payload = text_of(st.code == STATUS_OK ? text.data : st.msg);
    buf_release(&text);
}

static void answer_bytes(const ProtobufCMessage *message, conformance_response *response)
{
    struct str bytes;
    check(pb_pack(&arena, message, &bytes));
    response->result_case = CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_PROTOBUF_PAYLOAD;
    response->protobuf_payload =
        (ProtobufCBinaryData){ bytes.size, (uint8_t *)(uintptr_t)bytes.data };
}

static const char *cannot(const conformance_request *request)
{
    if (strcmp(request->message_type, "protobuf_test_messages.proto3.TestAllTypesProto3") != 0) {
        return "protoc-c does not compile this schema (groups, extensions, editions)";
    }
    if (request->payload_case == CONFORMANCE__CONFORMANCE_REQUEST__PAYLOAD_TEXT_PAYLOAD ||
        request->requested_output_format == CONFORMANCE__WIRE_FORMAT__TEXT_FORMAT) {
        return "there is no text format";
    }
    if (request->test_category == CONFORMANCE__TEST_CATEGORY__JSON_IGNORE_UNKNOWN_PARSING_TEST) {
        return "what the schema does not have is always refused";
    }
    return NULL;
}

static void answer(const conformance_request *request, conformance_response *response)
{
    ProtobufCMessage *message;
    const char *why = cannot(request);
    if (strcmp(request->message_type, "conformance.FailureSet") == 0) {
        response->result_case = CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_PROTOBUF_PAYLOAD;
        return;
    }
    if (why != NULL) {
        skip(response, why);
        return;
    }
    struct status st = parse(request, &message);
    if (st.code != STATUS_OK) {
        response->result_case = CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_PARSE_ERROR;
        response->parse_error = text_of(st.msg);
    } else if (request->requested_output_format == CONFORMANCE__WIRE_FORMAT__JSON) {
        answer_json(message, response);
    } else {
        answer_bytes(message, response);
    }
}

static uint32_t read_size(void)
{
    unsigned char bytes[4];
    if (fread(bytes, 1, sizeof bytes, stdin) != sizeof bytes) {
        exit(0);
    }
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void write_response(const conformance_response *response)
{
    struct str bytes;
    check(pb_pack(&arena, &response->base, &bytes));
    const unsigned char size[] = { (unsigned char)bytes.size, (unsigned char)(bytes.size >> 8),
                                   (unsigned char)(bytes.size >> 16),
                                   (unsigned char)(bytes.size >> 24) };
    fwrite(size, 1, sizeof size, stdout);
    fwrite(bytes.data, 1, bytes.size, stdout);
    fflush(stdout);
}

int main(void)
{
    static char bytes[REQUEST_SIZE_MAX];
    arena_init(&arena, MEMORY_MAX);
    pb_types_add(&types, &protobuf_test_messages__proto3__test_all_types_proto3__descriptor);
    for (;;) {
        conformance_request *request;
        conformance_response response = CONFORMANCE__CONFORMANCE_RESPONSE__INIT;
        uint32_t size = read_size();
        if (size > sizeof bytes || fread(bytes, 1, size, stdin) != size) {
            return 1;
        }
        check(pb_unpack(&arena, &conformance__conformance_request__descriptor,
                        str_make(bytes, size), PB_STORED, &request));
        answer(request, &response);
        write_response(&response);
        arena_reset(&arena);
    }
}
