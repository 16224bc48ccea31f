/* string.format(list): %s %d %f %e %b %o %x %X with a precision for %f and %e, "%%" for itself.
 * Clauses take the list's items in order; the texts are those of the specification, whatever the
 * locale. What %s says of a map is sorted by the keys' texts. */
#include <math.h>

#include "core/cel/number.h"
#include "core/cel/standard.h"
#include "core/cel/text.h"
#include "core/cel/time.h"
#include "core/cel/utf8.h"

enum { FORMAT_PRECISION = 6, FORMAT_PRECISION_MAX = 100, FORMAT_DEPTH_MAX = 64 };

struct format_clause {
    unsigned precision;
    char letter;
};

static bool format_string(struct cel_text *out, struct cel_value value, unsigned depth);

static bool format_fail(struct cel_text *out, const char *expected, struct cel_value value)
{
    const struct cel_type *type;
    if (!cel_type_of(out->run, value, &type)) {
        return false;
    }
    return cel_fail(out->run, "expected %s, but the value is %.*s", expected, STR_ARG(type->name));
}

/* The words for doubles without digits; empty for others. */
static struct str format_special(double number)
{
    if (isnan(number)) {
        return STR("NaN");
    }
    if (isinf(number)) {
        return number < 0 ? STR("-Infinity") : STR("Infinity");
    }
    return (struct str){ 0 };
}

static bool format_double(struct cel_text *out, double number, enum cel_number_style style,
                          unsigned precision)
{
    struct str text = format_special(number);
    if (text.size == 0) {
        if (!cel_charge(out->run, cel_number_gas(number))) {
            return false;
        }
        text = cel_number_print(out->run->arena, number, style, precision);
        if (text.data == NULL) {
            return cel_fail_memory(out->run);
        }
    }
    return cel_text_add(out, text);
}

static bool format_integer(struct cel_text *out, struct cel_value value, unsigned base, bool upper)
{
    char digits[CEL_NUMBER_TEXT_MAX];
    bool negative = value.kind == CEL_INT && value.integer < 0;
    uint64_t magnitude = negative ? 0 - value.unsigned_integer : value.unsigned_integer;
    return cel_text_add(out, cel_number_base(negative, magnitude, base, upper, digits));
}

static bool format_list(struct cel_text *out, const struct cel_list *list, unsigned depth)
{
    if (!cel_text_add(out, STR("["))) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if ((i > 0 && !cel_text_add(out, STR(", "))) ||
            !format_string(out, list->items[i], depth + 1)) {
            return false;
        }
    }
    return cel_text_add(out, STR("]"));
}

/* A map's entry with its key as text. */
struct format_entry {
    struct str key;
    const struct cel_value *value;
};

static bool format_sort(struct cel_run *run, const struct cel_map *map, struct format_entry *sorted)
{
    for (uint32_t i = 0; i < map->count; i++) {
        struct cel_text key = { .run = run };
        uint32_t at = i;
        if (!format_string(&key, map->entries[i].key, 0)) {
            return false;
        }
        struct str text = { key.data, key.size };
        while (at > 0 && str_cmp(sorted[at - 1].key, text) > 0) {
            if (!cel_charge(run, 1)) {
                return false;
            }
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = (struct format_entry){ text, &map->entries[i].value };
    }
    return true;
}

static bool format_map(struct cel_text *out, const struct cel_map *map, unsigned depth)
{
    struct format_entry *sorted = cel_alloc(out->run, (map->count + 1) * sizeof *sorted);
    if (sorted == NULL || !format_sort(out->run, map, sorted) || !cel_text_add(out, STR("{"))) {
        return false;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        if ((i > 0 && !cel_text_add(out, STR(", "))) || !cel_text_add(out, sorted[i].key) ||
            !cel_text_add(out, STR(": ")) || !format_string(out, *sorted[i].value, depth + 1)) {
            return false;
        }
    }
    return cel_text_add(out, STR("}"));
}

static bool format_time(struct cel_text *out, struct cel_value value)
{
    char text[CEL_TIME_TEXT_MAX];
    return cel_text_add(out, value.kind == CEL_TIMESTAMP ? cel_timestamp_print(value, text)
                                                         : cel_duration_print(value, text));
}

static bool format_string(struct cel_text *out, struct cel_value value, unsigned depth)
{
    if (depth > FORMAT_DEPTH_MAX) {
        return cel_fail(out->run, "expected at most %d values inside each other", FORMAT_DEPTH_MAX);
    }
    switch ((enum cel_kind)value.kind) {
    case CEL_NULL:
        return cel_text_add(out, STR("null"));
    case CEL_BOOL:
        return cel_text_add(out, value.boolean ? STR("true") : STR("false"));
    case CEL_INT:
    case CEL_UINT:
        return format_integer(out, value, 10, false);
    case CEL_DOUBLE:
        return format_double(out, value.number, CEL_NUMBER_PLAIN, 0);
    case CEL_STRING:
        return cel_text_add(out, cel_str(value));
    case CEL_BYTES:
        return (utf8_valid(cel_str(value)) ||
                cel_fail(out->run, "expected bytes for %%s that are UTF-8")) &&
               cel_text_add(out, cel_str(value));
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        return format_time(out, value);
    case CEL_LIST:
        return format_list(out, value.list, depth);
    case CEL_MAP:
        return format_map(out, value.map, depth);
    case CEL_TYPE:
        return cel_text_add(out, value.type->name);
    case CEL_MESSAGE:
    case CEL_OPTIONAL:
    case CEL_IP:
    case CEL_CIDR:
    case CEL_ERROR:
    case CEL_DYN:
    case CEL_WRAPPER:
    case CEL_ANY:
    case CEL_PARAM:
        break;
    }
    return format_fail(out, "a value for %s that has a text", value);
}

static bool format_decimal(struct cel_text *out, struct cel_value value)
{
    if (value.kind == CEL_DOUBLE) {
        return format_double(out, value.number, CEL_NUMBER_PLAIN, 0);
    }
    return value.kind == CEL_INT || value.kind == CEL_UINT
               ? format_integer(out, value, 10, false)
               : format_fail(out, "a number for %d", value);
}

static bool format_floating(struct cel_text *out, struct cel_value value,
                            const struct format_clause *clause)
{
    enum cel_number_style style = clause->letter == 'f' ? CEL_NUMBER_FIXED : CEL_NUMBER_SCIENTIFIC;
    double number = value.number;
    if (value.kind == CEL_INT) {
        number = (double)value.integer;
    } else if (value.kind == CEL_UINT) {
        number = (double)value.unsigned_integer;
    } else if (value.kind != CEL_DOUBLE) {
        return format_fail(out, "a number for %f or %e", value);
    }
    return format_double(out, number, style, clause->precision);
}

static bool format_hex_bytes(struct cel_text *out, struct str bytes, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    if (!cel_charge_bytes(out->run, bytes.size) || !cel_text_reserve(out, 2 * bytes.size)) {
        return false;
    }
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        out->data[out->size++] = digits[byte >> 4];
        out->data[out->size++] = digits[byte & 15];
    }
    return true;
}

static bool format_hex(struct cel_text *out, struct cel_value value, bool upper)
{
    if (value.kind == CEL_STRING || value.kind == CEL_BYTES) {
        return format_hex_bytes(out, cel_str(value), upper);
    }
    return value.kind == CEL_INT || value.kind == CEL_UINT
               ? format_integer(out, value, 16, upper)
               : format_fail(out, "an integer, string or bytes for %x", value);
}

static bool format_binary(struct cel_text *out, struct cel_value value)
{
    if (value.kind == CEL_BOOL) {
        return cel_text_add(out, value.boolean ? STR("1") : STR("0"));
    }
    return value.kind == CEL_INT || value.kind == CEL_UINT
               ? format_integer(out, value, 2, false)
               : format_fail(out, "an integer or bool for %b", value);
}

static bool format_octal(struct cel_text *out, struct cel_value value)
{
    return value.kind == CEL_INT || value.kind == CEL_UINT
               ? format_integer(out, value, 8, false)
               : format_fail(out, "an integer for %o", value);
}

static bool format_value(struct cel_text *out, const struct format_clause *clause,
                         struct cel_value value)
{
    switch (clause->letter) {
    case 's':
        return format_string(out, value, 0);
    case 'd':
        return format_decimal(out, value);
    case 'f':
    case 'e':
        return format_floating(out, value, clause);
    case 'b':
        return format_binary(out, value);
    case 'o':
        return format_octal(out, value);
    case 'x':
    case 'X':
        return format_hex(out, value, clause->letter == 'X');
    default:
        return cel_fail(out->run, "expected one of %%s %%d %%f %%e %%b %%o %%x %%X, not '%%%c'",
                        clause->letter);
    }
}

/* What stands behind '%': a precision, a letter. */
static bool format_clause(struct cel_run *run, struct str *rest, struct format_clause *clause)
{
    size_t at = 0;
    clause->precision = FORMAT_PRECISION;
    if (rest->size > 0 && rest->data[0] == '.') {
        clause->precision = 0;
        for (at = 1; at < rest->size && rest->data[at] >= '0' && rest->data[at] <= '9'; at++) {
            clause->precision = clause->precision * 10 + (unsigned)(rest->data[at] - '0');
            if (clause->precision > FORMAT_PRECISION_MAX) {
                return cel_fail(run, "expected a precision of at most %d", FORMAT_PRECISION_MAX);
            }
        }
        if (at == 1) {
            return cel_fail(run, "expected digits after '%%.'");
        }
    }
    if (at == rest->size) {
        return cel_fail(run, "expected a letter after '%%' at the end of the format");
    }
    clause->letter = rest->data[at];
    *rest = str_from(*rest, at + 1);
    return true;
}

/* The text before the next clause, which is cut off with its '%'; false when there is none. */
static bool format_plain(struct str *rest, struct str *plain)
{
    const char *percent = rest->size == 0 ? NULL : memchr(rest->data, '%', rest->size);
    size_t size = percent == NULL ? rest->size : (size_t)(percent - rest->data);
    *plain = (struct str){ rest->data, size };
    *rest = str_from(*rest, size + (percent != NULL));
    return percent != NULL;
}

static bool format_call(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    const struct cel_list *list = args[1].list;
    struct cel_text out = { .run = run };
    struct str rest = cel_str(args[0]), plain;
    struct format_clause clause;
    uint32_t next = 0;
    bool more = true;
    while (more) {
        more = format_plain(&rest, &plain);
        if (!cel_text_add(&out, plain)) {
            return false;
        }
        if (more && str_starts(rest, STR("%"))) {
            rest = str_from(rest, 1);
            if (!cel_text_add(&out, STR("%"))) {
                return false;
            }
        } else if (more) {
            if (next == list->count) {
                return cel_fail(run, "expected a value for clause %u of the format", next + 1);
            }
            if (!format_clause(run, &rest, &clause) ||
                !format_value(&out, &clause, list->items[next++])) {
                return false;
            }
        }
    }
    *result = cel_text_value(&out);
    return true;
}

static const struct cel_overload format_rows[] = {
    { .name = "format",
      .id = "string_format",
      .member = true,
      .cost = CEL_COST_FORMAT,
      .size = CEL_SIZE_FORMAT,
      .function = format_call,
      .result = &cel_type_string,
      .params = { &cel_type_string, &cel_type_list_dyn } },
};
const struct cel_overload_table cel_formats = CEL_TABLE(format_rows);
