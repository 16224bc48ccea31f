#include "core/rpc/protocol/envelope.h"

#include "core/base/num.h"

static struct status envelope_check(const struct rpc_call *call, uint8_t flags, size_t size)
{
    bool compressed = (flags & ENVELOPE_COMPRESSED) != 0;
    if ((flags & ~ENVELOPE_COMPRESSED) != 0) {
        return status_error(STATUS_INTERNAL, "expected a message, not flags of %u", flags);
    }
    if (compressed && call->request_compression == COMPRESSION_IDENTITY) {
        return status_error(STATUS_INTERNAL,
                            "expected no compressed message without its encoding in the headers");
    }
    if (size > call->host->message_size_max) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected a message of at most %zu bytes, not %zu",
                            call->host->message_size_max, size);
    }
    return status_ok();
}

static bool envelope_expand(struct rpc_call *call, struct str *message)
{
    struct buf *scratch = &call->host->scratch;
    buf_clear(scratch);
    struct status st = compression_expand(&call->host->compressor, call->request_compression,
                                          *message, call->host->message_size_max, scratch);
    *message = buf_str(scratch);
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
    }
    return st.code == STATUS_OK;
}

/* Takes one message; false when there is none that is whole. */
static bool envelope_next(struct rpc_call *call)
{
    struct str left = str_from(buf_str(&call->in), call->in_at);
    if (left.size < ENVELOPE_HEADER_SIZE) {
        return false;
    }
    uint8_t flags = (uint8_t)left.data[0];
    size_t size = num_get_u32be(left.data + 1);
    struct status st = envelope_check(call, flags, size);
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
        return false;
    }
    if (left.size - ENVELOPE_HEADER_SIZE < size) {
        return false;
    }
    struct str message = str_make(left.data + ENVELOPE_HEADER_SIZE, size);
    call->in_at += ENVELOPE_HEADER_SIZE + size;
    bool plain = (flags & ENVELOPE_COMPRESSED) == 0;
    return (plain || envelope_expand(call, &message)) && rpc_call_deliver(call, message);
}

void envelope_read(struct rpc_call *call)
{
    bool more = true;
    while (more && rpc_call_listens(call)) {
        more = envelope_next(call);
    }
}

void envelope_whole(struct rpc_call *call)
{
    if (call->in.size > call->in_at) {
        struct status cut =
            status_error(STATUS_INTERNAL, "expected a whole message, but the request ends in it");
        rpc_call_fail(call, &cut);
    } else {
        rpc_call_half_close(call);
    }
}

void envelope_write(struct rpc_call *call, uint8_t flags, struct str message)
{
    bool compresses = call->answer_compression != COMPRESSION_IDENTITY && message.size > 0;
    struct buf *out = exchange_out(call->exchange);
    size_t begin = out->size;
    buf_reserve(out, ENVELOPE_HEADER_SIZE + message.size);
    out->size += ENVELOPE_HEADER_SIZE;
    if (compresses) {
        compression_shrink(&call->host->compressor, call->answer_compression, message, out);
        flags |= ENVELOPE_COMPRESSED;
    } else {
        buf_append(out, message);
    }
    out->data[begin] = (char)flags;
    num_put_u32be(out->data + begin + 1, (uint32_t)(out->size - begin - ENVELOPE_HEADER_SIZE));
}
