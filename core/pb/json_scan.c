/* RFC 8259. Written here, since none of Debian's libraries fits: jansson refuses the upper half of
 * uint64 and keeps numbers as doubles (9007199254740993.0 loses its last digit); yajl turns a lone
 * surrogate into '?' and cannot say where in the text a value stands; json-c is lenient. Pulling
 * also needs no tree: values go straight into the message.
 *
 * Cost: one pass; a string without escapes is not copied. */
#include "core/pb/json_scan.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/base/utf8.h"

enum { JSON_EXCERPT_MAX = 40 };

void json_init(struct json_scan *scan, struct str text, struct arena *arena)
{
    const char *start = text.size == 0 ? "" : text.data;
    scan->start = start;
    scan->at = start;
    scan->end = start + text.size;
    scan->arena = arena;
    scan->status.code = STATUS_OK;
}

static struct str json_rest(const struct json_scan *scan)
{
    return str_make(scan->at, (size_t)(scan->end - scan->at));
}

static void json_space(struct json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')) {
        scan->at++;
    }
}

/* Fails at the current place; the column counts characters. */
static bool json_fail(struct json_scan *scan, const char *expected)
{
    size_t line = 1, column = 1;
    json_space(scan);
    for (const char *at = scan->start; at < scan->at; at++) {
        bool follows = ((unsigned char)*at & 0xC0) == 0x80;
        line += *at == '\n';
        column = *at == '\n' ? 1 : column + !follows;
    }
    struct str found = json_excerpt(scan);
    if (scan->at == scan->end) {
        scan->status =
            status_error(STATUS_INVALID_ARGUMENT, "line %zu, column %zu: expected %s, but it ends",
                         line, column, expected);
    } else {
        scan->status = status_error(STATUS_INVALID_ARGUMENT,
                                    "line %zu, column %zu: expected %s, but it is '%.*s'", line,
                                    column, expected, STR_ARG(found));
    }
    return false;
}

enum json_kind json_peek(struct json_scan *scan)
{
    json_space(scan);
    if (scan->at == scan->end) {
        return JSON_NOTHING;
    }
    switch (*scan->at) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    default:
        return *scan->at == '-' || (*scan->at >= '0' && *scan->at <= '9') ? JSON_NUMBER
                                                                          : JSON_NOTHING;
    }
}

bool json_enter(struct json_scan *scan, enum json_kind kind)
{
    assert(kind == JSON_OBJECT || kind == JSON_ARRAY);
    if (json_peek(scan) != kind) {
        return json_fail(scan, kind == JSON_OBJECT ? "an object" : "an array");
    }
    scan->at++;
    return true;
}

/* After the opening or a value: a comma before the next one, or the end. */
static bool json_next(struct json_scan *scan, bool *first, char end, bool *more)
{
    json_space(scan);
    bool here = scan->at < scan->end;
    *more = !here || *scan->at != end;
    if (!*more) {
        scan->at++;
        return true;
    }
    if (!*first) {
        if (!here || *scan->at != ',') {
            return json_fail(scan, end == '}' ? "',' or '}'" : "',' or ']'");
        }
        scan->at++;
    }
    *first = false;
    return true;
}

bool json_next_name(struct json_scan *scan, bool *first, struct str *name)
{
    bool more;
    *name = (struct str){ 0 };
    if (!json_next(scan, first, '}', &more) || !more) {
        return scan->status.code == STATUS_OK;
    }
    if (json_peek(scan) != JSON_STRING) {
        return json_fail(scan, "a name in double quotes");
    }
    if (!json_string(scan, name)) {
        return false;
    }
    json_space(scan);
    if (scan->at == scan->end || *scan->at != ':') {
        return json_fail(scan, "':' after a name");
    }
    scan->at++;
    return true;
}

bool json_next_item(struct json_scan *scan, bool *first, bool *more)
{
    return json_next(scan, first, ']', more);
}

static int json_hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Four hexadecimal digits at `at`; false if they are not there. */
static bool json_unit(const struct json_scan *scan, const char *at, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = at + i < scan->end ? json_hex(at[i]) : -1;
        if (digit < 0) {
            return false;
        }
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

/* Behind a backslash, at which it fails. */
static bool json_fail_escape(struct json_scan *scan, const char *expected)
{
    scan->at--;
    return json_fail(scan, expected);
}

/* At the `u` of an escape: one code point, of one or two UTF-16 units. */
static bool json_unicode(struct json_scan *scan, char **out)
{
    uint32_t code_point, low;
    if (!json_unit(scan, scan->at + 1, &code_point)) {
        return json_fail_escape(scan, "four hexadecimal digits after \\u");
    }
    const char *next = scan->at + 5;
    if (code_point >= 0xD800 && code_point < 0xDC00 && scan->end - next >= 2 && next[0] == '\\' &&
        next[1] == 'u' && json_unit(scan, next + 2, &low) && low >= 0xDC00 && low < 0xE000) {
        code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
        next += 6;
    }
    if (code_point >= 0xD800 && code_point < 0xE000) {
        return json_fail_escape(scan, "both halves of a surrogate pair");
    }
    scan->at = next;
    *out += utf8_encode(code_point, *out);
    return true;
}

/* Behind a backslash. */
static bool json_escape(struct json_scan *scan, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (scan->at < scan->end && *scan->at == 'u') {
        return json_unicode(scan, out);
    }
    const char *found = scan->at < scan->end ? memchr(from, *scan->at, sizeof from - 1) : NULL;
    if (found == NULL) {
        return json_fail_escape(scan,
                                "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u after a backslash");
    }
    scan->at++;
    *(*out)++ = to[found - from];
    return true;
}

/* The rest of a string that has escapes; it cannot be longer than what is written. */
static bool json_string_escaped(struct json_scan *scan, const char *start, struct str *value)
{
    const char *close = scan->at;
    while (close < scan->end && *close != '"') {
        close += *close == '\\' && close + 1 < scan->end ? 2 : 1;
    }
    char *decoded = arena_alloc(scan->arena, (size_t)(close - start) + UTF8_SIZE_MAX);
    if (decoded == NULL) {
        scan->status = arena_full(scan->arena);
        return false;
    }
    size_t before = (size_t)(scan->at - start);
    memcpy(decoded, start, before);
    char *out = decoded + before;
    while (scan->at < scan->end && *scan->at != '"') {
        char c = *scan->at;
        if ((unsigned char)c < 0x20) {
            return json_fail(scan, "control characters to be escaped");
        }
        scan->at++;
        if (c != '\\') {
            *out++ = c;
        } else if (!json_escape(scan, &out)) {
            return false;
        }
    }
    *value = str_make(decoded, (size_t)(out - decoded));
    return true;
}

bool json_string(struct json_scan *scan, struct str *value)
{
    if (json_peek(scan) != JSON_STRING) {
        return json_fail(scan, "a string");
    }
    const char *quote = scan->at++, *start = scan->at;
    while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\' &&
           (unsigned char)*scan->at >= 0x20) {
        scan->at++;
    }
    if (scan->at < scan->end && *scan->at == '\\') {
        if (!json_string_escaped(scan, start, value)) {
            return false;
        }
    } else {
        *value = str_make(start, (size_t)(scan->at - start));
    }
    if (scan->at == scan->end) {
        return json_fail(scan, "'\"' at the end of a string");
    }
    if (*scan->at != '"') {
        return json_fail(scan, "control characters to be escaped");
    }
    if (!utf8_valid(*value)) {
        scan->at = quote;
        return json_fail(scan, "UTF-8 text");
    }
    scan->at++;
    return true;
}

static size_t json_digits(struct str text, size_t at)
{
    size_t count = 0;
    while (at + count < text.size && text.data[at + count] >= '0' && text.data[at + count] <= '9') {
        count++;
    }
    return count;
}

size_t json_number_size(struct str text)
{
    size_t at = text.size > 0 && text.data[0] == '-', digits = json_digits(text, at);
    if (digits == 0 || (digits > 1 && text.data[at] == '0')) {
        return 0;
    }
    at += digits;
    if (at < text.size && text.data[at] == '.') {
        digits = json_digits(text, at + 1);
        if (digits == 0) {
            return 0;
        }
        at += 1 + digits;
    }
    if (at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        at += at < text.size && (text.data[at] == '+' || text.data[at] == '-');
        digits = json_digits(text, at);
        at = digits == 0 ? 0 : at + digits;
    }
    return at;
}

bool json_number(struct json_scan *scan, struct str *value)
{
    size_t size = json_peek(scan) == JSON_NUMBER ? json_number_size(json_rest(scan)) : 0;
    if (size == 0) {
        return json_fail(scan, "a number");
    }
    *value = str_make(scan->at, size);
    scan->at += size;
    return true;
}

bool json_literal(struct json_scan *scan, enum json_kind kind)
{
    struct str literal = kind == JSON_TRUE    ? STR("true")
                         : kind == JSON_FALSE ? STR("false")
                                              : STR("null");
    json_space(scan);
    if (!str_starts(json_rest(scan), literal)) {
        return json_fail(scan, "true, false or null");
    }
    scan->at += literal.size;
    return true;
}

static bool json_skip_level(struct json_scan *scan, unsigned depth);

static bool json_skip_object(struct json_scan *scan, unsigned depth)
{
    bool first = true;
    struct str name;
    if (!json_enter(scan, JSON_OBJECT)) {
        return false;
    }
    while (json_next_name(scan, &first, &name) && name.data != NULL) {
        if (!json_skip_level(scan, depth)) {
            return false;
        }
    }
    return scan->status.code == STATUS_OK;
}

static bool json_skip_array(struct json_scan *scan, unsigned depth)
{
    bool first = true, more;
    if (!json_enter(scan, JSON_ARRAY)) {
        return false;
    }
    while (json_next_item(scan, &first, &more) && more) {
        if (!json_skip_level(scan, depth)) {
            return false;
        }
    }
    return scan->status.code == STATUS_OK;
}

static bool json_skip_level(struct json_scan *scan, unsigned depth)
{
    struct str text;
    enum json_kind kind = json_peek(scan);
    if (depth == MESSAGE_DEPTH_MAX) {
        return json_fail(scan, "fewer levels");
    }
    switch (kind) {
    case JSON_OBJECT:
        return json_skip_object(scan, depth + 1);
    case JSON_ARRAY:
        return json_skip_array(scan, depth + 1);
    case JSON_STRING:
        return json_string(scan, &text);
    case JSON_NUMBER:
        return json_number(scan, &text);
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return json_literal(scan, kind);
    case JSON_NOTHING:
        break;
    }
    return json_fail(scan, "a JSON value");
}

bool json_skip(struct json_scan *scan)
{
    return json_skip_level(scan, 0);
}

bool json_finish(struct json_scan *scan)
{
    json_space(scan);
    return scan->at == scan->end || json_fail(scan, "the end of the text");
}

struct str json_excerpt(struct json_scan *scan)
{
    enum json_kind kind = json_peek(scan);
    size_t size = 0, left = (size_t)(scan->end - scan->at);
    bool quoted = kind == JSON_STRING;
    while (size < left && size < JSON_EXCERPT_MAX) {
        char c = scan->at[size];
        if (size > 0 && !quoted && strchr(",]}: \t\r\n", c) != NULL) {
            break;
        }
        size++;
        if (size > 1 && quoted && c == '"' && scan->at[size - 2] != '\\') {
            break;
        }
    }
    /* Never a part of a character, nor what is none: the message ends up in protobuf strings. */
    while (size > 0 && !utf8_valid_text(str_make(scan->at, size))) {
        size--;
    }
    return str_make(scan->at, size);
}
