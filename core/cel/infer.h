/* Type inference: type variables, what they stand for, and which type goes where. */
#ifndef CORE_CEL_INFER_H
#define CORE_CEL_INFER_H

#include "core/cel/ast.h"

struct cel_infer_step {
    uint32_t variable; /* its param_index - 1 */
    const struct cel_type *before;
};

struct cel_infer {
    struct arena *arena;
    const struct cel_type **bound; /* by param_index - 1; NULL: not yet */
    struct cel_infer_step *trail;  /* what was bound, for taking it back */
    uint32_t count, max;           /* of variables */
    uint32_t trail_count, trail_max;
    uint32_t level; /* of types inside types, of the assignment under way */
    uint32_t steps; /* taken so far */
    bool full;      /* the arena is; types are dyn from then on */
};

/* A variable that stands for nothing yet. */
const struct cel_type *cel_infer_fresh(struct cel_infer *infer);
/* The variables of one declaration, by name. */
enum { CEL_INFER_NAMES_MAX = 4 };
struct cel_infer_names {
    struct str names[CEL_INFER_NAMES_MAX];
    const struct cel_type *types[CEL_INFER_NAMES_MAX];
    uint32_t count;
};
/* A declaration's type with variables of its own in place of those it names (of too many: dyn). */
const struct cel_type *cel_infer_instance(struct cel_infer *infer, const struct cel_type *type,
                                          struct cel_infer_names *names);
/* Whether a value of type `from` may go where `to` is asked; binds variables, or none. */
bool cel_infer_assign(struct cel_infer *infer, const struct cel_type *from,
                      const struct cel_type *to);
/* Bindings made after a mark are taken back. */
uint32_t cel_infer_mark(const struct cel_infer *infer);
void cel_infer_undo(struct cel_infer *infer, uint32_t mark);
/* What a variable stands for, at the top. */
const struct cel_type *cel_infer_find(const struct cel_infer *infer, const struct cel_type *type);
/* Without variables: unbound ones are dyn. */
const struct cel_type *cel_infer_final(struct cel_infer *infer, const struct cel_type *type);
/* The type of a literal's items when one more comes: the more general, else dyn. */
const struct cel_type *cel_infer_join(struct cel_infer *infer, const struct cel_type *so_far,
                                      const struct cel_type *item);

#endif
