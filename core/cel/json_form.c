/* What values look like in JSON, where google.protobuf.Value holds them (the mapping of proto3). */
#include "core/cel/base64.h"
#include "core/cel/json.h"
#include "core/cel/number.h"
#include "core/cel/provider.h"
#include "core/cel/schema_known.h"
#include "core/cel/text.h"
#include "core/cel/time.h"

static bool cel_form_integer(struct cel_run *run, struct cel_value value, struct cel_value *form)
{
    const int64_t exact = (int64_t)1 << 53;
    bool is_uint = value.kind == CEL_UINT;
    if (is_uint ? value.unsigned_integer < (uint64_t)exact
                : value.integer > -exact && value.integer < exact) {
        *form = cel_double((double)value.integer);
        return true;
    }
    char digits[CEL_NUMBER_TEXT_MAX];
    bool negative = !is_uint && value.integer < 0;
    uint64_t magnitude = negative ? 0 - value.unsigned_integer : value.unsigned_integer;
    return cel_string_new(run, cel_number_base(negative, magnitude, 10, false, digits), form);
}

static bool cel_form_bytes(struct cel_run *run, struct cel_value value, struct cel_value *form)
{
    struct str text;
    if (!cel_base64_encode(run, cel_str(value), &text)) {
        return false;
    }
    *form = cel_string(text);
    return true;
}

static bool cel_form_time(struct cel_run *run, struct cel_value value, struct cel_value *form)
{
    char out[CEL_TIME_TEXT_MAX];
    return cel_string_new(run,
                          value.kind == CEL_TIMESTAMP ? cel_timestamp_print(value, out)
                                                      : cel_duration_print(value, out),
                          form);
}

/* "fooBar" for the path foo_bar. */
static bool cel_form_path(struct cel_text *text, struct str path)
{
    if (!cel_text_add(text, path)) {
        return false;
    }
    char *data = text->data + text->size - path.size;
    size_t size = 0;
    for (size_t i = 0; i < path.size; i++) {
        bool joint = path.data[i] == '_' && i + 1 < path.size;
        char c = path.data[joint ? ++i : i];
        data[size++] = joint && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    text->size -= path.size - size;
    return true;
}

/* "fooBar,baz" for the paths foo_bar and baz. */
static bool cel_form_mask(struct cel_run *run, const struct cel_list *paths, struct cel_value *form)
{
    struct cel_text text = { .run = run };
    for (uint32_t i = 0; i < paths->count; i++) {
        if ((i > 0 && !cel_text_add(&text, STR(","))) ||
            !cel_form_path(&text, cel_str(paths->items[i]))) {
            return false;
        }
    }
    *form = cel_text_value(&text);
    return true;
}

static bool cel_form_message(struct cel_run *run, const void *message, struct cel_value *form)
{
    const struct cel_provider *provider = run->provider;
    const struct cel_message_type *type = provider->type_of(provider->self, message);
    struct str name = provider->type_name(provider->self, type);
    struct cel_field paths;
    enum cel_known known = cel_schema_known(name);
    if (known == CEL_KNOWN_EMPTY) {
        return cel_map_new(run, NULL, 0, form);
    }
    if (known != CEL_KNOWN_MASK) {
        return cel_fail(run, "expected a value that has a JSON form, not a '%.*s'", STR_ARG(name));
    }
    if (!provider->find_field(provider->self, type, STR("paths"), run->arena, &paths)) {
        return cel_fail_memory(run);
    }
    return provider->get(provider->self, run, message, &paths, form) &&
           cel_form_mask(run, form->list, form);
}

bool cel_json_form(struct cel_run *run, struct cel_value value, struct cel_value *form)
{
    switch (value.kind) {
    case CEL_INT:
    case CEL_UINT:
        return cel_form_integer(run, value, form);
    case CEL_BYTES:
        return cel_form_bytes(run, value, form);
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        return cel_form_time(run, value, form);
    case CEL_MESSAGE:
        return cel_form_message(run, value.message, form);
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_DOUBLE:
    case CEL_STRING:
    case CEL_LIST:
    case CEL_MAP:
        *form = value;
        return true;
    default:
        return cel_fail(run, "expected a value that has a JSON form");
    }
}
