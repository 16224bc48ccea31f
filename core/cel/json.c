#include "core/cel/json.h"

#include "core/cel/number.h"
#include "core/pb/json_scan.h"

enum { CEL_JSON_DEPTH_MAX = 64 };

struct cel_json {
    struct cel_run *run;
    struct json_scan scan;
    struct status status; /* of what is not the scanner's */
};

static bool cel_json_value(struct cel_json *json, uint32_t depth, struct cel_value *value);

/* The run's failure becomes the reading's. */
static bool cel_json_failed(struct cel_json *json)
{
    bool value = json->run->error.kind == CEL_ERROR_VALUE;
    json->status = status_error(value ? STATUS_INVALID_ARGUMENT : STATUS_RESOURCE_EXHAUSTED, "%s",
                                json->run->error.msg);
    return false;
}

static bool cel_json_number(struct cel_json *json, struct cel_value *value)
{
    struct str text;
    if (!json_number(&json->scan, &text)) {
        return false;
    }
    *value = cel_int(0);
    if (cel_number_int(text, &value->integer)) {
        return true;
    }
    *value = cel_uint(0);
    if (cel_number_uint(text, &value->unsigned_integer)) {
        return true;
    }
    *value = cel_double(0);
    if (cel_number_double(text, &value->number)) {
        return true;
    }
    json->status = status_error(STATUS_INVALID_ARGUMENT,
                                "expected a number that fits a double, but it is '%.*s'",
                                text.size > 40 ? 40 : (int)text.size, text.data);
    return false;
}

static bool cel_json_string(struct cel_json *json, struct cel_value *value)
{
    struct str text;
    if (!json_string(&json->scan, &text)) {
        return false;
    }
    *value = cel_string(text);
    return true;
}

/* Items are chained until their number is known. */
struct cel_json_item {
    struct cel_json_item *next;
    struct cel_entry entry;
};

static bool cel_json_item(struct cel_json *json, uint32_t depth, struct cel_json_item ***end)
{
    struct cel_json_item *item = cel_alloc(json->run, sizeof *item);
    if (item == NULL) {
        return cel_json_failed(json);
    }
    item->next = NULL;
    **end = item;
    *end = &item->next;
    return cel_json_value(json, depth + 1, &item->entry.value);
}

static bool cel_json_array(struct cel_json *json, uint32_t depth, struct cel_value *value)
{
    struct cel_json_item *items = NULL, **end = &items;
    struct cel_value *list;
    uint32_t count = 0;
    bool first = true, more;
    if (!json_enter(&json->scan, JSON_ARRAY)) {
        return false;
    }
    for (;; count++) {
        if (!json_next_item(&json->scan, &first, &more)) {
            return false;
        }
        if (!more) {
            break;
        }
        if (!cel_json_item(json, depth, &end)) {
            return false;
        }
    }
    if (!cel_list_new(json->run, count, &list, value)) {
        return cel_json_failed(json);
    }
    for (; items != NULL; items = items->next) {
        *list++ = items->entry.value;
    }
    return true;
}

static bool cel_json_object(struct cel_json *json, uint32_t depth, struct cel_value *value)
{
    struct cel_json_item *items = NULL, **end = &items;
    uint32_t count = 0;
    bool first = true;
    struct str name;
    if (!json_enter(&json->scan, JSON_OBJECT)) {
        return false;
    }
    for (;; count++) {
        struct cel_json_item **place = end;
        if (!json_next_name(&json->scan, &first, &name)) {
            return false;
        }
        if (name.data == NULL) {
            break;
        }
        if (!cel_json_item(json, depth, &end)) {
            return false;
        }
        (*place)->entry.key = cel_string(name);
    }
    struct cel_entry *entries = cel_alloc(json->run, count * sizeof *entries);
    if (entries == NULL) {
        return cel_json_failed(json);
    }
    for (uint32_t i = 0; items != NULL; items = items->next) {
        entries[i++] = items->entry;
    }
    return cel_map_new(json->run, entries, count, value) || cel_json_failed(json);
}

static bool cel_json_value(struct cel_json *json, uint32_t depth, struct cel_value *value)
{
    enum json_kind kind = json_peek(&json->scan);
    if (depth > CEL_JSON_DEPTH_MAX) {
        json->status = status_error(STATUS_INVALID_ARGUMENT,
                                    "expected values nested at most %d deep", CEL_JSON_DEPTH_MAX);
        return false;
    }
    switch (kind) {
    case JSON_OBJECT:
        return cel_json_object(json, depth, value);
    case JSON_ARRAY:
        return cel_json_array(json, depth, value);
    case JSON_NUMBER:
        return cel_json_number(json, value);
    case JSON_STRING:
        return cel_json_string(json, value);
    case JSON_TRUE:
    case JSON_FALSE:
        *value = cel_bool(kind == JSON_TRUE);
        return json_literal(&json->scan, kind);
    case JSON_NULL:
        *value = cel_null();
        return json_literal(&json->scan, kind);
    case JSON_NOTHING:
        break;
    }
    struct str found = json_excerpt(&json->scan);
    json->status =
        status_error(STATUS_INVALID_ARGUMENT, "expected JSON, but it is '%.*s'", STR_ARG(found));
    return false;
}

struct status cel_from_json(struct cel_run *run, struct str text, struct cel_value *value)
{
    struct cel_json json = { .run = run, .status = status_ok() };
    json_init(&json.scan, text, run->arena);
    run->error.kind = CEL_ERROR_NONE;
    if (cel_json_value(&json, 0, value) && json_finish(&json.scan)) {
        return status_ok();
    }
    return json.status.code != STATUS_OK ? json.status : json.scan.status;
}
