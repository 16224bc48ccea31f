#include "tests/lib/h2_kit.h"

#include <nghttp2/nghttp2.h>

#include "core/base/num.h"

enum { FRAME_HEADER_SIZE = 9, WINDOW_SETTING = 4, PAYLOAD_MAX = 16384, H2_VALUE_MAX = 256 };

static void h2_frame(struct buf *out, unsigned type, unsigned flags, uint32_t stream,
                     struct str payload)
{
    unsigned char header[FRAME_HEADER_SIZE];
    num_put_u32be(header, (uint32_t)payload.size << 8);
    header[3] = (unsigned char)type;
    header[4] = (unsigned char)flags;
    num_put_u32be(header + 5, stream);
    buf_append(out, str_make(header, sizeof header));
    buf_append(out, payload);
}

void h2_send(struct rpc_kit *kit, unsigned type, unsigned flags, uint32_t stream,
             struct str payload)
{
    struct buf frame = { 0 };
    h2_frame(&frame, type, flags, stream, payload);
    rpc_kit_send(kit, buf_str(&frame));
    buf_release(&frame);
}

void h2_connect(struct rpc_kit *kit, uint32_t window)
{
    unsigned char setting[6] = { 0, WINDOW_SETTING };
    num_put_u32be(setting + 2, window);
    rpc_kit_connect(kit);
    rpc_kit_send(kit, STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    h2_send(kit, H2_SETTINGS, 0, 0, str_make(setting, window == 0 ? 0 : sizeof setting));
}

/* A literal without indexing; both are short. */
static void h2_literal(struct buf *out, const char *name, const char *value)
{
    buf_byte(out, 0);
    buf_byte(out, (uint8_t)strlen(name));
    buf_append(out, str_z(name));
    buf_byte(out, (uint8_t)strlen(value));
    buf_append(out, str_z(value));
}

static void h2_headers(struct buf *out, const char *method)
{
    struct buf path = { 0 };
    buf_printf(&path, "/test.v1.Library/%s", method);
    buf_byte(&path, '\0');
    h2_literal(out, ":method", "POST");
    h2_literal(out, ":scheme", "http");
    h2_literal(out, ":authority", "library");
    h2_literal(out, ":path", path.data);
    h2_literal(out, "content-type", "application/grpc");
    h2_literal(out, "te", "trailers");
    buf_release(&path);
}

static void h2_message(struct rpc_kit *kit, uint32_t stream, struct str message, bool ends)
{
    struct buf body = { 0 };
    unsigned char prefix[5] = { 0 };
    num_put_u32be(prefix + 1, (uint32_t)message.size);
    buf_append(&body, str_make(prefix, sizeof prefix));
    buf_append(&body, message);
    for (struct str rest = buf_str(&body); rest.size > 0;) {
        struct str part = { rest.data, rest.size < PAYLOAD_MAX ? rest.size : PAYLOAD_MAX };
        rest = str_from(rest, part.size);
        h2_send(kit, H2_DATA, ends && rest.size == 0 ? H2_END_STREAM : 0, stream, part);
    }
    buf_release(&body);
}

void h2_call(struct rpc_kit *kit, uint32_t stream, const char *method, struct str message,
             bool ends)
{
    struct buf block = { 0 };
    h2_headers(&block, method);
    unsigned flags = H2_END_HEADERS | (ends && message.data == NULL ? H2_END_STREAM : 0);
    h2_send(kit, H2_HEADERS, flags, stream, buf_str(&block));
    buf_release(&block);
    if (message.data != NULL) {
        h2_message(kit, stream, message, ends);
    }
}

/* Takes a frame off what came back. */
static bool h2_next(struct str *rest, unsigned *type, uint32_t *stream, struct str *payload)
{
    if (rest->size < FRAME_HEADER_SIZE) {
        return false;
    }
    size_t size = num_get_u32be(rest->data) >> 8;
    *type = (unsigned char)rest->data[3];
    *stream = num_get_u32be(rest->data + 5);
    *payload = str_make(rest->data + FRAME_HEADER_SIZE, size);
    *rest = str_from(*rest, FRAME_HEADER_SIZE + size);
    return true;
}

size_t h2_count(const struct rpc_kit *kit, unsigned type, uint32_t stream, size_t *bytes)
{
    struct str rest = buf_str(&kit->out), payload;
    unsigned found;
    uint32_t of;
    size_t count = 0;
    *bytes = 0;
    while (h2_next(&rest, &found, &of, &payload)) {
        if (found == type && of == stream) {
            count++;
            *bytes += payload.size;
        }
    }
    return count;
}

/* Takes the fields of a block, in order, as the dynamic table demands. */
static void h2_inflate(nghttp2_hd_inflater *inflater, struct str block, const char *name,
                       char value[H2_VALUE_MAX])
{
    int flags = 0;
    while (block.size > 0 && (flags & NGHTTP2_HD_INFLATE_FINAL) == 0) {
        nghttp2_nv field;
        ssize_t taken = nghttp2_hd_inflate_hd2(inflater, &field, &flags,
                                               (const uint8_t *)block.data, block.size, 1);
        assert(taken >= 0);
        block = str_from(block, (size_t)taken);
        struct str found = { (const char *)field.name, field.namelen };
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0 && str_eq(found, str_z(name))) {
            assert(field.valuelen < H2_VALUE_MAX);
            memcpy(value, field.value, field.valuelen);
            value[field.valuelen] = '\0';
        }
    }
    nghttp2_hd_inflate_end_headers(inflater);
}

const char *h2_header(const struct rpc_kit *kit, uint32_t stream, const char *name)
{
    static char value[H2_VALUE_MAX], other[H2_VALUE_MAX];
    struct str rest = buf_str(&kit->out), payload;
    nghttp2_hd_inflater *inflater;
    unsigned type;
    uint32_t of;
    value[0] = '\0';
    nghttp2_hd_inflate_new(&inflater);
    while (h2_next(&rest, &type, &of, &payload)) {
        if (type == H2_HEADERS) {
            h2_inflate(inflater, payload, name, of == stream ? value : other);
        }
    }
    nghttp2_hd_inflate_del(inflater);
    return value;
}
