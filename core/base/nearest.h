/* "did you mean ...": the candidate that is nearest to a mistyped name. */
#ifndef CORE_BASE_NEAREST_H
#define CORE_BASE_NEAREST_H

#include "core/base/str.h"

enum { NEAREST_NAME_MAX = 64, NEAREST_HINT_SIZE = NEAREST_NAME_MAX + 32 };

struct nearest {
    struct str wanted;            /* borrowed */
    size_t distance;              /* of the best so far */
    char hint[NEAREST_HINT_SIZE]; /* empty, or ", did you mean 'x'" */
};

/* Borrows `wanted`, the name that is not there. */
void nearest_init(struct nearest *nearest, struct str wanted);
/* Looks at a name that is there; longer ones than NEAREST_NAME_MAX are ignored. */
void nearest_offer(struct nearest *nearest, struct str candidate);

/* ", did you mean 'roleType'", or "" when none is near; to be put behind a message. */
static inline const char *nearest_hint(const struct nearest *nearest)
{
    return nearest->hint;
}

#endif
