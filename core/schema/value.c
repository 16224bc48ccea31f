#include "core/schema/value.h"

#include <math.h>

#include "core/base/utf8.h"
#include "core/pb/json.h"
#include "core/schema/schema.h"

enum schema_kind schema_kind(const Google__Protobuf__Value *value)
{
    static const enum schema_kind kinds[] = {
        [GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET] = SCHEMA_NULL,
        [GOOGLE__PROTOBUF__VALUE__KIND_NULL_VALUE] = SCHEMA_NULL,
        [GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE] = SCHEMA_NUMBER,
        [GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE] = SCHEMA_STRING,
        [GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE] = SCHEMA_BOOLEAN,
        [GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE] = SCHEMA_OBJECT,
        [GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE] = SCHEMA_LIST,
    };
    assert((size_t)value->kind_case < sizeof kinds / sizeof *kinds);
    return kinds[value->kind_case];
}

const char *schema_kind_article(enum schema_kind kind)
{
    static const char *const names[] = {
        [SCHEMA_NULL] = "null",          [SCHEMA_BOOLEAN] = "a boolean",
        [SCHEMA_NUMBER] = "a number",    [SCHEMA_STRING] = "a string",
        [SCHEMA_LIST] = "an array",      [SCHEMA_OBJECT] = "an object",
        [SCHEMA_INTEGER] = "an integer",
    };
    return names[kind];
}

bool schema_is_whole(double number)
{
    return trunc(number) == number;
}

static bool schema_sound(struct cel_run *run, const Google__Protobuf__Value *value, uint32_t depth);

static bool schema_list_sound(struct cel_run *run, const Google__Protobuf__ListValue *list,
                              uint32_t depth)
{
    for (size_t i = 0; i < list->n_values; i++) {
        if (!schema_sound(run, list->values[i], depth)) {
            return false;
        }
    }
    return true;
}

static bool schema_object_sound(struct cel_run *run, const Google__Protobuf__Struct *object,
                                uint32_t depth)
{
    for (size_t i = 0; i < object->n_fields; i++) {
        const Google__Protobuf__Struct__FieldsEntry *entry = object->fields[i];
        if (i > 0 && strcmp(object->fields[i - 1]->key, entry->key) >= 0) {
            return cel_fail(run, "expected an object in the order of its names, each once");
        }
        if (entry->value == NULL) {
            return cel_fail(run, "expected a value for each name of an object");
        }
        if (!cel_charge_bytes(run, strlen(entry->key)) || !schema_sound(run, entry->value, depth)) {
            return false;
        }
    }
    return true;
}

static bool schema_sound(struct cel_run *run, const Google__Protobuf__Value *value, uint32_t depth)
{
    enum schema_kind kind = schema_kind(value);
    if (depth > SCHEMA_VALUE_DEPTH_MAX) {
        return cel_fail(run, "expected at most %d values inside each other",
                        SCHEMA_VALUE_DEPTH_MAX);
    }
    if (kind == SCHEMA_NUMBER && !isfinite(value->number_value)) {
        return cel_fail(run, "expected a finite number");
    }
    if (!cel_charge_bytes(run, kind == SCHEMA_STRING ? strlen(value->string_value) : 0)) {
        return false;
    }
    return (kind != SCHEMA_LIST || schema_list_sound(run, value->list_value, depth + 1)) &&
           (kind != SCHEMA_OBJECT || schema_object_sound(run, value->struct_value, depth + 1));
}

bool schema_value_sound(struct cel_run *run, const Google__Protobuf__Value *value)
{
    return schema_sound(run, value, 1);
}

static int schema_order(double a, double b)
{
    return (a > b) - (a < b);
}

static bool schema_list_compare(struct cel_run *run, const Google__Protobuf__ListValue *a,
                                const Google__Protobuf__ListValue *b, int *order)
{
    *order = (a->n_values > b->n_values) - (a->n_values < b->n_values);
    for (size_t i = 0; *order == 0 && i < a->n_values; i++) {
        if (!schema_value_compare(run, a->values[i], b->values[i], order)) {
            return false;
        }
    }
    return true;
}

static bool schema_object_compare(struct cel_run *run, const Google__Protobuf__Struct *a,
                                  const Google__Protobuf__Struct *b, int *order)
{
    *order = (a->n_fields > b->n_fields) - (a->n_fields < b->n_fields);
    for (size_t i = 0; *order == 0 && i < a->n_fields; i++) {
        const Google__Protobuf__Struct__FieldsEntry *left = a->fields[i], *right = b->fields[i];
        *order = strcmp(left->key, right->key);
        if (!cel_charge_bytes(run, strlen(left->key)) ||
            (*order == 0 && !schema_value_compare(run, left->value, right->value, order))) {
            return false;
        }
    }
    return true;
}

bool schema_value_compare(struct cel_run *run, const Google__Protobuf__Value *a,
                          const Google__Protobuf__Value *b, int *order)
{
    enum schema_kind kind = schema_kind(a), other = schema_kind(b);
    *order = (kind > other) - (kind < other);
    if (!cel_charge_bytes(run, kind == SCHEMA_STRING ? strlen(a->string_value) : 0)) {
        return false;
    }
    if (*order != 0) {
        return true;
    }
    switch (kind) {
    case SCHEMA_BOOLEAN:
        *order = !!a->bool_value - !!b->bool_value;
        return true;
    case SCHEMA_NUMBER:
        *order = schema_order(a->number_value, b->number_value);
        return true;
    case SCHEMA_STRING:
        *order = strcmp(a->string_value, b->string_value);
        return true;
    case SCHEMA_LIST:
        return schema_list_compare(run, a->list_value, b->list_value, order);
    case SCHEMA_OBJECT:
        return schema_object_compare(run, a->struct_value, b->struct_value, order);
    case SCHEMA_NULL:
    case SCHEMA_INTEGER:
    case SCHEMA_TYPES:
        break;
    }
    return true;
}

const Google__Protobuf__Value *schema_value_member(const Google__Protobuf__Struct *object,
                                                   const char *name)
{
    size_t low = 0, high = object->n_fields;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(object->fields[middle]->key, name);
        if (order == 0) {
            return object->fields[middle]->value;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return NULL;
}

const char *schema_value_show(const Google__Protobuf__Value *value, char out[SCHEMA_SHOWN_MAX])
{
    static const char cut[] = "...";
    enum schema_kind kind = schema_kind(value);
    if (kind == SCHEMA_LIST || kind == SCHEMA_OBJECT) {
        return schema_kind_article(kind);
    }
    struct buf text = { 0 };
    struct status status = pb_to_json(&value->base, (struct pb_json_options){ 0 }, &text);
    assert(status.code == STATUS_OK);
    struct str json = buf_str(&text), shown = utf8_cut(json, SCHEMA_SHOWN_MAX - sizeof cut);
    memcpy(out, shown.data, shown.size);
    memcpy(out + shown.size, cut, sizeof cut);
    if (shown.size == json.size) {
        out[shown.size] = '\0';
    }
    buf_release(&text);
    return out;
}
