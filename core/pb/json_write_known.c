/* The well-known types, whose JSON is not that of their fields. A Value without a kind is written
 * as null, and one with NaN as a string: what a client once stored must stay readable. */
#include <stdlib.h>

#include "core/base/time.h"
#include "core/pb/json_known.h"
#include "core/pb/json_writer.h"

static bool pb_write_timestamp(struct pb_writer *writer, const ProtobufCMessage *message)
{
    const Google__Protobuf__Timestamp *time = (const Google__Protobuf__Timestamp *)message;
    char text[TIME_TEXT_SIZE];
    if (time->seconds < TIME_SECONDS_MIN || time->seconds > TIME_SECONDS_MAX || time->nanos < 0 ||
        time->nanos > 999999999) {
        return pb_write_problem(writer, STATUS_INVALID_ARGUMENT,
                                "expected a time in the years 1 to 9999");
    }
    size_t size = time_format_nanos(time->seconds, time->nanos, text);
    pb_write_string(writer, str_make(text, size));
    return true;
}

static bool pb_write_duration(struct pb_writer *writer, const ProtobufCMessage *message)
{
    const Google__Protobuf__Duration *duration = (const Google__Protobuf__Duration *)message;
    int64_t seconds = duration->seconds;
    int32_t nanos = duration->nanos;
    bool mixed = (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0);
    if (mixed || nanos < -999999999 || nanos > 999999999 || seconds < -PB_DURATION_SECONDS_MAX ||
        seconds > PB_DURATION_SECONDS_MAX) {
        return pb_write_problem(writer, STATUS_INVALID_ARGUMENT,
                                "expected a duration of at most 10,000 years");
    }
    bool negative = seconds < 0 || nanos < 0;
    uint64_t whole = (uint64_t)llabs(seconds);
    int32_t fraction = abs(nanos);
    buf_printf(writer->out, "\"%s%llu", negative ? "-" : "", (unsigned long long)whole);
    if (fraction % 1000000 == 0 && fraction != 0) {
        buf_printf(writer->out, ".%03d", fraction / 1000000);
    } else if (fraction % 1000 == 0 && fraction != 0) {
        buf_printf(writer->out, ".%06d", fraction / 1000);
    } else if (fraction != 0) {
        buf_printf(writer->out, ".%09d", fraction);
    }
    buf_append(writer->out, STR("s\""));
    return true;
}

static bool pb_write_mask(struct pb_writer *writer, const ProtobufCMessage *message)
{
    const Google__Protobuf__FieldMask *mask = (const Google__Protobuf__FieldMask *)message;
    struct buf text = { 0 };
    for (size_t i = 0; i < mask->n_paths; i++) {
        buf_append(&text, i > 0 ? STR(",") : STR(""));
        pb_field_json_name(mask->paths[i], &text);
    }
    pb_write_string(writer, buf_str(&text));
    buf_release(&text);
    return true;
}

static bool pb_write_entry_value(struct pb_writer *writer, const Google__Protobuf__Value *value)
{
    if (value != NULL) {
        return pb_write_message(writer, &value->base);
    }
    buf_append(writer->out, STR("null"));
    return true;
}

static bool pb_write_struct(struct pb_writer *writer, const ProtobufCMessage *message)
{
    const Google__Protobuf__Struct *map = (const Google__Protobuf__Struct *)message;
    pb_write_open(writer, '{');
    for (size_t i = 0; i < map->n_fields; i++) {
        pb_write_separate(writer, i == 0);
        pb_write_string(writer, str_z(map->fields[i]->key));
        pb_write_colon(writer);
        if (!pb_write_entry_value(writer, map->fields[i]->value)) {
            return false;
        }
    }
    pb_write_close(writer, '}', map->n_fields == 0);
    return true;
}

static bool pb_write_list_value(struct pb_writer *writer, const ProtobufCMessage *message)
{
    return pb_write_list(writer, message, &message->descriptor->fields[0]);
}

static bool pb_write_any_value(struct pb_writer *writer, const ProtobufCMessage *message)
{
    const Google__Protobuf__Value *value = (const Google__Protobuf__Value *)message;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(message->descriptor, (unsigned)value->kind_case);
    if (field != NULL) {
        return pb_write_value(writer, field, pb_field_at(message, field));
    }
    buf_append(writer->out, STR("null"));
    return true;
}

static bool pb_write_wrapper(struct pb_writer *writer, const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[0];
    pb_write_scalar(writer, field, pb_field_at(message, field));
    return true;
}

bool pb_write_known(struct pb_writer *writer, const ProtobufCMessage *message)
{
    static bool (*const writers[])(struct pb_writer *, const ProtobufCMessage *) = {
        [PB_KNOWN_TIMESTAMP] = pb_write_timestamp, [PB_KNOWN_DURATION] = pb_write_duration,
        [PB_KNOWN_MASK] = pb_write_mask,           [PB_KNOWN_STRUCT] = pb_write_struct,
        [PB_KNOWN_VALUE] = pb_write_any_value,     [PB_KNOWN_LIST] = pb_write_list_value,
        [PB_KNOWN_WRAPPER] = pb_write_wrapper,     [PB_KNOWN_ANY] = pb_write_any,
    };
    return writers[pb_known(message->descriptor)](writer, message);
}
