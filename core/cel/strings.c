/* The strings extension but for format. Positions count code points; text stays UTF-8, so finding a
 * position walks the text and is charged like any other pass over it. */
#include "core/cel/standard.h"
#include "core/cel/text.h"
#include "core/cel/unicode.h"
#include "core/cel/utf8.h"

static bool string_index_fail(struct cel_run *run, int64_t index)
{
    return cel_fail(run, "expected an index within the string, not '%lld'", (long long)index);
}

/* The byte at which a code point starts; fails beyond the end. */
static bool string_offset(struct cel_run *run, struct str text, int64_t index, size_t *offset)
{
    if (!cel_charge_bytes(run, text.size)) {
        return false;
    }
    return (index >= 0 && cel_utf8_offset(text, (uint64_t)index, offset)) ||
           string_index_fail(run, index);
}

static struct str string_slice(struct str text, size_t from, size_t to)
{
    return (struct str){ str_from(text, from).data, to - from };
}

static bool string_char_at(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    struct str text = cel_str(args[0]);
    size_t offset, width = 0;
    if (!string_offset(run, text, args[1].integer, &offset)) {
        return false;
    }
    if (offset < text.size) {
        cel_utf8_decode(text, offset, &width);
    }
    *result = cel_string(string_slice(text, offset, offset + width));
    return true;
}

/* The byte at or after `from` where the part begins; the text's size when it is not there. */
static size_t string_locate(struct str text, size_t from, struct str part)
{
    struct str rest = str_from(text, from);
    if (part.size > rest.size) {
        return text.size;
    }
    if (part.size == 0) {
        return from;
    }
    const char *found = memmem(rest.data, rest.size, part.data, part.size);
    return found == NULL ? text.size : (size_t)(found - text.data);
}

/* Finding compares up to every byte with every other. */
static bool string_charge_search(struct cel_run *run, struct str text, struct str part)
{
    return cel_charge(run, cel_gas_bytes(text.size) * cel_gas_bytes(part.size));
}

static bool string_find(struct cel_run *run, struct str text, struct str part, int64_t from,
                        struct cel_value *result)
{
    size_t offset;
    if (!string_offset(run, text, from, &offset) || !string_charge_search(run, text, part)) {
        return false;
    }
    size_t found = string_locate(text, offset, part);
    bool there = found < text.size || part.size == 0;
    *result = cel_int(there ? (int64_t)cel_utf8_count(string_slice(text, 0, found)) : -1);
    return true;
}

static bool string_index_of(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    return string_find(run, cel_str(args[0]), cel_str(args[1]), 0, result);
}

static bool string_index_of_from(struct cel_run *run, const struct cel_value *args,
                                 struct cel_value *result)
{
    return string_find(run, cel_str(args[0]), cel_str(args[1]), args[2].integer, result);
}

/* The last match that starts at byte `last` or before. */
static bool string_find_last(struct cel_run *run, struct str text, struct str part, size_t last,
                             struct cel_value *result)
{
    *result = cel_int(-1);
    if (!string_charge_search(run, text, part)) {
        return false;
    }
    if (part.size > text.size) {
        return true;
    }
    size_t at = last < text.size - part.size ? last : text.size - part.size;
    for (size_t left = at + 1; left > 0; left--) {
        if (memcmp(text.data + left - 1, part.data, part.size) == 0) {
            *result = cel_int((int64_t)cel_utf8_count((struct str){ text.data, left - 1 }));
            return true;
        }
    }
    return true;
}

static bool string_last_index_of(struct cel_run *run, const struct cel_value *args,
                                 struct cel_value *result)
{
    struct str text = cel_str(args[0]), part = cel_str(args[1]);
    if (part.size == 0) {
        *result = cel_int((int64_t)cel_utf8_count(text));
        return cel_charge_bytes(run, text.size);
    }
    return string_find_last(run, text, part, text.size, result);
}

static bool string_last_index_of_from(struct cel_run *run, const struct cel_value *args,
                                      struct cel_value *result)
{
    struct str text = cel_str(args[0]), part = cel_str(args[1]);
    size_t last;
    if (!string_offset(run, text, args[2].integer, &last)) {
        return false;
    }
    if (part.size == 0) {
        *result = args[2];
        return true;
    }
    if (last == text.size) { /* no character starts there */
        *result = cel_int(-1);
        return true;
    }
    return string_find_last(run, text, part, last, result);
}

/* ASCII letters between `first` and its 26th change case. */
static bool string_change_case(struct cel_run *run, struct str text, char first,
                               struct cel_value *result)
{
    char *data = cel_alloc(run, text.size + 1);
    if (data == NULL || !cel_charge_bytes(run, text.size)) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        bool letter = text.data[i] >= first && text.data[i] < first + 26;
        data[i] = letter ? (char)(text.data[i] ^ 0x20) : text.data[i];
    }
    *result = cel_string(str_make(data, text.size));
    return true;
}

static bool string_lower_ascii(struct cel_run *run, const struct cel_value *args,
                               struct cel_value *result)
{
    return string_change_case(run, cel_str(args[0]), 'A', result);
}

static bool string_upper_ascii(struct cel_run *run, const struct cel_value *args,
                               struct cel_value *result)
{
    return string_change_case(run, cel_str(args[0]), 'a', result);
}

/* Where `old` next lies at or after `from`. The empty one lies at `from` the first time and before
 * every further character. */
static bool string_next(struct str text, struct str old, size_t from, bool first, size_t *at)
{
    size_t width;
    if (old.size == 0) {
        if (first) {
            *at = from;
            return true;
        }
        if (from >= text.size) {
            return false;
        }
        cel_utf8_decode(text, from, &width);
        *at = from + width;
        return true;
    }
    *at = string_locate(text, from, old);
    return *at < text.size;
}

static bool string_replace_times(struct cel_run *run, const struct cel_value *args, int64_t times,
                                 struct cel_value *result)
{
    struct str text = cel_str(args[0]), old = cel_str(args[1]), fresh = cel_str(args[2]);
    struct cel_text out = { .run = run };
    size_t from = 0, at;
    if (!string_charge_search(run, text, old)) {
        return false;
    }
    for (int64_t i = 0; times < 0 || i < times; i++) {
        if (!string_next(text, old, from, i == 0, &at)) {
            break;
        }
        if (!cel_text_add(&out, string_slice(text, from, at)) || !cel_text_add(&out, fresh)) {
            return false;
        }
        from = at + old.size;
    }
    if (!cel_text_add(&out, str_from(text, from))) {
        return false;
    }
    *result = cel_text_value(&out);
    return true;
}

static bool string_replace(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    return string_replace_times(run, args, -1, result);
}

static bool string_replace_limited(struct cel_run *run, const struct cel_value *args,
                                   struct cel_value *result)
{
    return string_replace_times(run, args, args[3].integer, result);
}

/* The next piece of `rest` before a separator (of an empty one: one character); false when there is
 * no further separator. */
static bool string_cut(struct str rest, struct str separator, struct str *piece)
{
    size_t width;
    if (separator.size == 0) {
        if (rest.size == 0) {
            return false;
        }
        cel_utf8_decode(rest, 0, &width);
        *piece = (struct str){ rest.data, width };
        return width < rest.size;
    }
    size_t at = string_locate(rest, 0, separator);
    *piece = string_slice(rest, 0, at);
    return at < rest.size;
}

/* How many pieces there are, at most `limit` (negative: any number). */
static uint32_t string_count_pieces(struct str rest, struct str separator, int64_t limit)
{
    struct str piece;
    uint32_t count = 1;
    if (limit == 0 || (separator.size == 0 && rest.size == 0)) {
        return 0;
    }
    while ((limit < 0 || count < limit) && string_cut(rest, separator, &piece)) {
        rest = str_from(rest, piece.size + separator.size);
        count++;
    }
    return count;
}

static bool string_split_limited_to(struct cel_run *run, const struct cel_value *args,
                                    int64_t limit, struct cel_value *result)
{
    struct str rest = cel_str(args[0]), separator = cel_str(args[1]), piece = { 0 };
    struct cel_value *items;
    if (!string_charge_search(run, rest, separator)) {
        return false;
    }
    uint32_t count = string_count_pieces(rest, separator, limit);
    if (!cel_list_new(run, count, &items, result)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        string_cut(rest, separator, &piece);
        bool last = i + 1 == count;
        items[i] = cel_string(last ? rest : piece);
        rest = last ? rest : str_from(rest, piece.size + separator.size);
    }
    return true;
}

static bool string_split(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    return string_split_limited_to(run, args, -1, result);
}

static bool string_split_limited(struct cel_run *run, const struct cel_value *args,
                                 struct cel_value *result)
{
    return string_split_limited_to(run, args, args[2].integer, result);
}

static bool string_join_with(struct cel_run *run, const struct cel_list *list, struct str separator,
                             struct cel_value *result)
{
    struct cel_text out = { .run = run };
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != CEL_STRING) {
            return cel_fail(run, "expected a list of strings to join");
        }
        if ((i > 0 && !cel_text_add(&out, separator)) ||
            !cel_text_add(&out, cel_str(list->items[i]))) {
            return false;
        }
    }
    *result = cel_text_value(&out);
    return true;
}

static bool string_join(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    return string_join_with(run, args[0].list, (struct str){ 0 }, result);
}

static bool string_join_separated(struct cel_run *run, const struct cel_value *args,
                                  struct cel_value *result)
{
    return string_join_with(run, args[0].list, cel_str(args[1]), result);
}

static bool string_substring(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    struct str text = cel_str(args[0]);
    size_t from;
    if (!string_offset(run, text, args[1].integer, &from)) {
        return false;
    }
    *result = cel_string(str_from(text, from));
    return true;
}

static bool string_substring_range(struct cel_run *run, const struct cel_value *args,
                                   struct cel_value *result)
{
    struct str text = cel_str(args[0]);
    size_t from, to;
    if (args[1].integer > args[2].integer) {
        return cel_fail(run, "expected the start of a substring not to lie behind its end");
    }
    if (!string_offset(run, text, args[1].integer, &from) ||
        !string_offset(run, text, args[2].integer, &to)) {
        return false;
    }
    *result = cel_string(string_slice(text, from, to));
    return true;
}

static bool string_trim(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    struct str text = cel_str(args[0]);
    size_t from = 0, to = 0, width;
    bool begun = false;
    if (!cel_charge_bytes(run, text.size)) {
        return false;
    }
    for (size_t at = 0; at < text.size; at += width) {
        bool space = cel_unicode_space(cel_utf8_decode(text, at, &width));
        from = begun || !space ? from : at + width;
        begun = begun || !space;
        to = space ? to : at + width;
    }
    *result = cel_string(begun ? string_slice(text, from, to) : (struct str){ 0 });
    return true;
}

static bool string_quote(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    static const char special[] = "\a\b\f\n\r\t\v\\\"", escapes[] = "abfnrtv\\\"";
    struct str text = cel_str(args[0]);
    struct cel_text out = { .run = run };
    if (!cel_charge_bytes(run, text.size) || !cel_text_reserve(&out, 2 * text.size + 2)) {
        return false;
    }
    out.data[out.size++] = '"';
    for (size_t i = 0; i < text.size; i++) {
        const char *found = memchr(special, text.data[i], sizeof special - 1);
        if (found != NULL) {
            out.data[out.size++] = '\\';
        }
        out.data[out.size++] = found == NULL ? text.data[i] : escapes[found - special];
    }
    out.data[out.size++] = '"';
    *result = cel_text_value(&out);
    return true;
}

static bool string_reverse(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    struct str text = cel_str(args[0]);
    char *data = cel_alloc(run, text.size + 1);
    if (data == NULL || !cel_charge_bytes(run, text.size)) {
        return false;
    }
    for (size_t at = 0, width; at < text.size; at += width) {
        cel_utf8_decode(text, at, &width);
        memcpy(data + text.size - at - width, text.data + at, width);
    }
    *result = cel_string(str_make(data, text.size));
    return true;
}

#define STRING_ROW(name_, id_, member_, cost_, size_, function_, result_, ...)                   \
    {                                                                                            \
        .name = name_, .id = id_, .member = member_, .cost = CEL_COST_##cost_,                   \
        .size = CEL_SIZE_##size_, .function = string_##function_, .result = &cel_type_##result_, \
        .params = {                                                                              \
            __VA_ARGS__                                                                          \
        }                                                                                        \
    }
#define STRING &cel_type_string
#define INT &cel_type_int

static const struct cel_overload string_rows[] = {
    STRING_ROW("charAt", "string_char_at_int", true, ARGS, SMALL, char_at, string, STRING, INT),
    STRING_ROW("indexOf", "string_index_of_string", true, PRODUCT, SMALL, index_of, int, STRING,
               STRING),
    STRING_ROW("indexOf", "string_index_of_string_int", true, PRODUCT, SMALL, index_of_from, int,
               STRING, STRING, INT),
    STRING_ROW("lastIndexOf", "string_last_index_of_string", true, PRODUCT, SMALL, last_index_of,
               int, STRING, STRING),
    STRING_ROW("lastIndexOf", "string_last_index_of_string_int", true, PRODUCT, SMALL,
               last_index_of_from, int, STRING, STRING, INT),
    STRING_ROW("lowerAscii", "string_lower_ascii", true, ARGS, FIRST, lower_ascii, string, STRING),
    STRING_ROW("upperAscii", "string_upper_ascii", true, ARGS, FIRST, upper_ascii, string, STRING),
    STRING_ROW("replace", "string_replace_string_string", true, REPLACE, REPLACE, replace, string,
               STRING, STRING, STRING),
    STRING_ROW("replace", "string_replace_string_string_int", true, REPLACE, REPLACE,
               replace_limited, string, STRING, STRING, STRING, INT),
    STRING_ROW("split", "string_split_string", true, PRODUCT, PIECES, split, list_string, STRING,
               STRING),
    STRING_ROW("split", "string_split_string_int", true, PRODUCT, PIECES, split_limited,
               list_string, STRING, STRING, INT),
    STRING_ROW("join", "list_join", true, JOIN, JOIN, join, string, &cel_type_list_string),
    STRING_ROW("join", "list_join_string", true, JOIN, JOIN, join_separated, string,
               &cel_type_list_string, STRING),
    STRING_ROW("substring", "string_substring_int", true, ARGS, FIRST, substring, string, STRING,
               INT),
    STRING_ROW("substring", "string_substring_int_int", true, ARGS, FIRST, substring_range, string,
               STRING, INT, INT),
    STRING_ROW("trim", "string_trim", true, ARGS, FIRST, trim, string, STRING),
    STRING_ROW("strings.quote", "strings_quote", false, ARGS, DOUBLE, quote, string, STRING),
    STRING_ROW("reverse", "string_reverse", true, ARGS, FIRST, reverse, string, STRING),
};
const struct cel_overload_table cel_strings = CEL_TABLE(string_rows);
