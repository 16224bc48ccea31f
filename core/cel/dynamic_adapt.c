/* From messages to values: well-known types become what they stand for. Recursion is as deep as the
 * message, which decoding bounds; an Any inside an Any is a loop. */
#include "core/cel/dynamic_message.h"

#include "core/cel/time.h"

static bool dynamic_adapt_value(const struct cel_schema *schema, struct cel_run *run,
                                struct cel_value raw, struct cel_value *result);

static bool dynamic_adapt_time(struct cel_run *run, const struct cel_dynamic *message,
                               struct cel_value *result)
{
    enum cel_kind kind = message->type->known == CEL_KNOWN_DURATION ? CEL_DURATION : CEL_TIMESTAMP;
    return cel_time_read(run, kind, dynamic_value(message, 1).integer,
                         dynamic_value(message, 2).integer, result);
}

static bool dynamic_adapt_list(const struct cel_schema *schema, struct cel_run *run,
                               const struct dynamic_slot *slot, struct cel_value *result)
{
    struct cel_value *items;
    uint32_t count = slot == NULL ? 0 : slot->count;
    if (!cel_list_new(run, count, &items, result)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!dynamic_adapt_value(schema, run, slot->items[i], &items[i])) {
            return false;
        }
    }
    return true;
}

static bool dynamic_adapt_map(const struct cel_schema *schema, struct cel_run *run,
                              const struct dynamic_slot *slot, struct cel_value *result)
{
    uint32_t count = slot == NULL ? 0 : slot->count / 2;
    struct cel_entry *entries = cel_alloc(run, (count + 1) * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        entries[i].key = slot->items[2 * i];
        if (!dynamic_adapt_value(schema, run, slot->items[2 * i + 1], &entries[i].value)) {
            return false;
        }
    }
    return cel_map_new(run, entries, count, result);
}

static bool dynamic_unpack(const struct cel_schema *schema, struct cel_run *run,
                           const struct cel_dynamic *any, const struct cel_dynamic **content)
{
    struct str url = cel_str(dynamic_value(any, 1));
    const char *slash = url.size == 0 ? NULL : memrchr(url.data, '/', url.size);
    struct str name = slash == NULL ? url : str_from(url, (size_t)(slash - url.data) + 1);
    const struct cel_message_type *type = cel_schema_message(schema, name);
    const void *message;
    if (type == NULL) {
        return cel_fail(run, "expected an Any of a known type, not of '%.*s'", STR_ARG(url));
    }
    if (!cel_dynamic_decode(run, schema, type, cel_str(dynamic_value(any, 2)), &message)) {
        return false;
    }
    *content = message;
    return true;
}

/* A Value is null or has the one member that is set. */
static bool dynamic_adapt_json(const struct cel_schema *schema, struct cel_run *run,
                               const struct cel_dynamic *message, struct cel_value *result)
{
    *result = cel_null();
    return message == NULL || message->slots == NULL ||
           dynamic_adapt_value(schema, run, message->slots->items[0], result);
}

/* What an unset field of a message type reads as. */
static bool dynamic_adapt_unset(struct cel_run *run, const struct cel_message_type *type,
                                struct cel_value *result)
{
    struct cel_dynamic *empty;
    struct cel_value *items;
    switch (type->known) {
    case CEL_KNOWN_ANY:
    case CEL_KNOWN_VALUE:
    case CEL_KNOWN_WRAPPER:
        *result = cel_null();
        return true;
    case CEL_KNOWN_DURATION:
        *result = cel_duration(0, 0);
        return true;
    case CEL_KNOWN_TIMESTAMP:
        *result = cel_timestamp(0, 0);
        return true;
    case CEL_KNOWN_STRUCT:
        return cel_map_new(run, NULL, 0, result);
    case CEL_KNOWN_LIST:
        return cel_list_new(run, 0, &items, result);
    case CEL_KNOWN_NOT:
    case CEL_KNOWN_EMPTY:
    case CEL_KNOWN_MASK:
        break;
    }
    if (!dynamic_new(run, type, &empty)) {
        return false;
    }
    *result = cel_message(empty);
    return true;
}

bool dynamic_adapt(const struct cel_schema *schema, struct cel_run *run,
                   const struct cel_message_type *type, const struct cel_dynamic *message,
                   struct cel_value *result)
{
    if (message == NULL) {
        return dynamic_adapt_unset(run, type, result);
    }
    while (message->type->known == CEL_KNOWN_ANY) {
        if (!cel_charge(run, 1) || !dynamic_unpack(schema, run, message, &message)) {
            return false;
        }
    }
    const struct cel_proto_field *first = message->type->fields;
    switch (message->type->known) {
    case CEL_KNOWN_DURATION:
    case CEL_KNOWN_TIMESTAMP:
        return dynamic_adapt_time(run, message, result);
    case CEL_KNOWN_STRUCT:
        return dynamic_adapt_map(schema, run, dynamic_find(message, first), result);
    case CEL_KNOWN_LIST:
        return dynamic_adapt_list(schema, run, dynamic_find(message, first), result);
    case CEL_KNOWN_VALUE:
        return dynamic_adapt_json(schema, run, message, result);
    case CEL_KNOWN_WRAPPER:
        *result = dynamic_value(message, first->number);
        return true;
    case CEL_KNOWN_NOT:
    case CEL_KNOWN_ANY:
    case CEL_KNOWN_EMPTY:
    case CEL_KNOWN_MASK:
        break;
    }
    *result = cel_message(message);
    return true;
}

/* A raw value as the language sees it. */
static bool dynamic_adapt_value(const struct cel_schema *schema, struct cel_run *run,
                                struct cel_value raw, struct cel_value *result)
{
    *result = raw;
    return raw.kind != CEL_MESSAGE ||
           dynamic_adapt(schema, run, dynamic_of(raw)->type, raw.message, result);
}

bool dynamic_adapt_field(const struct cel_schema *schema, struct cel_run *run,
                         const struct cel_dynamic *message, const struct cel_proto_field *field,
                         struct cel_value *result)
{
    const struct dynamic_slot *slot = dynamic_find(message, field);
    if (field->map) {
        return dynamic_adapt_map(schema, run, slot, result);
    }
    if (field->repeated) {
        return dynamic_adapt_list(schema, run, slot, result);
    }
    if (slot != NULL) {
        return dynamic_adapt_value(schema, run, slot->items[0], result);
    }
    *result = field->zero;
    return field->message == NULL || dynamic_adapt(schema, run, field->message, NULL, result);
}
