/* google.rpc.Status{code = 1, message = 2, details = 3} of google.protobuf.Any{type_url = 1,
 * value = 2}: four fields, written by hand, since no Debian package has the schema. */
#include "core/rpc/protocol/detail.h"

#include "core/base/base64.h"

#define DETAIL_TYPE_PREFIX "type.googleapis.com/"

static void detail_varint(struct buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_byte(out, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    buf_byte(out, (uint8_t)value);
}

static void detail_bytes(struct buf *out, unsigned number, struct str bytes)
{
    detail_varint(out, number << 3 | 2);
    detail_varint(out, bytes.size);
    buf_append(out, bytes);
}

static void detail_pack_any(const struct rpc_detail *detail, struct buf *out)
{
    struct buf any = { 0 }, type = { 0 };
    buf_append(&type, STR(DETAIL_TYPE_PREFIX));
    buf_append(&type, detail->type);
    detail_bytes(&any, 1, buf_str(&type));
    detail_bytes(&any, 2, detail->bytes);
    detail_bytes(out, 3, buf_str(&any));
    buf_release(&any);
    buf_release(&type);
}

void detail_pack_status(const struct status *status, const struct rpc_detail *details,
                        struct buf *out)
{
    detail_varint(out, 1 << 3);
    detail_varint(out, (uint64_t)status->code);
    if (status->msg[0] != '\0') {
        detail_bytes(out, 2, str_z(status->msg));
    }
    for (; details != NULL; details = details->next) {
        detail_pack_any(details, out);
    }
}

void detail_base64(struct str bytes, struct buf *out)
{
    base64_encode(bytes, out);
    while (out->size > 0 && out->data[out->size - 1] == '=') {
        out->size--;
    }
}

void detail_json_string(struct str text, struct buf *out)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            buf_byte(out, '\\');
            buf_byte(out, c);
        } else if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_byte(out, c);
        }
    }
    buf_byte(out, '"');
}

static void detail_json_one(const struct rpc_detail *detail, struct buf *out)
{
    struct buf value = { 0 };
    detail_base64(detail->bytes, &value);
    buf_append(out, STR("{\"type\":"));
    detail_json_string(detail->type, out);
    buf_append(out, STR(",\"value\":"));
    detail_json_string(buf_str(&value), out);
    buf_byte(out, '}');
    buf_release(&value);
}

void detail_json_list(const struct rpc_detail *details, struct buf *out)
{
    buf_byte(out, '[');
    for (const struct rpc_detail *detail = details; detail != NULL; detail = detail->next) {
        buf_append(out, detail == details ? STR("") : STR(","));
        detail_json_one(detail, out);
    }
    buf_byte(out, ']');
}
