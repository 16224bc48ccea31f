/* Expands templates at random until only those that end are left. */
#include "tests/cel-differential/generate.h"

void generator_load(struct generator *generator, struct str grammar, uint64_t seed)
{
    *generator = (struct generator){ .state = seed * 2654435761u + 1 };
    while (grammar.size > 0) {
        const char *end = memchr(grammar.data, '\n', grammar.size);
        size_t size = end == NULL ? grammar.size : (size_t)(end - grammar.data);
        if (size > 2 && grammar.data[0] != '#' && generator->count < GENERATOR_TEMPLATES_MAX) {
            struct str text = { grammar.data + 2, size - 2 };
            generator->templates[generator->count++] =
                (struct generator_template){ grammar.data[0],
                                             memchr(text.data, '@', text.size) == NULL, text };
        }
        grammar = str_from(grammar, size + (end != NULL));
    }
}

/* xorshift64 */
static uint64_t generator_random(struct generator *generator)
{
    generator->state ^= generator->state << 13;
    generator->state ^= generator->state >> 7;
    generator->state ^= generator->state << 17;
    return generator->state;
}

/* A random template of the type; when asked for, only of those that end. */
static struct str generator_pick(struct generator *generator, char type, bool ends)
{
    unsigned fitting = 0;
    struct str picked = { 0 };
    for (size_t i = 0; i < generator->count; i++) {
        const struct generator_template *template = &generator->templates[i];
        if (template->type == type && (!ends || template->ends) &&
            generator_random(generator) % ++fitting == 0) {
            picked = template->text;
        }
    }
    assert(fitting > 0);
    return picked;
}

static void generator_expand(struct generator *generator, char type, unsigned size, struct buf *out)
{
    struct str text = generator_pick(generator, type, size == 0);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '@' && i + 1 < text.size) {
            generator_expand(generator, text.data[++i], size / 2, out);
        } else {
            buf_byte(out, (uint8_t)text.data[i]);
        }
    }
}

void generator_next(struct generator *generator, unsigned size, struct buf *out)
{
    static const char types[] = "bbbbiudsyLSMtrx";
    char type = types[generator_random(generator) % (sizeof types - 1)];
    generator_expand(generator, type, size, out);
}
