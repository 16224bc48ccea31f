#include "core/auth/carried_text.h"

#include <string.h>

static const Google__Protobuf__Value *carried_text_member(const Google__Protobuf__Struct *json,
                                                          const char *name)
{
    const Google__Protobuf__Value *value = NULL;
    for (size_t i = 0; i < json->n_fields; i++) {
        if (strcmp(json->fields[i]->key, name) == 0) {
            value = json->fields[i]->value;
        }
    }
    return value;
}

static bool carried_text_has_text(const Google__Protobuf__Struct *json, const char *name)
{
    const Google__Protobuf__Value *value = carried_text_member(json, name);
    return value != NULL && value->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE &&
           value->string_value[0] != '\0';
}

/* An object that is a profile in clear is one by the name that it has. */
static bool carried_text_has_profile(const Google__Protobuf__Struct *json)
{
    const Google__Protobuf__Value *profile = carried_text_member(json, "profile");
    return profile != NULL && profile->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE &&
           carried_text_member(profile->struct_value, "data") != NULL;
}

static bool carried_text_is_personal(const Google__Protobuf__Struct *json)
{
    const Google__Protobuf__Value *personal = carried_text_member(json, "personal");
    bool says = personal != NULL &&
                (personal->kind_case != GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE ||
                 personal->bool_value); /* what is no bool is for whoever reads it to refuse */
    return says && carried_text_has_text(json, "value");
}

static bool carried_text_below(const Google__Protobuf__Value *value);

static bool carried_text_in_clear(const Google__Protobuf__Struct *json)
{
    bool clear = carried_text_has_profile(json) || carried_text_is_personal(json) ||
                 carried_text_has_text(json, "identity");
    for (size_t i = 0; i < json->n_fields && !clear; i++) {
        clear = json->fields[i]->value != NULL && carried_text_below(json->fields[i]->value);
    }
    return clear;
}

/* As deep as data may be. */
static bool carried_text_below(const Google__Protobuf__Value *value)
{
    bool clear = false;
    if (value->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE) {
        clear = carried_text_in_clear(value->struct_value);
    } else if (value->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE) {
        for (size_t i = 0; i < value->list_value->n_values && !clear; i++) {
            clear = carried_text_below(value->list_value->values[i]);
        }
    }
    return clear;
}

struct status carried_text_check(const Google__Protobuf__Struct *json)
{
    return carried_text_in_clear(json)
               ? status_error(STATUS_INVALID_ARGUMENT,
                              "expected a carried command without a profile, personal external id "
                              "or identity in clear: nobody can hide it there")
               : status_ok();
}
