#include "projectors/record_header.h"

struct status record_header_add(struct arena *arena, struct evlog_item *item, struct str name,
                                struct str value)
{
    struct evlog_header *headers;
    ARENA_TRY(arena, headers, arena_alloc(arena, (item->headers_count + 1) * sizeof *headers));
    if (item->headers_count > 0) {
        memcpy(headers, item->headers, item->headers_count * sizeof *headers);
    }
    headers[item->headers_count] = (struct evlog_header){ name, arena_copy(arena, value) };
    item->headers = headers;
    return headers[item->headers_count++].value.data == NULL ? arena_full(arena) : status_ok();
}
