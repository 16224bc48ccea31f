#include "core/auth/claims.h"

#include <math.h>

#include "core/base/time.h"
#include "core/pb/json.h"

struct status claims_read(struct arena *arena, struct str json,
                          const Google__Protobuf__Struct **claims)
{
    Google__Protobuf__Struct *object;
    TRY(pb_from_json(arena, &google__protobuf__struct__descriptor, json, &object));
    *claims = object;
    return status_ok();
}

const Google__Protobuf__Value *claims_find(const Google__Protobuf__Struct *claims, const char *name)
{
    for (size_t i = 0; i < claims->n_fields; i++) {
        if (strcmp(claims->fields[i]->key, name) == 0) {
            return claims->fields[i]->value;
        }
    }
    return NULL;
}

static bool claims_is(const Google__Protobuf__Value *value,
                      Google__Protobuf__Value__KindCase expected)
{
    return value != NULL && value->kind_case == expected;
}

static struct status claims_fail(const char *name, const char *expected)
{
    return status_error(STATUS_INVALID_ARGUMENT, "expected '%s' to be %s", name, expected);
}

struct status claims_text(const Google__Protobuf__Struct *claims, const char *name,
                          struct str *text)
{
    const Google__Protobuf__Value *value = claims_find(claims, name);
    *text = (struct str){ 0 };
    if (value == NULL) {
        return status_ok();
    }
    if (!claims_is(value, GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE)) {
        return claims_fail(name, "a text");
    }
    *text = str_z(value->string_value);
    return status_ok();
}

struct status claims_text_needed(const Google__Protobuf__Struct *claims, const char *name,
                                 struct str *text)
{
    TRY(claims_text(claims, name, text));
    return text->size == 0 ? claims_fail(name, "there, and not empty") : status_ok();
}

struct status claims_bool(const Google__Protobuf__Struct *claims, const char *name, bool otherwise,
                          bool *value)
{
    const Google__Protobuf__Value *found = claims_find(claims, name);
    *value = otherwise;
    if (found == NULL) {
        return status_ok();
    }
    if (!claims_is(found, GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE)) {
        return claims_fail(name, "true or false");
    }
    *value = found->bool_value;
    return status_ok();
}

struct status claims_time(const Google__Protobuf__Struct *claims, const char *name,
                          int64_t *time_us, bool *is_there)
{
    const Google__Protobuf__Value *value = claims_find(claims, name);
    *time_us = 0;
    *is_there = value != NULL;
    if (value == NULL) {
        return status_ok();
    }
    /* Written so that what is no number at all fails, too. */
    if (!claims_is(value, GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE) ||
        !(value->number_value >= 0 && value->number_value <= (double)TIME_SECONDS_MAX)) {
        return claims_fail(name, "a number of seconds since 1970");
    }
    *time_us = (int64_t)floor(value->number_value * (double)TIME_SECOND_US);
    return status_ok();
}

struct status claims_object(const Google__Protobuf__Struct *claims, const char *name,
                            const Google__Protobuf__Struct **object)
{
    const Google__Protobuf__Value *value = claims_find(claims, name);
    *object = NULL;
    if (value == NULL) {
        return status_ok();
    }
    if (!claims_is(value, GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE)) {
        return claims_fail(name, "an object");
    }
    *object = value->struct_value;
    return status_ok();
}

static struct status claims_texts_of_list(struct arena *arena, const char *name,
                                          const Google__Protobuf__ListValue *list,
                                          struct claims_texts *texts)
{
    struct str *items;
    ARENA_TRY(arena, items, arena_alloc(arena, (list->n_values + 1) * sizeof *items));
    for (size_t i = 0; i < list->n_values; i++) {
        if (!claims_is(list->values[i], GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE)) {
            return claims_fail(name, "a text or a list of texts");
        }
        items[i] = str_z(list->values[i]->string_value);
    }
    *texts = (struct claims_texts){ items, list->n_values };
    return status_ok();
}

struct status claims_texts(struct arena *arena, const Google__Protobuf__Struct *claims,
                           const char *name, struct claims_texts *texts)
{
    const Google__Protobuf__Value *value = claims_find(claims, name);
    *texts = (struct claims_texts){ 0 };
    if (value == NULL) {
        return status_ok();
    }
    if (claims_is(value, GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE)) {
        return claims_texts_of_list(arena, name, value->list_value, texts);
    }
    if (!claims_is(value, GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE)) {
        return claims_fail(name, "a text or a list of texts");
    }
    struct str *item;
    ARENA_TRY(arena, item, arena_alloc(arena, sizeof *item));
    *item = str_z(value->string_value);
    *texts = (struct claims_texts){ item, 1 };
    return status_ok();
}

bool claims_texts_have(const struct claims_texts *texts, struct str text)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (str_eq(texts->items[i], text)) {
            return true;
        }
    }
    return false;
}
