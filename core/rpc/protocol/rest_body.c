#include "core/rpc/protocol/rest_body.h"

#include "core/pb/json_scan.h"

bool rest_body_empty(struct str body)
{
    for (size_t i = 0; i < body.size; i++) {
        if (strchr(" \t\r\n", body.data[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static struct status body_member(struct json_scan *scan, struct str name, rest_body_take *take,
                                 void *context)
{
    json_peek(scan);
    const char *start = scan->at;
    if (!json_skip(scan)) {
        return scan->status;
    }
    return take(context, name, str_make(start, (size_t)(scan->at - start)));
}

static struct status body_object(struct json_scan *scan, rest_body_take *take, void *context)
{
    bool first = true;
    struct str name;
    while (json_next_name(scan, &first, &name) && name.data != NULL) {
        TRY(body_member(scan, name, take, context));
    }
    return scan->status.code == STATUS_OK && json_finish(scan) ? status_ok() : scan->status;
}

struct status rest_body_members(struct arena *arena, struct str body, rest_body_take *take,
                                void *context)
{
    struct json_scan scan;
    if (rest_body_empty(body)) {
        return status_ok();
    }
    json_init(&scan, body, arena);
    if (json_peek(&scan) != JSON_OBJECT) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a JSON object as the body");
    }
    return json_enter(&scan, JSON_OBJECT) ? body_object(&scan, take, context) : scan.status;
}

struct status rest_body_value(struct arena *arena, struct str body)
{
    struct json_scan scan;
    json_init(&scan, body, arena);
    return json_skip(&scan) && json_finish(&scan) ? status_ok() : scan.status;
}

struct str rest_body_text(struct arena *arena, struct str value)
{
    struct json_scan scan;
    struct str text;
    json_init(&scan, value, arena);
    return json_peek(&scan) == JSON_STRING && json_string(&scan, &text) ? text : value;
}
