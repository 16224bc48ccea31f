/* Random expressions of the language by a grammar, the same for the same seed. */
#ifndef TESTS_CEL_DIFFERENTIAL_GENERATE_H
#define TESTS_CEL_DIFFERENTIAL_GENERATE_H

#include "core/base/buf.h"

enum { GENERATOR_TEMPLATES_MAX = 1000 };

struct generator_template {
    char type;
    bool ends; /* has no parts */
    struct str text;
};

struct generator {
    uint64_t state; /* of the pseudo-random numbers */
    struct generator_template templates[GENERATOR_TEMPLATES_MAX];
    size_t count;
};

/* The grammar's format stands at its top; its text is borrowed. */
void generator_load(struct generator *generator, struct str grammar, uint64_t seed);
/* Appends one expression; parts of parts share `size`. */
void generator_next(struct generator *generator, unsigned size, struct buf *out);

#endif
