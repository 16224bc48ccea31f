/* Runs a pattern's program over a text: all threads of it at once, one step per code point (after
 * Thompson). A thread is a place in the program; a place is visited once per code point, so a step
 * costs at most the program's size and the whole is linear in the text.
 *
 * Memory is two lists of places on the stack (4 KiB) and none in the arena, so that a loop that
 * matches does not fill it. Gas is charged every few hundred visits.
 * Left out: an automaton built on the way; rules match names and paths, which are short. */
#include "core/cel/regex.h"

#include "core/cel/regex_parse.h"
#include "core/cel/unicode.h"
#include "core/cel/utf8.h"

enum { REGEX_CHARGE_STEPS = 256, REGEX_WORDS = (CEL_REGEX_PROGRAM_MAX + 63) / 64 };

static const uint32_t regex_no_rune = UINT32_MAX; /* before the text and behind it */

/* Places, each at most once. */
struct regex_set {
    uint16_t places[CEL_REGEX_PROGRAM_MAX];
    uint32_t count;
    uint64_t seen[REGEX_WORDS];
};

struct regex_match {
    const struct cel_regex *regex;
    uint32_t before, next; /* code points around the position */
    uint32_t steps;        /* visits not yet charged */
    bool matched;
};

/* ASCII letters but for k and s, which have a third form, have their other case at one bit. */
static bool regex_folds_simply(uint32_t rune)
{
    uint32_t lower = rune | 0x20;
    return lower >= 'a' && lower <= 'z' && lower != 'k' && lower != 's';
}

/* Steps that a code point costs there: tables are searched, folding asks up to four times. */
static uint32_t regex_weigh(const struct regex_item *items,
                            const struct regex_instruction *instruction)
{
    enum { SEARCH = 4, FOLD = 8 };
    uint32_t weight = 0;
    if (instruction->op == REGEX_FOLD) {
        return regex_folds_simply(instruction->rune) ? 0 : FOLD;
    }
    for (uint32_t i = 0; instruction->op == REGEX_CLASS && i < instruction->item_count; i++) {
        enum regex_item_kind kind = items[instruction->item_first + i].kind;
        bool search = kind == REGEX_ITEM_CATEGORIES || kind == REGEX_ITEM_SCRIPT;
        weight += (search ? SEARCH : 1U) + (instruction->fold ? FOLD : 0U);
    }
    return weight;
}

bool cel_regex_compile(struct cel_run *run, struct str pattern, const struct cel_regex **regex)
{
    struct regex_parser parser = { .run = run, .pattern = pattern };
    struct cel_regex *made = cel_alloc(run, sizeof *made);
    if (made == NULL || !cel_charge_bytes(run, pattern.size) || !regex_parse(&parser)) {
        return false;
    }
    *made = (struct cel_regex){ parser.code, parser.items, parser.count, 2 * parser.count };
    for (uint32_t i = 0; i < parser.count; i++) {
        uint32_t weight = regex_weigh(parser.items, &parser.code[i]);
        made->steps += weight;
        if (made->steps > CEL_REGEX_STEPS_MAX) {
            return cel_fail(run, "expected a pattern with fewer and smaller classes");
        }
        parser.code[i].weight = (uint16_t)weight;
    }
    *regex = made;
    return true;
}

uint32_t cel_regex_steps(const struct cel_regex *regex)
{
    return regex->steps;
}

/* Instructions, their wrapping (each moves at most all of them) and the arrays' growth. */
uint64_t cel_regex_compile_gas(uint64_t pattern_size)
{
    uint64_t wrap = CEL_REGEX_PROGRAM_MAX / CEL_GAS_BYTES + 8;
    return pattern_size > UINT32_MAX ? UINT64_MAX : 8 * CEL_REGEX_PROGRAM_MAX + pattern_size * wrap;
}

static bool regex_item_has(const struct regex_item *item, uint32_t rune)
{
    switch (item->kind) {
    case REGEX_ITEM_RANGE:
        return rune >= item->from && rune <= item->to;
    case REGEX_ITEM_ASCII:
        return regex_ascii_has(item->from, rune);
    case REGEX_ITEM_CATEGORIES:
        return (cel_unicode_category(rune) & item->from) != 0;
    case REGEX_ITEM_SCRIPT:
        return cel_unicode_in_script(rune, (int)item->from);
    }
    return false;
}

/* The same for the code point in any case. */
static bool regex_item_folds(const struct regex_item *item, uint32_t rune)
{
    uint32_t other = rune;
    do {
        if (regex_item_has(item, other)) {
            return true;
        }
        other = cel_unicode_fold(other);
    } while (other != rune);
    return false;
}

static bool regex_class_has(struct regex_match *match, const struct regex_instruction *class_,
                            uint32_t rune)
{
    for (uint32_t i = 0; i < class_->item_count; i++) {
        const struct regex_item *item = &match->regex->items[class_->item_first + i];
        bool has = class_->fold ? regex_item_folds(item, rune) : regex_item_has(item, rune);
        if (has != item->negative) {
            return !class_->negative;
        }
    }
    return class_->negative;
}

static bool regex_folds_to(uint32_t rune, uint32_t wanted)
{
    uint32_t other = rune;
    if (regex_folds_simply(wanted)) {
        return (rune | 0x20) == (wanted | 0x20);
    }
    do {
        if (other == wanted) {
            return true;
        }
        other = cel_unicode_fold(other);
    } while (other != rune);
    return false;
}

/* Whether the instruction takes the code point (assertions and jumps take none). */
static bool regex_takes(struct regex_match *match, const struct regex_instruction *instruction,
                        uint32_t rune)
{
    switch ((enum regex_op)instruction->op) {
    case REGEX_RUNE:
        return rune == instruction->rune;
    case REGEX_FOLD:
        return regex_folds_to(rune, instruction->rune);
    case REGEX_ANY:
        return true;
    case REGEX_ANY_BUT_LINE:
        return rune != '\n';
    case REGEX_CLASS:
        return regex_class_has(match, instruction, rune);
    case REGEX_TEXT_BEGIN:
    case REGEX_TEXT_END:
    case REGEX_LINE_BEGIN:
    case REGEX_LINE_END:
    case REGEX_WORD_EDGE:
    case REGEX_NO_WORD_EDGE:
    case REGEX_SPLIT:
    case REGEX_JUMP:
    case REGEX_MATCH:
        return false;
    }
    return false;
}

static bool regex_is_word(uint32_t rune)
{
    uint32_t lower = rune | 0x20;
    return (lower >= 'a' && lower <= 'z') || (rune >= '0' && rune <= '9') || rune == '_';
}

/* Whether the assertion holds here; false for what is none. */
static bool regex_holds(const struct regex_match *match, enum regex_op op)
{
    uint32_t before = match->before, next = match->next;
    switch (op) {
    case REGEX_TEXT_BEGIN:
        return before == regex_no_rune;
    case REGEX_TEXT_END:
        return next == regex_no_rune;
    case REGEX_LINE_BEGIN:
        return before == regex_no_rune || before == '\n';
    case REGEX_LINE_END:
        return next == regex_no_rune || next == '\n';
    case REGEX_WORD_EDGE:
        return regex_is_word(before) != regex_is_word(next);
    case REGEX_NO_WORD_EDGE:
        return regex_is_word(before) == regex_is_word(next);
    case REGEX_RUNE:
    case REGEX_FOLD:
    case REGEX_ANY:
    case REGEX_ANY_BUT_LINE:
    case REGEX_CLASS:
    case REGEX_SPLIT:
    case REGEX_JUMP:
    case REGEX_MATCH:
        return false;
    }
    return false;
}

static void regex_set_clear(struct regex_set *set, uint32_t size)
{
    set->count = 0;
    memset(set->seen, 0, (size / 64 + 1) * sizeof *set->seen);
}

static void regex_set_add(struct regex_set *set, uint32_t place)
{
    uint64_t bit = (uint64_t)1 << place % 64;
    if ((set->seen[place / 64] & bit) == 0) {
        set->seen[place / 64] |= bit;
        set->places[set->count++] = (uint16_t)place;
    }
}

/* Adds all places that can be reached from those in the set without taking a code point: the list
 * grows while it is walked. */
static void regex_close(struct regex_match *match, struct regex_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t place = set->places[i];
        const struct regex_instruction *instruction = &match->regex->code[place];
        enum regex_op op = instruction->op;
        if (op == REGEX_MATCH) {
            match->matched = true;
        }
        if (op == REGEX_SPLIT || regex_holds(match, op)) {
            regex_set_add(set, place + 1);
        }
        if (op == REGEX_SPLIT || op == REGEX_JUMP) {
            regex_set_add(set, (uint32_t)((int32_t)place + instruction->jump));
        }
    }
    match->steps += set->count;
}

/* What is reached by taking the next code point. */
static void regex_advance(struct regex_match *match, const struct regex_set *from,
                          struct regex_set *to)
{
    regex_set_clear(to, match->regex->count);
    for (uint32_t i = 0; i < from->count; i++) {
        uint32_t place = from->places[i];
        if (regex_takes(match, &match->regex->code[place], match->next)) {
            regex_set_add(to, place + 1);
        }
        match->steps += match->regex->code[place].weight;
    }
    match->steps += from->count;
}

/* Where the next match can start at or after `at`: programs that begin with an ASCII character skip
 * to it, those bound to the beginning of the text go to its end. */
static size_t regex_start(const struct cel_regex *regex, struct str text, size_t at)
{
    const struct regex_instruction *first = regex->code;
    if (first->op == REGEX_TEXT_BEGIN && at > 0) {
        return text.size;
    }
    if (first->op == REGEX_RUNE && first->rune < 0x80 && at < text.size) {
        const char *found = memchr(text.data + at, (int)first->rune, text.size - at);
        return found == NULL ? text.size : (size_t)(found - text.data);
    }
    return at;
}

static bool regex_charge(struct cel_run *run, struct regex_match *match, uint32_t threshold)
{
    if (match->steps < threshold) {
        return true;
    }
    uint64_t amount = match->steps / CEL_REGEX_STEPS_PER_GAS;
    match->steps = 0;
    return cel_charge(run, amount);
}

/* The code point before byte `at`. */
static uint32_t regex_before(struct str text, size_t at)
{
    size_t width, start = at;
    if (at == 0) {
        return regex_no_rune;
    }
    do {
        start--;
    } while (start > 0 && at - start < UTF8_SIZE_MAX && (text.data[start] & 0xC0) == 0x80);
    return cel_utf8_decode(text, start, &width);
}

bool cel_regex_match(struct cel_run *run, const struct cel_regex *regex, struct str text,
                     bool *matched)
{
    struct regex_match match = { .regex = regex };
    struct regex_set sets[2];
    struct regex_set *here = &sets[0], *there = &sets[1];
    size_t at = 0, width = 0;
    if (!cel_charge_bytes(run, text.size)) {
        return false;
    }
    regex_set_clear(here, regex->count);
    while (!match.matched && regex_charge(run, &match, REGEX_CHARGE_STEPS)) {
        if (here->count == 0) {
            at = regex_start(regex, text, at);
        }
        match.before = regex_before(text, at);
        match.next = at < text.size ? cel_utf8_decode(text, at, &width) : regex_no_rune;
        regex_set_add(here, 0);
        regex_close(&match, here);
        if (match.matched || at == text.size) {
            *matched = match.matched;
            return regex_charge(run, &match, 0);
        }
        regex_advance(&match, here, there);
        struct regex_set *taken = here;
        here = there;
        there = taken;
        at += width;
    }
    return false; /* out of gas */
}
