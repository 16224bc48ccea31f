/* What a handler sends: from a message to bytes in the codec of the call. */
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "core/rpc/call_inside.h"

void rpc_call_send_packed(struct rpc_call *call, struct str bytes)
{
    if (call->codec == CODEC_PROTO) {
        call->answered = true;
        if (call->exchange != NULL) {
            call->protocol->send(call, bytes);
        }
        return;
    }
    struct arena arena;
    ProtobufCMessage *message;
    arena_init(&arena, RPC_ANSWER_MEMORY_MAX);
    struct status st = pb_unpack(&arena, call->entry->output, bytes, PB_STORED, &message);
    if (st.code == STATUS_OK) {
        rpc_call_send(call, message);
    } else {
        rpc_call_break(call, &st);
    }
    arena_release(&arena);
}

/* JSON over HTTP shows what has its default value, too: who reads `allowed` without a schema must
 * find false, not nothing. Connect's JSON leaves it out, as protobuf's does. */
struct pb_json_options rpc_call_json(const struct rpc_call *call)
{
    return (struct pb_json_options){ .defaults = call->rest != NULL && !call->parts,
                                     .types = &call->host->registry->types };
}

static struct status call_encode(struct rpc_call *call, const ProtobufCMessage *message,
                                 struct buf *out)
{
    if (call->codec == CODEC_JSON) {
        return pb_to_json(message, rpc_call_json(call), out);
    }
    pb_pack_buf(message, out);
    return status_ok();
}

void rpc_call_send(struct rpc_call *call, const ProtobufCMessage *message)
{
    assert(message->descriptor == call->entry->output);
    assert(!call->answered || !rpc_call_answers_one(call));
    call->answered = true;
    if (call->exchange == NULL) {
        return;
    }
    struct buf *scratch = &call->host->scratch;
    scratch->size = 0;
    struct status st = call_encode(call, message, scratch);
    if (st.code == STATUS_OK) {
        call->protocol->send(call, buf_str(scratch));
    }
    if (st.code == STATUS_OK && exchange_queued(call->exchange) > RPC_QUEUE_MAX) {
        st = status_error(STATUS_RESOURCE_EXHAUSTED, "expected the client to read faster");
    }
    if (st.code != STATUS_OK) {
        rpc_call_break(call, &st);
    }
    if (scratch->cap > RPC_OUTPUT_MAX) {
        buf_release(scratch);
    }
}

void rpc_call_answer_parts(struct rpc_call *call)
{
    call->parts = true;
}

bool rpc_call_full(const struct rpc_call *call)
{
    return call->exchange != NULL && exchange_queued(call->exchange) >= RPC_QUEUE_LOW;
}

void rpc_call_send_headers(struct rpc_call *call)
{
    if (call->exchange != NULL) {
        call->protocol->send_headers(call);
    }
}
