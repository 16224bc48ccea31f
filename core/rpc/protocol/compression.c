/* zlib and libzstd. What is expanded grows in steps, so that a message of a few bytes cannot ask
 * for more than is allowed: the limit is checked before each step. */
#include "core/rpc/protocol/compression.h"

#include <zlib.h>
#include <zstd.h>

#include "core/base/memory.h"
#include "core/rpc/http/fields.h"

enum {
    EXPAND_STEP = 16 * 1024,
    GZIP_WINDOW = 15 + 16, /* of 32 KiB, in gzip's form */
    GZIP_LEVEL = 1,        /* the time of a server is worth more than the last bytes */
    GZIP_MEMORY = 8,
    ZSTD_LEVEL = 1,
    ZSTD_WINDOW_LOG_MAX = 23, /* what RFC 8878 asks of everybody */
};

void compressor_init(struct compressor *compressor)
{
    *compressor = (struct compressor){ 0 };
}

void compressor_release(struct compressor *compressor)
{
    if (compressor->inflate != NULL) {
        inflateEnd(compressor->inflate);
        mem_free(compressor->inflate);
    }
    if (compressor->deflate != NULL) {
        deflateEnd(compressor->deflate);
        mem_free(compressor->deflate);
    }
    ZSTD_freeDCtx(compressor->expand);
    ZSTD_freeCCtx(compressor->shrink);
    *compressor = (struct compressor){ 0 };
}

bool compression_find(struct str name, enum compression *compression)
{
    if (name.size == 0 || str_eq(name, STR("identity"))) {
        *compression = COMPRESSION_IDENTITY;
    } else if (str_eq(name, STR("gzip"))) {
        *compression = COMPRESSION_GZIP;
    } else if (str_eq(name, STR("zstd"))) {
        *compression = COMPRESSION_ZSTD;
    } else {
        return false;
    }
    return true;
}

struct str compression_name(enum compression compression)
{
    return compression == COMPRESSION_GZIP   ? STR("gzip")
           : compression == COMPRESSION_ZSTD ? STR("zstd")
                                             : STR("identity");
}

/* A client that takes another one than it sends is answered in that. */
enum compression compression_choose(struct str accepted, enum compression wanted)
{
    enum compression found, chosen = COMPRESSION_IDENTITY;
    struct str member;
    while (http_next_in_list(&accepted, &member)) {
        if (!compression_find(http_without_parameters(member), &found)) {
            continue;
        }
        if (found == wanted) {
            return wanted;
        }
        if (chosen == COMPRESSION_IDENTITY) {
            chosen = found;
        }
    }
    return chosen;
}

static struct status compression_broken(enum compression compression)
{
    return status_error(STATUS_INVALID_ARGUMENT, "expected a message compressed with '%.*s'",
                        STR_ARG(compression_name(compression)));
}

/* Room for the next step; NULL at the limit. One byte more than allowed shows that there is more.
 */
static char *expand_room(struct buf *out, size_t begin, size_t size_max, size_t *room)
{
    size_t have = out->size - begin;
    *room = size_max + 1 - have < EXPAND_STEP ? size_max + 1 - have : EXPAND_STEP;
    return have > size_max ? NULL : buf_reserve(out, *room);
}

static struct status expand_full(size_t size_max)
{
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected a message of at most %zu bytes, but it expands to more",
                        size_max);
}

static z_stream *gzip_reader(struct compressor *compressor)
{
    if (compressor->inflate == NULL) {
        compressor->inflate = mem_zalloc(1, sizeof(z_stream));
        int made = inflateInit2(compressor->inflate, GZIP_WINDOW);
        assert(made == Z_OK);
    }
    inflateReset(compressor->inflate);
    return compressor->inflate;
}

static struct status gzip_expand(struct compressor *compressor, struct str bytes, size_t size_max,
                                 struct buf *out)
{
    z_stream *stream = gzip_reader(compressor);
    size_t begin = out->size, room;
    stream->next_in = (unsigned char *)(uintptr_t)bytes.data;
    stream->avail_in = (uInt)bytes.size;
    int result = Z_OK;
    while (result == Z_OK) {
        char *at = expand_room(out, begin, size_max, &room);
        if (at == NULL) {
            return expand_full(size_max);
        }
        stream->next_out = (unsigned char *)at;
        stream->avail_out = (uInt)room;
        result = inflate(stream, Z_NO_FLUSH);
        out->size += room - stream->avail_out;
    }
    if (out->size - begin > size_max) {
        return expand_full(size_max);
    }
    bool whole = result == Z_STREAM_END && stream->avail_in == 0;
    return whole ? status_ok() : compression_broken(COMPRESSION_GZIP);
}

static ZSTD_DCtx *zstd_reader(struct compressor *compressor)
{
    if (compressor->expand == NULL) {
        compressor->expand = ZSTD_createDCtx();
        assert(compressor->expand != NULL);
        ZSTD_DCtx_setParameter(compressor->expand, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    }
    ZSTD_DCtx_reset(compressor->expand, ZSTD_reset_session_only);
    return compressor->expand;
}

static struct status zstd_expand(struct compressor *compressor, struct str bytes, size_t size_max,
                                 struct buf *out)
{
    ZSTD_DCtx *context = zstd_reader(compressor);
    ZSTD_inBuffer in = { bytes.data, bytes.size, 0 };
    size_t begin = out->size, room, left = 1;
    bool moves = true;
    while (left != 0 && moves) {
        char *at = expand_room(out, begin, size_max, &room);
        if (at == NULL) {
            return expand_full(size_max);
        }
        size_t read = in.pos;
        ZSTD_outBuffer step = { at, room, 0 };
        left = ZSTD_decompressStream(context, &step, &in);
        if (ZSTD_isError(left)) {
            return compression_broken(COMPRESSION_ZSTD);
        }
        out->size += step.pos;
        moves = in.pos > read || step.pos > 0;
    }
    if (out->size - begin > size_max) {
        return expand_full(size_max);
    }
    return left == 0 && in.pos == in.size ? status_ok() : compression_broken(COMPRESSION_ZSTD);
}

struct status compression_expand(struct compressor *compressor, enum compression compression,
                                 struct str bytes, size_t size_max, struct buf *out)
{
    if (compression == COMPRESSION_IDENTITY) {
        buf_append(out, bytes);
        return bytes.size > size_max ? expand_full(size_max) : status_ok();
    }
    if (bytes.size == 0) {
        return status_ok(); /* as other servers have it: nothing is nothing */
    }
    return compression == COMPRESSION_GZIP ? gzip_expand(compressor, bytes, size_max, out)
                                           : zstd_expand(compressor, bytes, size_max, out);
}

static void gzip_shrink(struct compressor *compressor, struct str bytes, struct buf *out)
{
    if (compressor->deflate == NULL) {
        compressor->deflate = mem_zalloc(1, sizeof(z_stream));
        int made = deflateInit2(compressor->deflate, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW,
                                GZIP_MEMORY, Z_DEFAULT_STRATEGY);
        assert(made == Z_OK);
    }
    z_stream *stream = compressor->deflate;
    deflateReset(stream);
    size_t room = deflateBound(stream, (uLong)bytes.size);
    stream->next_in = (unsigned char *)(uintptr_t)bytes.data;
    stream->avail_in = (uInt)bytes.size;
    stream->next_out = (unsigned char *)buf_reserve(out, room);
    stream->avail_out = (uInt)room;
    int result = deflate(stream, Z_FINISH);
    assert(result == Z_STREAM_END);
    out->size += room - stream->avail_out;
}

static void zstd_shrink(struct compressor *compressor, struct str bytes, struct buf *out)
{
    if (compressor->shrink == NULL) {
        compressor->shrink = ZSTD_createCCtx();
        assert(compressor->shrink != NULL);
    }
    size_t room = ZSTD_compressBound(bytes.size);
    size_t size = ZSTD_compressCCtx(compressor->shrink, buf_reserve(out, room), room, bytes.data,
                                    bytes.size, ZSTD_LEVEL);
    assert(!ZSTD_isError(size));
    out->size += size;
}

void compression_shrink(struct compressor *compressor, enum compression compression,
                        struct str bytes, struct buf *out)
{
    if (compression == COMPRESSION_GZIP) {
        gzip_shrink(compressor, bytes, out);
    } else if (compression == COMPRESSION_ZSTD) {
        zstd_shrink(compressor, bytes, out);
    } else {
        buf_append(out, bytes);
    }
}
