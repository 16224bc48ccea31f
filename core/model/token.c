#include "core/model/token.h"

#include "core/base/base64.h"
#include "core/pb/message.h"

struct status token_format(struct arena *arena, const Agency__V1__Token *token, struct str *text)
{
    struct buf bytes = { 0 }, encoded = { 0 };
    pb_pack_buf(&token->base, &bytes);
    base64url_encode(buf_str(&bytes), &encoded);
    *text = arena_copy(arena, buf_str(&encoded));
    buf_release(&bytes);
    buf_release(&encoded);
    return text->data == NULL ? arena_full(arena) : status_ok();
}

struct status token_parse(struct arena *arena, struct str text, Agency__V1__Token **token)
{
    char *bytes;
    size_t size;
    ARENA_TRY(arena, bytes, arena_alloc(arena, base64_decoded_size_max(text.size)));
    if (base64_decode(text, bytes, &size) &&
        pb_unpack(arena, &agency__v1__token__descriptor, str_make(bytes, size), PB_OUTSIDE, token)
                .code == STATUS_OK) {
        return status_ok();
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected a token as a submit has given it, but it is '%.*s'",
                        STR_ARG(text));
}
