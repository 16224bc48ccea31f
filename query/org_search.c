#include "query/org_search.h"

#include <math.h>
#include <stdio.h>

#include "core/base/nearest.h"
#include "core/domain/kernel/fields.h"
#include "query/filter_text.h"

/* ---- texts ---- */

static char org_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool org_same_letters(const char *a, struct str word)
{
    for (size_t i = 0; i < word.size; i++) {
        if (org_lower(a[i]) != org_lower(word.data[i])) {
            return false;
        }
    }
    return true;
}

static bool org_word_keyword(const struct org_word *word, const Agency__V1__Org *org)
{
    struct str name = str_z(org->name);
    for (size_t at = 0; at + word->value.size <= name.size; at++) {
        if (org_same_letters(name.data + at, word->value)) {
            return true;
        }
    }
    return false;
}

static bool org_word_url(const struct org_word *word, const Agency__V1__Org *org)
{
    const char *const own[] = { org->local_db_url, org->service_gateway_url, org->resource_info_url,
                                org->api_registry_url };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (str_starts(str_z(own[i]), word->value)) {
            return true;
        }
    }
    for (size_t i = 0; i < org->n_urls; i++) {
        if (str_starts(str_z(org->urls[i]), word->value)) {
            return true;
        }
    }
    return false;
}

/* A name can have colons itself, an id of a spec as well: the two are compared as one text. */
static bool org_word_uri(const struct org_word *word, const Agency__V1__Org *org)
{
    const struct str name = str_z(org->name), spec = str_z(org->spec_id);
    return spec.size > 0 && word->value.size == name.size + 1 + spec.size &&
           str_starts(word->value, name) && word->value.data[name.size] == ':' &&
           str_eq(str_from(word->value, name.size + 1), spec);
}

struct status org_search_uri(struct arena *arena, const Agency__V1__Org *org, char **uri)
{
    struct str text =
        org->spec_id[0] == '\0' ? STR("") : arena_printf(arena, "%s:%s", org->name, org->spec_id);
    *uri = (char *)(uintptr_t)text.data;
    return text.data == NULL ? arena_full(arena) : status_ok();
}

/* ---- free-form data ---- */

/* The value at a path such as a.b; a key with a dot in it is found by its whole name first. */
static const Google__Protobuf__Value *org_value(const Google__Protobuf__Struct *data,
                                                struct str path)
{
    const char *dot = path.size == 0 ? NULL : memchr(path.data, '.', path.size);
    const struct str first = dot == NULL ? path : str_make(path.data, (size_t)(dot - path.data));
    const Google__Protobuf__Value *below = NULL;
    for (size_t i = 0; data != NULL && i < data->n_fields; i++) {
        struct str key = str_z(data->fields[i]->key);
        if (str_eq(key, path)) {
            return data->fields[i]->value;
        }
        below = str_eq(key, first) ? data->fields[i]->value : below;
    }
    bool deeper = dot != NULL && below != NULL &&
                  below->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE;
    return deeper ? org_value(below->struct_value, str_from(path, first.size + 1)) : NULL;
}

static bool org_number_equals(double number, struct str text)
{
    char buffer[64];
    int size = number == floor(number) && fabs(number) < 1e15
                   ? snprintf(buffer, sizeof buffer, "%.0f", number)
                   : snprintf(buffer, sizeof buffer, "%.17g", number);
    char shorter[64];
    int short_size = snprintf(shorter, sizeof shorter, "%g", number);
    return str_eq(text, str_make(buffer, (size_t)size)) ||
           str_eq(text, str_make(shorter, (size_t)short_size));
}

/* A list equals each of its items. */
static bool org_value_equals(const Google__Protobuf__Value *value, struct str text)
{
    switch (value->kind_case) {
    case GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE:
        return str_eq(str_z(value->string_value), text);
    case GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE:
        return org_number_equals(value->number_value, text);
    case GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE:
        return str_eq(text, value->bool_value ? STR("true") : STR("false"));
    case GOOGLE__PROTOBUF__VALUE__KIND_NULL_VALUE:
        return str_eq(text, STR("null"));
    case GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE:
        for (size_t i = 0; i < value->list_value->n_values; i++) {
            if (org_value_equals(value->list_value->values[i], text)) {
                return true;
            }
        }
        return false;
    case GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET:
    case GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE:
    case _GOOGLE__PROTOBUF__VALUE__KIND__CASE_IS_INT_SIZE:
        break;
    }
    return false;
}

static bool org_word_metadata(const struct org_word *word, const Agency__V1__Org *org)
{
    const Google__Protobuf__Value *value = org_value(org->metadata, word->path);
    return value != NULL && org_value_equals(value, word->value);
}

static bool org_word_spec_key(const struct org_word *word, const Agency__V1__Org *org)
{
    return org_value(org->spec_data, word->value) != NULL;
}

/* ---- which ---- */

static const struct {
    const char *name, *json_name;
    bool (*passes)(const struct org_word *word, const Agency__V1__Org *org);
} org_search_words[] = {
    { "keyword", "keyword", org_word_keyword },
    { "uri", "uri", org_word_uri },
    { "url", "url", org_word_url },
    { "spec_key", "specKey", org_word_spec_key },
};

static bool org_search_word(const struct list_filter *asked, struct org_word *word)
{
    const struct str metadata = STR("metadata.");
    *word = (struct org_word){ .value = asked->value };
    if (str_starts(asked->field, metadata) && asked->field.size > metadata.size) {
        word->path = str_from(asked->field, metadata.size);
        word->passes = org_word_metadata;
    }
    for (size_t i = 0; i < sizeof org_search_words / sizeof org_search_words[0]; i++) {
        if (str_eq(asked->field, str_z(org_search_words[i].name)) ||
            str_eq(asked->field, str_z(org_search_words[i].json_name))) {
            word->passes = org_search_words[i].passes;
        }
    }
    return word->passes != NULL && asked->value.size > 0;
}

/* A word that is nearly one of them is more often meant than a field that is as near. */
static struct status org_search_unknown(struct str field, struct status unknown)
{
    struct nearest nearest;
    nearest_init(&nearest, field);
    for (size_t i = 0; i < sizeof org_search_words / sizeof org_search_words[0]; i++) {
        nearest_offer(&nearest, str_z(org_search_words[i].name));
    }
    const char *hint = nearest_hint(&nearest);
    return hint[0] == '\0' ? unknown
                           : status_error(STATUS_INVALID_ARGUMENT,
                                          "expected a field of Org or a word of this search, but "
                                          "it is '%.*s'%s",
                                          STR_ARG(field), hint);
}

static struct status org_search_add(struct org_search *search, struct str text)
{
    struct list_filter asked;
    TRY(filter_text_parse(text, &asked));
    if (org_search_word(&asked, &search->words[search->words_count])) {
        search->words_count++;
        return status_ok();
    }
    struct filter *filter = &search->fields[search->fields_count++];
    if (filter_field(filter, ENTITY_ORG, asked.field).code != STATUS_OK) {
        TRY(org_search_unknown(asked.field, filter_init(filter, ENTITY_ORG, &asked)));
    }
    TRY(filter_init(filter, ENTITY_ORG, &asked));
    search->all = search->all || str_eq(asked.field, STR("status"));
    return status_ok();
}

struct status org_search_init(struct org_search *search, struct arena *arena, char *const *filters,
                              size_t filters_count, struct str expression, bool all)
{
    *search = (struct org_search){ .all = all };
    if (filters_count > LIST_FILTERS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d filters, but there are %zu", LIST_FILTERS_MAX,
                            filters_count);
    }
    for (size_t i = 0; i < filters_count; i++) {
        TRY(org_search_add(search, str_z(filters[i])));
    }
    return expression.size == 0
               ? status_ok()
               : cel_filter_make(arena, ENTITY_ORG, expression, &search->expression);
}

void org_search_release(struct org_search *search)
{
    cel_filter_release(search->expression);
}

struct status org_search_passes(struct org_search *search, const Agency__V1__Org *org, bool *passes)
{
    uint64_t gas = 0;
    *passes = search->all || !fields_is_over(&org->base);
    for (size_t i = 0; i < search->fields_count && *passes; i++) {
        *passes = filter_matches(&search->fields[i], &org->base);
    }
    for (size_t i = 0; i < search->words_count && *passes; i++) {
        *passes = search->words[i].passes(&search->words[i], org);
    }
    if (!*passes || search->expression == NULL) {
        return status_ok();
    }
    struct status st = cel_filter_passes(search->expression, org, passes, &gas);
    search->gas += gas;
    return st;
}

bool org_search_mark(const struct org_search *search, struct mark *mark, struct str *word)
{
    for (size_t i = 0; i < search->fields_count; i++) {
        const struct filter *filter = &search->fields[i];
        *word = str_z(filter->field->name);
        if (filter->outer == NULL && filter->value.size > 0 && mark_field(*word)) {
            *mark = mark_of_field(*word, filter->value);
            return true;
        }
    }
    for (size_t i = 0; i < search->words_count; i++) {
        if (search->words[i].passes == org_word_uri) {
            *mark = mark_of_uri(search->words[i].value);
            *word = STR("uri");
            return true;
        }
    }
    return false;
}
