/* Classes and escapes of patterns: [a-z], [[:alpha:]], \d, \pL, \p{^Greek}, \x{1F600}. A class is a
 * list of ranges, category sets and scripts; it is not resolved into ranges, for \pL alone has 650.
 */
#include "core/cel/regex_parse.h"

#include "core/cel/unicode.h"
#include "core/cel/utf8.h"

/* ASCII classes as pairs of first and last, ascending. */
struct regex_ascii_class {
    struct str name;
    struct str ranges;
};

#define REGEX_ASCII(name, ranges)      \
    {                                  \
        { name, sizeof(name) - 1 },    \
        {                              \
            ranges, sizeof(ranges) - 1 \
        }                              \
    }

enum { REGEX_PERL_CLASSES = 3 }; /* the first ones, also known as \d \s \w */

static const struct regex_ascii_class regex_ascii_classes[] = {
    REGEX_ASCII("d", "09"),           REGEX_ASCII("s", "\t\n\f\r  "),
    REGEX_ASCII("w", "09AZ__az"),     REGEX_ASCII("alnum", "09AZaz"),
    REGEX_ASCII("alpha", "AZaz"),     REGEX_ASCII("ascii", "\0\x7F"),
    REGEX_ASCII("blank", "\t\t  "),   REGEX_ASCII("cntrl", "\0\x1F\x7F\x7F"),
    REGEX_ASCII("digit", "09"),       REGEX_ASCII("graph", "!~"),
    REGEX_ASCII("lower", "az"),       REGEX_ASCII("print", " ~"),
    REGEX_ASCII("punct", "!/:@[`{~"), REGEX_ASCII("space", "\t\r  "),
    REGEX_ASCII("upper", "AZ"),       REGEX_ASCII("word", "09AZ__az"),
    REGEX_ASCII("xdigit", "09AFaf"),
};
enum { REGEX_ASCII_CLASSES = sizeof regex_ascii_classes / sizeof *regex_ascii_classes };

bool regex_ascii_has(uint32_t number, uint32_t rune)
{
    struct str ranges = regex_ascii_classes[number].ranges;
    for (size_t i = 0; i < ranges.size; i += 2) {
        if (rune >= (unsigned char)ranges.data[i] && rune <= (unsigned char)ranges.data[i + 1]) {
            return true;
        }
    }
    return false;
}

uint32_t regex_next(struct regex_parser *parser)
{
    size_t width;
    uint32_t rune = cel_utf8_decode(parser->pattern, parser->at, &width);
    parser->at += width;
    return rune;
}

bool regex_skip(struct regex_parser *parser, struct str text)
{
    if (!str_starts(str_from(parser->pattern, parser->at), text)) {
        return false;
    }
    parser->at += text.size;
    return true;
}

static bool regex_add_ascii(struct regex_parser *parser, uint32_t number, bool negative)
{
    return regex_item_add(
        parser,
        (struct regex_item){ .kind = REGEX_ITEM_ASCII, .negative = negative, .from = number });
}

/* The name behind \p: one letter, or anything in braces. */
static bool regex_property_name(struct regex_parser *parser, struct str *name)
{
    struct str rest = str_from(parser->pattern, parser->at);
    if (rest.size > 0 && rest.data[0] == '{') {
        const char *end = memchr(rest.data, '}', rest.size);
        if (end == NULL) {
            return false;
        }
        *name = str_make(rest.data + 1, (size_t)(end - rest.data) - 1);
        parser->at += name->size + 2;
        return true;
    }
    *name = str_make(rest.data, rest.size > 0);
    parser->at += name->size;
    return name->size > 0;
}

static bool regex_parse_property(struct regex_parser *parser, bool negative)
{
    size_t from = parser->at;
    struct str name;
    if (!regex_property_name(parser, &name)) {
        return regex_fail(parser, from, "a property's name like 'L' or '{Greek}'");
    }
    if (str_starts(name, STR("^"))) {
        negative = !negative;
        name = str_from(name, 1);
    }
    struct regex_item item = { .kind = REGEX_ITEM_CATEGORIES, .negative = negative };
    item.from = str_eq(name, STR("Any")) ? UINT32_MAX : cel_unicode_category_set(name);
    int script = cel_unicode_script(name);
    if (script >= 0) {
        item.kind = REGEX_ITEM_SCRIPT;
        item.from = (uint32_t)script;
    } else if (item.from == 0) {
        return regex_fail(parser, from, "a known category or script");
    }
    return regex_item_add(parser, item);
}

bool regex_parse_named_class(struct regex_parser *parser, bool *found)
{
    *found = true;
    if (regex_skip(parser, STR("p"))) {
        return regex_parse_property(parser, false);
    }
    if (regex_skip(parser, STR("P"))) {
        return regex_parse_property(parser, true);
    }
    for (uint32_t i = 0; i < REGEX_PERL_CLASSES; i++) {
        char upper = (char)(regex_ascii_classes[i].name.data[0] - 0x20);
        bool negative = regex_skip(parser, str_make(&upper, 1));
        if (negative || regex_skip(parser, regex_ascii_classes[i].name)) {
            return regex_add_ascii(parser, i, negative);
        }
    }
    *found = false;
    return true;
}

static int regex_hex_digit(uint32_t rune)
{
    uint32_t lower = rune | 0x20;
    if (rune >= '0' && rune <= '9') {
        return (int)(rune - '0');
    }
    return lower >= 'a' && lower <= 'f' ? (int)(lower - 'a') + 10 : -1;
}

/* After "\x": two digits, or any number of them in braces. */
static bool regex_parse_hex(struct regex_parser *parser, uint32_t *rune)
{
    size_t from = parser->at, digits = 0;
    bool braces = regex_skip(parser, STR("{"));
    *rune = 0;
    while (parser->at < parser->pattern.size && (braces || digits < 2)) {
        uint32_t next = (unsigned char)parser->pattern.data[parser->at];
        int digit = regex_hex_digit(next);
        if (digit < 0 || *rune > CEL_RUNE_MAX) {
            break;
        }
        *rune = *rune * 16 + (uint32_t)digit;
        parser->at++;
        digits++;
    }
    bool closed = braces ? digits > 0 && regex_skip(parser, STR("}")) : digits == 2;
    return (closed && *rune <= CEL_RUNE_MAX) ||
           regex_fail(parser, from, "two hexadecimal digits, or '{10FFFF}' at most");
}

/* "\0", "\012", "\123": up to three octal digits; one digit from 1 on would be a back-reference. */
static bool regex_parse_octal(struct regex_parser *parser, uint32_t *rune)
{
    size_t from = parser->at;
    *rune = 0;
    while (parser->at < parser->pattern.size && parser->at - from < 3 &&
           parser->pattern.data[parser->at] >= '0' && parser->pattern.data[parser->at] <= '7') {
        *rune = *rune * 8 + (uint32_t)(parser->pattern.data[parser->at++] - '0');
    }
    bool alone = parser->at - from == 1 && parser->pattern.data[from] != '0';
    return !alone ||
           regex_fail(parser, from, "no back-reference (it cannot be matched in linear time)");
}

bool regex_parse_escaped(struct regex_parser *parser, uint32_t *rune)
{
    static const char names[] = "afnrtv", values[] = "\a\f\n\r\t\v";
    size_t from = parser->at;
    if (parser->at == parser->pattern.size) {
        return regex_fail(parser, from, "a character after '\\'");
    }
    char next = parser->pattern.data[parser->at];
    const char *name = memchr(names, next, sizeof names - 1);
    if (next >= '0' && next <= '7') {
        return regex_parse_octal(parser, rune);
    }
    *rune = regex_next(parser);
    if (name != NULL) {
        *rune = (unsigned char)values[name - names];
        return true;
    }
    if (next == 'x') {
        return regex_parse_hex(parser, rune);
    }
    uint32_t lower = *rune | 0x20;
    bool plain = *rune < 0x80 && !(lower >= 'a' && lower <= 'z') && !(next == '8' || next == '9');
    return plain || regex_fail(parser, from, "a known escape");
}

/* "[:alpha:]" or "[:^alpha:]"; *found false and nothing read when there is no ":]". */
static bool regex_parse_posix(struct regex_parser *parser, bool *found)
{
    struct str rest = str_from(parser->pattern, parser->at);
    const char *end = str_starts(rest, STR("[:")) ? memmem(rest.data, rest.size, ":]", 2) : NULL;
    *found = end != NULL;
    if (end == NULL) {
        return true;
    }
    struct str name = { rest.data + 2, (size_t)(end - rest.data) - 2 };
    bool negative = str_starts(name, STR("^"));
    name = str_from(name, negative);
    for (uint32_t i = REGEX_PERL_CLASSES; i < REGEX_ASCII_CLASSES; i++) {
        if (str_eq(name, regex_ascii_classes[i].name)) {
            parser->at += (size_t)(end - rest.data) + 2;
            return regex_add_ascii(parser, i, negative);
        }
    }
    return regex_fail(parser, parser->at, "a class like '[:alpha:]'");
}

static bool regex_parse_class_rune(struct regex_parser *parser, uint32_t *rune)
{
    if (parser->at == parser->pattern.size) {
        return regex_fail(parser, parser->at, "']'");
    }
    *rune = regex_next(parser);
    return *rune != '\\' || regex_parse_escaped(parser, rune);
}

static bool regex_parse_range(struct regex_parser *parser)
{
    size_t from = parser->at;
    uint32_t first, last;
    if (!regex_parse_class_rune(parser, &first)) {
        return false;
    }
    last = first;
    struct str rest = str_from(parser->pattern, parser->at);
    if (rest.size >= 2 && rest.data[0] == '-' && rest.data[1] != ']') {
        parser->at++;
        if (!regex_parse_class_rune(parser, &last)) {
            return false;
        }
    }
    if (last < first) {
        return regex_fail(parser, from, "a range with its smaller end first");
    }
    return regex_item_add(
        parser, (struct regex_item){ .kind = REGEX_ITEM_RANGE, .from = first, .to = last });
}

static bool regex_parse_item(struct regex_parser *parser)
{
    bool found;
    if (!regex_parse_posix(parser, &found)) {
        return false;
    }
    if (found) {
        return true;
    }
    size_t from = parser->at;
    if (regex_skip(parser, STR("\\"))) {
        if (!regex_parse_named_class(parser, &found)) {
            return false;
        }
        if (found) {
            return true;
        }
        parser->at = from;
    }
    return regex_parse_range(parser);
}

bool regex_parse_class(struct regex_parser *parser)
{
    size_t from = parser->at - 1;
    struct regex_instruction class_ = { .op = REGEX_CLASS,
                                        .fold = (parser->flags & REGEX_FLAG_FOLD) != 0,
                                        .item_first = parser->item_count };
    class_.negative = regex_skip(parser, STR("^"));
    bool first = true; /* a ']' there is literal */
    while (first || !regex_skip(parser, STR("]"))) {
        if (parser->at == parser->pattern.size) {
            return regex_fail(parser, from, "']' for the '['");
        }
        if (!regex_parse_item(parser)) {
            return false;
        }
        first = false;
    }
    class_.item_count = parser->item_count - class_.item_first;
    return regex_emit(parser, class_);
}
