/* Patterns of ECMA-262 with the flag u, as JSON Schema asks for, said in the syntax of our own
 * matcher (RE2's), which takes linear time. What differs is written out: '.', \s, \uXXXX, \cX,
 * names of properties, classes. Lenient where that is without doubt: a sign may be escaped though
 * it need not be, and '-' after \w in a class is a '-'. Left out, and refused: look-around and
 * back-references, which need more than linear time, and \p of other properties than general
 * categories and scripts. */
#include <stdio.h>

#include "core/cel/text.h"
#include "core/cel/utf8.h"
#include "core/schema/compile.h"

/* What \s takes, and the rest. */
#define PATTERN_SPACE                                                        \
    "\\t-\\r \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}" \
    "\\x{205F}\\x{3000}\\x{FEFF}"
#define PATTERN_NO_SPACE                                                       \
    "\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}" \
    "\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}"                \
    "\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}"
#define PATTERN_DOT "[^\\n\\r\\x{2028}\\x{2029}]"

struct pattern_reader {
    struct str source;
    size_t at;
    struct cel_text out;
    bool in_class;
    bool set; /* in a class: what came last was a set (\w), which begins no range */
};

static bool pattern_add(struct pattern_reader *reader, const char *text)
{
    return cel_text_add(&reader->out, str_z(text));
}

/* The next byte; 0 at the end. */
static char pattern_peek(const struct pattern_reader *reader)
{
    return reader->at < reader->source.size ? reader->source.data[reader->at] : '\0';
}

static bool pattern_skip(struct pattern_reader *reader, const char *text)
{
    struct str wanted = str_z(text);
    bool there = str_starts(str_from(reader->source, reader->at), wanted);
    reader->at += there ? wanted.size : 0;
    return there;
}

static bool pattern_fail(struct pattern_reader *reader, const char *expected)
{
    return cel_fail(reader->out.run, "expected %s, at byte %zu", expected, reader->at);
}

static bool pattern_add_rune(struct pattern_reader *reader, uint32_t rune)
{
    char text[16];
    snprintf(text, sizeof text, "\\x{%X}", rune);
    return pattern_add(reader, text);
}

/* Exactly `digits` hexadecimal digits, or with 0 any number of them up to '}'. */
static bool pattern_hex(struct pattern_reader *reader, unsigned digits, uint32_t *rune)
{
    unsigned count = 0;
    *rune = 0;
    for (; digits == 0 || count < digits; count++, reader->at++) {
        char c = pattern_peek(reader), lower = (char)(c | 0x20);
        bool digit = c >= '0' && c <= '9';
        if (!digit && !(lower >= 'a' && lower <= 'f')) {
            break;
        }
        *rune = *rune << 4 | (uint32_t)(digit ? c - '0' : lower - 'a' + 10);
        if (*rune > CEL_RUNE_MAX) {
            return false;
        }
    }
    return digits > 0 ? count == digits : count > 0 && pattern_skip(reader, "}");
}

/* After "\u": a code point, of one or two halves. */
static bool pattern_unicode(struct pattern_reader *reader)
{
    uint32_t rune, low;
    bool braces = pattern_skip(reader, "{");
    if (!pattern_hex(reader, braces ? 0 : 4, &rune)) {
        return pattern_fail(reader, "\\uXXXX or \\u{X} of hexadecimal digits");
    }
    if (!braces && rune >= 0xD800 && rune < 0xDC00 && pattern_skip(reader, "\\u") &&
        pattern_hex(reader, 4, &low) && low >= 0xDC00 && low < 0xE000) {
        rune = 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00);
    }
    if (rune >= 0xD800 && rune < 0xE000) {
        return pattern_fail(reader, "both halves of a surrogate pair");
    }
    return pattern_add_rune(reader, rune);
}

/* The long names of general categories. */
static const char *const pattern_categories[][2] = {
    { "Letter", "L" },
    { "Cased_Letter", "LC" },
    { "Uppercase_Letter", "Lu" },
    { "Lowercase_Letter", "Ll" },
    { "Titlecase_Letter", "Lt" },
    { "Modifier_Letter", "Lm" },
    { "Other_Letter", "Lo" },
    { "Mark", "M" },
    { "Combining_Mark", "M" },
    { "Nonspacing_Mark", "Mn" },
    { "Spacing_Mark", "Mc" },
    { "Enclosing_Mark", "Me" },
    { "Number", "N" },
    { "Decimal_Number", "Nd" },
    { "digit", "Nd" },
    { "Letter_Number", "Nl" },
    { "Other_Number", "No" },
    { "Punctuation", "P" },
    { "punct", "P" },
    { "Connector_Punctuation", "Pc" },
    { "Dash_Punctuation", "Pd" },
    { "Open_Punctuation", "Ps" },
    { "Close_Punctuation", "Pe" },
    { "Initial_Punctuation", "Pi" },
    { "Final_Punctuation", "Pf" },
    { "Other_Punctuation", "Po" },
    { "Symbol", "S" },
    { "Math_Symbol", "Sm" },
    { "Currency_Symbol", "Sc" },
    { "Modifier_Symbol", "Sk" },
    { "Other_Symbol", "So" },
    { "Separator", "Z" },
    { "Space_Separator", "Zs" },
    { "Line_Separator", "Zl" },
    { "Paragraph_Separator", "Zp" },
    { "Other", "C" },
    { "Control", "Cc" },
    { "cntrl", "Cc" },
    { "Format", "Cf" },
    { "Surrogate", "Cs" },
    { "Private_Use", "Co" },
};

/* After "\p" or "\P". */
static bool pattern_property(struct pattern_reader *reader, char letter)
{
    static const char *const kinds[] = { "General_Category=", "gc=", "Script=", "sc=" };
    const char *end = memchr(reader->source.data, '}', reader->source.size);
    char head[] = { '\\', letter, '{', '\0' };
    if (!pattern_skip(reader, "{") || end == NULL) {
        return pattern_fail(reader, "a property in braces, as in \\p{L}");
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !pattern_skip(reader, kinds[i]); i++) {
    }
    const char *from = reader->source.data + reader->at;
    end = memchr(from, '}', reader->source.size - reader->at);
    if (end == NULL) {
        return pattern_fail(reader, "'}' after a property");
    }
    struct str name = str_make(from, (size_t)(end - from));
    reader->at += name.size + 1;
    for (size_t i = 0; i < sizeof pattern_categories / sizeof *pattern_categories; i++) {
        if (str_eq(name, str_z(pattern_categories[i][0]))) {
            name = str_z(pattern_categories[i][1]);
        }
    }
    reader->set = true;
    return pattern_add(reader, head) && cel_text_add(&reader->out, name) &&
           pattern_add(reader, "}");
}

/* After "\c": a letter stands for its control character. */
static bool pattern_control(struct pattern_reader *reader)
{
    char c = pattern_peek(reader), lower = (char)(c | 0x20);
    if (lower < 'a' || lower > 'z') {
        return pattern_fail(reader, "a letter after \\c");
    }
    reader->at++;
    return pattern_add_rune(reader, (uint32_t)c & 0x1F);
}

/* \s and \S, where they stand. */
static bool pattern_space(struct pattern_reader *reader, bool space)
{
    reader->set = true;
    if (reader->in_class) {
        return pattern_add(reader, space ? PATTERN_SPACE : PATTERN_NO_SPACE);
    }
    return pattern_add(reader, space ? "[" PATTERN_SPACE "]" : "[^" PATTERN_SPACE "]");
}

static bool pattern_is_sign(char c)
{
    char lower = (char)(c | 0x20);
    bool word = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
    return c > ' ' && c < 0x7F && !word;
}

/* What both know, and read alike. */
static bool pattern_is_common(const struct pattern_reader *reader, char c)
{
    return pattern_is_sign(c) || (c != '\0' && strchr("dDwWtnrfv", c) != NULL) ||
           ((c == 'b' || c == 'B') && !reader->in_class);
}

/* After '\'. */
static bool pattern_escape(struct pattern_reader *reader)
{
    char c = pattern_peek(reader), both[] = { '\\', c, '\0' };
    uint32_t rune;
    reader->at += reader->at < reader->source.size;
    reader->set = false;
    if (pattern_is_common(reader, c)) {
        reader->set = c != '\0' && strchr("dDwW", c) != NULL;
        return pattern_add(reader, both);
    }
    switch (c) {
    case 's':
    case 'S':
        return pattern_space(reader, c == 's');
    case 'p':
    case 'P':
        return pattern_property(reader, c);
    case 'b':
        return pattern_add_rune(reader, '\b');
    case 'c':
        return pattern_control(reader);
    case 'u':
        return pattern_unicode(reader);
    case 'x':
        return pattern_hex(reader, 2, &rune) ? pattern_add_rune(reader, rune)
                                             : pattern_fail(reader, "\\xXX");
    case '0':
        return pattern_add_rune(reader, 0);
    default:
        break;
    }
    reader->at--;
    return pattern_fail(reader, "an escape of ECMA-262 (and no back-reference)");
}

static bool pattern_add_byte(struct pattern_reader *reader, char c)
{
    return cel_text_add(&reader->out, str_make(&c, 1));
}

static bool pattern_class_next(struct pattern_reader *reader)
{
    char c = pattern_peek(reader);
    bool after_set = reader->set;
    reader->at++;
    if (c == '\\') {
        return pattern_escape(reader);
    }
    reader->set = false;
    if (c == '[' || (c == '-' && after_set && pattern_peek(reader) != ']')) {
        return pattern_add_byte(reader, '\\') && pattern_add_byte(reader, c);
    }
    return pattern_add_byte(reader, c);
}

/* After '['. "[]" takes nothing, "[^]" everything. */
static bool pattern_class(struct pattern_reader *reader)
{
    bool negative = pattern_skip(reader, "^");
    if (pattern_skip(reader, "]")) {
        return pattern_add(reader, negative ? "[\\x{0}-\\x{10FFFF}]" : "[^\\x{0}-\\x{10FFFF}]");
    }
    if (!pattern_add(reader, negative ? "[^" : "[")) {
        return false;
    }
    reader->in_class = true;
    reader->set = false;
    while (reader->at < reader->source.size && pattern_peek(reader) != ']') {
        if (!pattern_class_next(reader)) {
            return false;
        }
    }
    reader->in_class = false;
    if (!pattern_skip(reader, "]")) {
        return pattern_fail(reader, "']' at the end of a class");
    }
    return pattern_add(reader, "]");
}

/* After '(': what may follow '?'. */
static bool pattern_group(struct pattern_reader *reader)
{
    static const char *const heads[] = { "?:", "?<", "?=", "?!", "?i:", "?-i:" };
    bool known = pattern_peek(reader) != '?';
    for (size_t i = 0; i < sizeof heads / sizeof *heads && !known; i++) {
        known = str_starts(str_from(reader->source, reader->at), str_z(heads[i]));
    }
    return known ? pattern_add(reader, "(") : pattern_fail(reader, "'(?:', '(?i:' or '(?<name>'");
}

static bool pattern_next(struct pattern_reader *reader)
{
    char c = pattern_peek(reader);
    reader->at++;
    switch (c) {
    case '\\':
        return pattern_escape(reader);
    case '[':
        return pattern_class(reader);
    case '(':
        return pattern_group(reader);
    case '.':
        return pattern_add(reader, PATTERN_DOT);
    default:
        return pattern_add_byte(reader, c);
    }
}

bool schema_pattern_compile(struct cel_run *run, const char *source, struct schema_pattern *pattern)
{
    struct pattern_reader reader = { .source = str_z(source), .out = { .run = run } };
    pattern->source = source;
    while (reader.at < reader.source.size) {
        if (!cel_charge(run, 1) || !pattern_next(&reader)) {
            return false;
        }
    }
    return cel_regex_compile(run, str_make(reader.out.data, reader.out.size), &pattern->regex);
}
