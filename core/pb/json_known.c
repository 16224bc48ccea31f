#include "core/pb/json_known.h"

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/empty.pb-c.h"
#include "google/protobuf/wrappers.pb-c.h"

enum pb_known_type pb_known(const ProtobufCMessageDescriptor *descriptor)
{
    static const struct {
        const ProtobufCMessageDescriptor *descriptor;
        enum pb_known_type known;
    } table[] = {
        { &google__protobuf__timestamp__descriptor, PB_KNOWN_TIMESTAMP },
        { &google__protobuf__value__descriptor, PB_KNOWN_VALUE },
        { &google__protobuf__struct__descriptor, PB_KNOWN_STRUCT },
        { &google__protobuf__list_value__descriptor, PB_KNOWN_LIST },
        { &google__protobuf__duration__descriptor, PB_KNOWN_DURATION },
        { &google__protobuf__field_mask__descriptor, PB_KNOWN_MASK },
        { &google__protobuf__any__descriptor, PB_KNOWN_ANY },
        { &google__protobuf__double_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__float_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__int64_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__uint64_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__int32_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__uint32_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__bool_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__string_value__descriptor, PB_KNOWN_WRAPPER },
        { &google__protobuf__bytes_value__descriptor, PB_KNOWN_WRAPPER },
    };
    if (descriptor->package_name[0] != 'g') { /* most are ours, which this tells at once */
        return PB_KNOWN_NOT;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].descriptor == descriptor) {
            return table[i].known;
        }
    }
    return PB_KNOWN_NOT;
}

bool pb_known_is_empty(const ProtobufCMessageDescriptor *descriptor)
{
    return descriptor == &google__protobuf__empty__descriptor;
}

static size_t pb_duration_digits(struct str text, size_t at, size_t digits_max, int64_t *number)
{
    size_t count = 0;
    for (*number = 0; count < digits_max && at + count < text.size; count++) {
        char c = text.data[at + count];
        if (c < '0' || c > '9') {
            break;
        }
        *number = *number * 10 + (c - '0');
    }
    return count;
}

bool pb_duration_parse(struct str text, int64_t *seconds, int32_t *nanos)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t at = negative, digits = pb_duration_digits(text, at, 12, seconds);
    int64_t fraction = 0;
    at += digits;
    if (digits > 0 && at < text.size && text.data[at] == '.') {
        digits = pb_duration_digits(text, at + 1, 9, &fraction);
        at += 1 + digits;
        for (size_t i = digits; i < 9; i++) {
            fraction *= 10;
        }
    }
    *nanos = (int32_t)(negative ? -fraction : fraction);
    *seconds = negative ? -*seconds : *seconds;
    return digits > 0 && at + 1 == text.size && text.data[at] == 's' &&
           *seconds >= -PB_DURATION_SECONDS_MAX && *seconds <= PB_DURATION_SECONDS_MAX;
}
