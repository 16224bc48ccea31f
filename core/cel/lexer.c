/* Lexer: white space and comments fall away, every other byte belongs to a token or is a problem.
 */
#include "core/cel/lexer.h"

#include <stdio.h>

#include "core/cel/utf8.h"

static bool cel_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool cel_is_hex(char c)
{
    return cel_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool cel_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The byte at i, or NUL behind the end. */
static char cel_lex_at(const struct cel_compilation *c, uint32_t i)
{
    return i < c->source.size ? c->source.data[i] : '\0';
}

static uint32_t cel_lex_skip(const struct cel_compilation *c, uint32_t at)
{
    for (;;) {
        char byte = cel_lex_at(c, at);
        if (at < c->source.size &&
            (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f')) {
            at++;
        } else if (byte == '/' && cel_lex_at(c, at + 1) == '/') {
            while (at < c->source.size && c->source.data[at] != '\n') {
                at++;
            }
        } else {
            return at;
        }
    }
}

static void cel_lex_text(const struct cel_compilation *c, struct cel_token *token)
{
    token->text = str_make(c->source.data + token->begin, token->end - token->begin);
}

static uint32_t cel_lex_digits(const struct cel_compilation *c, uint32_t at)
{
    while (cel_is_digit(cel_lex_at(c, at))) {
        at++;
    }
    return at;
}

/* The exponent of a double that starts at `at`, or `at` when there is none. */
static uint32_t cel_lex_exponent(const struct cel_compilation *c, uint32_t at)
{
    char byte = cel_lex_at(c, at);
    if (byte != 'e' && byte != 'E') {
        return at;
    }
    uint32_t digits = at + 1;
    if (cel_lex_at(c, digits) == '+' || cel_lex_at(c, digits) == '-') {
        digits++;
    }
    uint32_t end = cel_lex_digits(c, digits);
    return end == digits ? at : end;
}

static void cel_lex_number(const struct cel_compilation *c, struct cel_token *token)
{
    uint32_t at = token->begin;
    token->kind = CEL_TOKEN_INT;
    if (cel_lex_at(c, at) == '0' && (cel_lex_at(c, at + 1) | 0x20) == 'x' &&
        cel_is_hex(cel_lex_at(c, at + 2))) {
        at += 2;
        while (cel_is_hex(cel_lex_at(c, at))) {
            at++;
        }
    } else {
        at = cel_lex_digits(c, at);
        if (cel_lex_at(c, at) == '.' && cel_is_digit(cel_lex_at(c, at + 1))) {
            at = cel_lex_digits(c, at + 1);
            token->kind = CEL_TOKEN_DOUBLE;
        }
        uint32_t exponent = cel_lex_exponent(c, at);
        token->kind = exponent == at ? token->kind : CEL_TOKEN_DOUBLE;
        at = exponent;
    }
    token->end = at;
    cel_lex_text(c, token);
    if (token->kind == CEL_TOKEN_INT && (cel_lex_at(c, at) | 0x20) == 'u') {
        token->kind = CEL_TOKEN_UINT;
        token->end++;
    }
}

static void cel_lex_word(const struct cel_compilation *c, struct cel_token *token)
{
    uint32_t at = token->begin;
    while (cel_is_letter(cel_lex_at(c, at)) || cel_is_digit(cel_lex_at(c, at))) {
        at++;
    }
    token->end = at;
    cel_lex_text(c, token);
    token->kind = str_eq(token->text, STR("true"))    ? CEL_TOKEN_TRUE
                  : str_eq(token->text, STR("false")) ? CEL_TOKEN_FALSE
                  : str_eq(token->text, STR("null"))  ? CEL_TOKEN_NULL
                  : str_eq(token->text, STR("in"))    ? CEL_TOKEN_IN
                                                      : CEL_TOKEN_IDENT;
}

static void cel_lex_wrong(struct cel_compilation *c, struct cel_token *token)
{
    size_t width;
    struct str rest = str_from(c->source, token->begin);
    cel_utf8_decode(rest, 0, &width);
    cel_problem(c, token->begin, "expected an expression, but found '%.*s'", (int)width, rest.data);
    token->kind = CEL_TOKEN_WRONG;
    token->end = token->begin + (uint32_t)width;
}

static void cel_lex_quoted(struct cel_compilation *c, struct cel_token *token)
{
    uint32_t at = token->begin + 1;
    for (;; at++) {
        char byte = cel_lex_at(c, at);
        bool inside = cel_is_letter(byte) || cel_is_digit(byte) || byte == '.' || byte == '-' ||
                      byte == '/' || byte == ' ';
        if (!inside) {
            break;
        }
    }
    if (cel_lex_at(c, at) != '`' || at == token->begin + 1) {
        cel_problem(c, token->begin,
                    "expected a name of letters, digits, '_', '.', '-', '/' and a closing '`'");
        token->kind = CEL_TOKEN_WRONG;
        return;
    }
    token->kind = CEL_TOKEN_QUOTED;
    token->end = at + 1;
    token->text = str_make(c->source.data + token->begin + 1, at - token->begin - 1);
}

/* Whether a string or bytes literal starts here: letters r and b in any case and order, a quote. */
static bool cel_lex_is_literal(const struct cel_compilation *c, uint32_t at)
{
    bool raw = false, bytes = false;
    for (;; at++) {
        char byte = cel_lex_at(c, at);
        if (byte == '"' || byte == '\'') {
            return true;
        }
        byte = (char)(byte | 0x20);
        if ((byte != 'r' || raw) && (byte != 'b' || bytes)) {
            return false;
        }
        raw = raw || byte == 'r';
        bytes = bytes || byte == 'b';
    }
}

static void cel_lex_mark(struct cel_compilation *c, struct cel_token *token)
{
    static const struct {
        char text[3];
        int kind;
    } pairs[] = {
        { "&&", CEL_TOKEN_AND }, { "||", CEL_TOKEN_OR }, { "==", CEL_TOKEN_EQ },
        { "!=", CEL_TOKEN_NE },  { "<=", CEL_TOKEN_LE }, { ">=", CEL_TOKEN_GE },
    };
    char first = cel_lex_at(c, token->begin);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (first == pairs[i].text[0] && cel_lex_at(c, token->begin + 1) == pairs[i].text[1]) {
            token->kind = pairs[i].kind;
            token->end = token->begin + 2;
            return;
        }
    }
    if (first == '\0' || strchr("()[]{}.,:?!<>+-*/%", first) == NULL) {
        cel_lex_wrong(c, token);
        return;
    }
    token->kind = first;
    token->end = token->begin + 1;
}

struct cel_token cel_lex(struct cel_compilation *c, uint32_t at)
{
    struct cel_token token = { .begin = cel_lex_skip(c, at) };
    token.end = token.begin;
    char first = cel_lex_at(c, token.begin);
    if (token.begin == c->source.size) {
        token.kind = CEL_TOKEN_END;
    } else if (cel_lex_is_literal(c, token.begin)) {
        if (!cel_lex_literal(c, &token)) {
            token.kind = CEL_TOKEN_WRONG;
        }
    } else if (cel_is_letter(first)) {
        cel_lex_word(c, &token);
    } else if (cel_is_digit(first) ||
               (first == '.' && cel_is_digit(cel_lex_at(c, token.begin + 1)))) {
        cel_lex_number(c, &token);
    } else if (first == '`') {
        cel_lex_quoted(c, &token);
    } else {
        cel_lex_mark(c, &token);
    }
    if (token.kind < CEL_TOKEN_INT && token.kind != CEL_TOKEN_QUOTED) {
        cel_lex_text(c, &token);
    }
    return token;
}

void cel_token_print(const struct cel_compilation *c, const struct cel_token *token, char *out,
                     size_t size)
{
    if (token->kind == CEL_TOKEN_END) {
        snprintf(out, size, "the end");
        return;
    }
    int length = (int)(token->end - token->begin);
    snprintf(out, size, "'%.*s'", length > 24 ? 24 : length, c->source.data + token->begin);
}
