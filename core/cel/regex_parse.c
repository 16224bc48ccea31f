/* Parses a pattern and writes its program in one pass: an atom's code stands at the end of the
 * program, and what follows it (a repeat, an alternative) is wrapped around it. Jumps are relative,
 * so wrapping moves and repeating copies code without touching it.
 *
 *   x*      split +2 past the jump, x, jump back       x|y    split, x, jump past y, y
 *   x+      x, split back                              x{2,3} x x (split past x) x
 *
 * Nothing in a program says greedy or lazy: only whether the text matches is asked. Recursion is by
 * groups only and counted. Left out of RE2: captures, \C, names of scripts beyond the table's. */
#include "core/cel/regex_parse.h"

#include "core/cel/unicode.h"
#include "core/cel/utf8.h"

enum { REGEX_CAP_MIN = 32, REGEX_MESSAGE_PATTERN_MAX = 60 };

static bool regex_parse_alternatives(struct regex_parser *parser);

bool regex_fail(struct regex_parser *parser, size_t at, const char *expected)
{
    struct str before = { parser->pattern.data, at };
    struct str shown = utf8_cut(parser->pattern, REGEX_MESSAGE_PATTERN_MAX);
    return cel_fail(parser->run, "expected %s at character %zu of the pattern '%.*s'", expected,
                    cel_utf8_count(before) + 1, STR_ARG(shown));
}

/* Room for one more row of an array in the arena; what it outgrew stays there unused. */
static bool regex_grow(struct regex_parser *parser, void **rows, uint32_t count, uint32_t *cap,
                       size_t row_size)
{
    if (count < *cap) {
        return true;
    }
    uint32_t grown_cap = *cap == 0 ? REGEX_CAP_MIN : *cap * 2;
    void *grown = cel_alloc(parser->run, grown_cap * row_size);
    if (grown == NULL) {
        return false;
    }
    if (count > 0) {
        memcpy(grown, *rows, count * row_size);
    }
    *rows = grown;
    *cap = grown_cap;
    return true;
}

bool regex_emit(struct regex_parser *parser, struct regex_instruction instruction)
{
    void *rows = parser->code;
    if (parser->count == CEL_REGEX_PROGRAM_MAX) {
        return regex_fail(parser, parser->at, "a smaller pattern");
    }
    if (!cel_charge(parser->run, 1) ||
        !regex_grow(parser, &rows, parser->count, &parser->cap, sizeof *parser->code)) {
        return false;
    }
    parser->code = rows;
    parser->code[parser->count++] = instruction;
    return true;
}

bool regex_item_add(struct regex_parser *parser, struct regex_item item)
{
    void *rows = parser->items;
    if (!cel_charge(parser->run, 1) ||
        !regex_grow(parser, &rows, parser->item_count, &parser->item_cap, sizeof item)) {
        return false;
    }
    parser->items = rows;
    parser->items[parser->item_count++] = item;
    return true;
}

static bool regex_emit_jump(struct regex_parser *parser, enum regex_op op, uint32_t to)
{
    int16_t jump = (int16_t)((int32_t)to - (int32_t)parser->count);
    return regex_emit(parser, (struct regex_instruction){ .op = (uint8_t)op, .jump = jump });
}

/* Puts a split before the code from `start` on, leading on or `skip` instructions past that code.
 */
static bool regex_wrap_split(struct regex_parser *parser, uint32_t start, uint32_t skip)
{
    uint32_t size = parser->count - start;
    struct regex_instruction split = { .op = REGEX_SPLIT, .jump = (int16_t)(size + 1 + skip) };
    if (!cel_charge(parser->run, cel_gas_bytes(size)) || !regex_emit(parser, split)) {
        return false;
    }
    memmove(parser->code + start + 1, parser->code + start, size * sizeof *parser->code);
    parser->code[start] = split;
    return true;
}

static bool regex_copy(struct regex_parser *parser, uint32_t start, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (!regex_emit(parser, parser->code[start + i])) {
            return false;
        }
    }
    return true;
}

static bool regex_repeat_any(struct regex_parser *parser, uint32_t start)
{
    return regex_wrap_split(parser, start, 1) && regex_emit_jump(parser, REGEX_JUMP, start);
}

/* The code from `start` on, `min` to `max` times (max UINT32_MAX: no end). */
static bool regex_repeat(struct regex_parser *parser, uint32_t start, uint32_t min, uint32_t max)
{
    uint32_t size = parser->count - start;
    if (max == 0) {
        parser->count = start;
        return true;
    }
    for (uint32_t i = 1; i < min; i++) {
        if (!cel_charge(parser->run, 1) || !regex_copy(parser, start, size)) {
            return false;
        }
    }
    if (max == UINT32_MAX) {
        return min == 0 ? regex_repeat_any(parser, start)
                        : regex_emit_jump(parser, REGEX_SPLIT, parser->count - size);
    }
    uint32_t optional = min == 0 ? start : parser->count; /* each may skip all that follow */
    if (min == 0 && !regex_wrap_split(parser, start, (max - 1) * (size + 1))) {
        return false;
    }
    uint32_t body = min == 0 ? optional + 1 : start;
    for (uint32_t left = max - (min == 0 ? 1 : min); left > 0; left--) {
        if (!regex_emit_jump(parser, REGEX_SPLIT, parser->count + left * (size + 1)) ||
            !regex_copy(parser, body, size)) {
            return false;
        }
    }
    return true;
}

static bool regex_number(struct regex_parser *parser, uint32_t *number)
{
    size_t from = parser->at;
    *number = 0;
    while (parser->at < parser->pattern.size && parser->at - from < 6 &&
           parser->pattern.data[parser->at] >= '0' && parser->pattern.data[parser->at] <= '9') {
        *number = *number * 10 + (uint32_t)(parser->pattern.data[parser->at++] - '0');
    }
    return parser->at > from;
}

/* "{2}", "{2,}" or "{2,5}"; anything else that starts with '{' is literal: false, nothing read. */
static bool regex_counted(struct regex_parser *parser, uint32_t *min, uint32_t *max)
{
    size_t from = parser->at;
    if (regex_skip(parser, STR("{")) && regex_number(parser, min)) {
        *max = *min;
        if (regex_skip(parser, STR(",")) && !regex_number(parser, max)) {
            *max = UINT32_MAX;
        }
        if (regex_skip(parser, STR("}"))) {
            return true;
        }
    }
    parser->at = from;
    return false;
}

static bool regex_quantifier(struct regex_parser *parser, uint32_t *min, uint32_t *max)
{
    static const struct {
        struct str text;
        uint32_t min, max;
    } signs[] = { { { "*", 1 }, 0, UINT32_MAX },
                  { { "+", 1 }, 1, UINT32_MAX },
                  { { "?", 1 }, 0, 1 } };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (regex_skip(parser, signs[i].text)) {
            *min = signs[i].min;
            *max = signs[i].max;
            return true;
        }
    }
    return regex_counted(parser, min, max);
}

/* At most one repeat behind an atom. */
static bool regex_parse_repeat(struct regex_parser *parser, uint32_t start)
{
    uint32_t min, max;
    size_t from = parser->at;
    if (!regex_quantifier(parser, &min, &max)) {
        return true;
    }
    if (min > CEL_REGEX_REPEAT_MAX || (max != UINT32_MAX && max > CEL_REGEX_REPEAT_MAX) ||
        min > max) {
        return regex_fail(parser, from, "a repeat of at most 1000, the smaller number first,");
    }
    regex_skip(parser, STR("?"));
    if (!regex_repeat(parser, start, min, max)) {
        return false;
    }
    from = parser->at;
    if (regex_quantifier(parser, &min, &max)) {
        return regex_fail(parser, from, "no repeat of a repeat (use a group)");
    }
    return true;
}

static bool regex_set_flags(struct regex_parser *parser)
{
    static const char letters[] = "imsU";
    bool off = false, any = false;
    for (; parser->at < parser->pattern.size; parser->at++, any = true) {
        char letter = parser->pattern.data[parser->at];
        const char *found = memchr(letters, letter, sizeof letters - 1);
        if (letter == '-' && !off) {
            off = true;
            any = false;
            parser->at++;
            letter = parser->at < parser->pattern.size ? parser->pattern.data[parser->at] : '\0';
            found = memchr(letters, letter, sizeof letters - 1);
        }
        if (found == NULL) {
            break;
        }
        unsigned flag = 1U << (found - letters);
        parser->flags = off ? parser->flags & ~flag : parser->flags | flag;
    }
    return any || !off;
}

/* A group's name up to '>'; nobody can ask for it. */
static bool regex_parse_name(struct regex_parser *parser)
{
    size_t from = parser->at;
    while (parser->at < parser->pattern.size) {
        uint32_t rune = regex_next(parser);
        uint32_t lower = rune | 0x20;
        if (rune == '>' && parser->at - from > 1) {
            return true;
        }
        if (!(lower >= 'a' && lower <= 'z') && !(rune >= '0' && rune <= '9') && rune != '_') {
            break;
        }
    }
    return regex_fail(parser, from, "a name of letters, digits and '_', then '>',");
}

/* After "(?": flags for the rest of the group (*opened false), or the head of a group. */
static bool regex_parse_extension(struct regex_parser *parser, bool *opened)
{
    size_t from = parser->at;
    *opened = true;
    if (regex_skip(parser, STR("=")) || regex_skip(parser, STR("!")) ||
        regex_skip(parser, STR("<=")) || regex_skip(parser, STR("<!"))) {
        return regex_fail(parser, from, "no look-around (it cannot be matched in linear time)");
    }
    if (regex_skip(parser, STR("P<")) || regex_skip(parser, STR("<"))) {
        return regex_parse_name(parser);
    }
    if (!regex_set_flags(parser)) {
        return regex_fail(parser, parser->at, "a flag of 'imsU' after '-'");
    }
    if (parser->at > from && regex_skip(parser, STR(")"))) {
        *opened = false;
        return true;
    }
    return regex_skip(parser, STR(":")) ||
           regex_fail(parser, parser->at, "flags of 'imsU', ':' or ')'");
}

/* After '('. Flags set inside end with the group; "(?i)" is no group. */
static bool regex_parse_group(struct regex_parser *parser, bool *atom)
{
    size_t from = parser->at - 1;
    unsigned flags = parser->flags;
    bool opened = true;
    if (regex_skip(parser, STR("?")) && !regex_parse_extension(parser, &opened)) {
        return false;
    }
    *atom = opened;
    if (!opened) {
        return true;
    }
    if (++parser->depth > CEL_REGEX_DEPTH_MAX) {
        return regex_fail(parser, from, "at most 64 groups inside each other");
    }
    if (!regex_parse_alternatives(parser)) {
        return false;
    }
    parser->depth--;
    parser->flags = flags;
    return regex_skip(parser, STR(")")) || regex_fail(parser, from, "')' for the '('");
}

static bool regex_emit_rune(struct regex_parser *parser, uint32_t rune)
{
    bool fold = (parser->flags & REGEX_FLAG_FOLD) != 0 && cel_unicode_fold(rune) != rune;
    return regex_emit(
        parser, (struct regex_instruction){ .op = fold ? REGEX_FOLD : REGEX_RUNE, .rune = rune });
}

static bool regex_emit_op(struct regex_parser *parser, enum regex_op op)
{
    return regex_emit(parser, (struct regex_instruction){ .op = (uint8_t)op });
}

/* Up to "\E" or the end: each character by itself; the last one is the atom that a repeat takes. */
static bool regex_parse_quoted(struct regex_parser *parser, uint32_t *start)
{
    while (parser->at < parser->pattern.size && !regex_skip(parser, STR("\\E"))) {
        *start = parser->count;
        if (!regex_emit_rune(parser, regex_next(parser))) {
            return false;
        }
    }
    return true;
}

static bool regex_parse_escape(struct regex_parser *parser, uint32_t *start)
{
    static const struct {
        struct str text;
        enum regex_op op;
    } assertions[] = { { { "A", 1 }, REGEX_TEXT_BEGIN },
                       { { "z", 1 }, REGEX_TEXT_END },
                       { { "b", 1 }, REGEX_WORD_EDGE },
                       { { "B", 1 }, REGEX_NO_WORD_EDGE } };
    bool found;
    uint32_t rune;
    for (size_t i = 0; i < sizeof assertions / sizeof *assertions; i++) {
        if (regex_skip(parser, assertions[i].text)) {
            return regex_emit_op(parser, assertions[i].op);
        }
    }
    if (regex_skip(parser, STR("Q"))) {
        return regex_parse_quoted(parser, start);
    }
    uint32_t first = parser->item_count;
    if (!regex_parse_named_class(parser, &found)) {
        return false;
    }
    if (found) {
        struct regex_instruction class_ = { .op = REGEX_CLASS,
                                            .fold = (parser->flags & REGEX_FLAG_FOLD) != 0,
                                            .item_first = first,
                                            .item_count = parser->item_count - first };
        return regex_emit(parser, class_);
    }
    return regex_parse_escaped(parser, &rune) && regex_emit_rune(parser, rune);
}

/* One atom; *atom false when it is none that can be repeated ("(?i)"). */
static bool regex_parse_atom(struct regex_parser *parser, bool *atom, uint32_t *start)
{
    bool lines = (parser->flags & REGEX_FLAG_LINES) != 0;
    size_t from = parser->at;
    uint32_t rune = regex_next(parser);
    *atom = true;
    if (rune == '(') {
        return regex_parse_group(parser, atom);
    } else if (rune == '[') {
        return regex_parse_class(parser);
    } else if (rune == '\\') {
        return regex_parse_escape(parser, start);
    } else if (rune == '.') {
        bool dot = (parser->flags & REGEX_FLAG_DOT) != 0;
        return regex_emit_op(parser, dot ? REGEX_ANY : REGEX_ANY_BUT_LINE);
    } else if (rune == '^') {
        return regex_emit_op(parser, lines ? REGEX_LINE_BEGIN : REGEX_TEXT_BEGIN);
    } else if (rune == '$') {
        return regex_emit_op(parser, lines ? REGEX_LINE_END : REGEX_TEXT_END);
    } else if (rune == '*' || rune == '+' || rune == '?') {
        return regex_fail(parser, from, "something to repeat");
    }
    return regex_emit_rune(parser, rune);
}

static bool regex_parse_sequence(struct regex_parser *parser)
{
    while (parser->at < parser->pattern.size) {
        char next = parser->pattern.data[parser->at];
        uint32_t start = parser->count, min, max;
        size_t from = parser->at;
        bool atom;
        if (next == '|' || next == ')') {
            break;
        }
        if (regex_counted(parser, &min, &max)) {
            return regex_fail(parser, from, "something to repeat");
        }
        if (!regex_parse_atom(parser, &atom, &start) ||
            (atom && !regex_parse_repeat(parser, start))) {
            return false;
        }
    }
    return true;
}

/* Each alternative but the last ends with a jump to the end; until that is known, the jumps hold
 * the way back to the one before (0: none). */
static bool regex_parse_alternatives(struct regex_parser *parser)
{
    uint32_t last_jump = 0;
    bool any_jump = false;
    for (;;) {
        uint32_t start = parser->count;
        if (!regex_parse_sequence(parser)) {
            return false;
        }
        if (!regex_skip(parser, STR("|"))) {
            break;
        }
        if (!regex_wrap_split(parser, start, 1) ||
            !regex_emit_jump(parser, REGEX_JUMP, any_jump ? last_jump : parser->count)) {
            return false;
        }
        last_jump = parser->count - 1;
        any_jump = true;
    }
    while (any_jump) {
        struct regex_instruction *jump = &parser->code[last_jump];
        int16_t back = jump->jump;
        jump->jump = (int16_t)(parser->count - last_jump);
        any_jump = back != 0;
        last_jump = (uint32_t)((int32_t)last_jump + back);
    }
    return true;
}

bool regex_parse(struct regex_parser *parser)
{
    if (!regex_parse_alternatives(parser)) {
        return false;
    }
    if (parser->at < parser->pattern.size) {
        return regex_fail(parser, parser->at, "no ')' without its '('");
    }
    return regex_emit_op(parser, REGEX_MATCH);
}
