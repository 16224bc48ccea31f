/* String and bytes literals: quotes of one or three, raw or with escapes. In a string \x and octal
 * escapes are code points, in bytes they are octets. */
#include "core/cel/lexer.h"
#include "core/cel/utf8.h"

struct cel_literal {
    struct cel_compilation *c;
    uint32_t at;
    uint32_t quotes; /* 1 or 3 */
    char quote;
    bool raw, bytes;
    char *out;
    size_t size;
};

static char cel_literal_at(const struct cel_literal *l, uint32_t i)
{
    return i < l->c->source.size ? l->c->source.data[i] : '\0';
}

static void cel_literal_open(struct cel_literal *l)
{
    for (;; l->at++) {
        char byte = (char)(cel_literal_at(l, l->at) | 0x20);
        if (byte != 'r' && byte != 'b') {
            break;
        }
        l->raw = l->raw || byte == 'r';
        l->bytes = l->bytes || byte == 'b';
    }
    l->quote = cel_literal_at(l, l->at);
    bool three =
        cel_literal_at(l, l->at + 1) == l->quote && cel_literal_at(l, l->at + 2) == l->quote;
    l->quotes = three ? 3 : 1;
    l->at += l->quotes;
}

static bool cel_literal_closes(const struct cel_literal *l)
{
    for (uint32_t i = 0; i < l->quotes; i++) {
        if (cel_literal_at(l, l->at + i) != l->quote) {
            return false;
        }
    }
    return true;
}

static int cel_literal_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* `count` digits of that base. */
static bool cel_literal_digits(struct cel_literal *l, int count, int base, uint32_t *value)
{
    uint32_t begin = l->at;
    *value = 0;
    for (int i = 0; i < count; i++, l->at++) {
        int digit = cel_literal_digit(cel_literal_at(l, l->at));
        if (digit >= base) {
            return cel_problem(l->c, begin, "expected %d %s digits in the escape", count,
                               base == 8 ? "octal" : "hexadecimal");
        }
        *value = *value * (uint32_t)base + (uint32_t)digit;
    }
    return true;
}

static bool cel_literal_number(struct cel_literal *l, uint32_t begin, int count, int base)
{
    uint32_t value;
    if (!cel_literal_digits(l, count, base, &value)) {
        return false;
    }
    if (l->bytes) {
        if (count > 3 || value > 255) {
            return cel_problem(l->c, begin, "expected an escape of one byte in a bytes literal");
        }
        l->out[l->size++] = (char)value;
        return true;
    }
    if (value > CEL_RUNE_MAX || (value >= 0xD800 && value < 0xE000)) {
        return cel_problem(l->c, begin, "expected an escape of a Unicode code point");
    }
    l->size += utf8_encode(value, l->out + l->size);
    return true;
}

static bool cel_literal_escape(struct cel_literal *l)
{
    static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
    uint32_t begin = l->at++;
    char code = cel_literal_at(l, l->at);
    const char *simple = code == '\0' ? NULL : strchr(from, code);
    if (simple != NULL) {
        l->out[l->size++] = to[simple - from];
        l->at++;
        return true;
    }
    if (code >= '0' && code <= '3') {
        return cel_literal_number(l, begin, 3, 8);
    }
    int count = code == 'x' || code == 'X' ? 2 : code == 'u' ? 4 : code == 'U' ? 8 : 0;
    if (count == 0) {
        return cel_problem(l->c, begin, "expected an escape such as \\n, \\\\, \\x41 or \\u0041");
    }
    l->at++;
    return cel_literal_number(l, begin, count, 16);
}

static bool cel_literal_body(struct cel_literal *l, uint32_t begin)
{
    while (!cel_literal_closes(l)) {
        char byte = cel_literal_at(l, l->at);
        if (l->at == l->c->source.size || (l->quotes == 1 && (byte == '\n' || byte == '\r'))) {
            return cel_problem(l->c, begin, "expected a closing %.*s", (int)l->quotes,
                               l->quote == '"' ? "\"\"\"" : "'''");
        }
        if (byte == '\\' && !l->raw) {
            if (!cel_literal_escape(l)) {
                return false;
            }
        } else {
            l->out[l->size++] = byte;
            l->at++;
        }
    }
    return true;
}

/* Bytes up to the closing quotes, or to the end: no escape is longer than what it stands for. */
static uint32_t cel_literal_length(struct cel_literal l)
{
    uint32_t begin = l.at;
    while (l.at < l.c->source.size && !cel_literal_closes(&l)) {
        l.at += cel_literal_at(&l, l.at) == '\\' && !l.raw ? 2 : 1;
    }
    return l.at - begin;
}

bool cel_lex_literal(struct cel_compilation *c, struct cel_token *token)
{
    struct cel_literal l = { .c = c, .at = token->begin };
    cel_literal_open(&l);
    l.out = arena_alloc(c->arena, cel_literal_length(l) + 1);
    if (l.out == NULL) {
        return cel_compilation_full(c) != NULL;
    }
    if (!cel_literal_body(&l, token->begin)) {
        return false;
    }
    token->kind = l.bytes ? CEL_TOKEN_BYTES : CEL_TOKEN_STRING;
    token->end = l.at + l.quotes;
    token->text = str_make(l.out, l.size);
    return true;
}
