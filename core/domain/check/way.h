/* A way by which a subject has a permission on an object, and which of two is told. */
#ifndef CORE_DOMAIN_CHECK_WAY_H
#define CORE_DOMAIN_CHECK_WAY_H

#include "core/domain/check/grantees.h"
#include "core/domain/check/lineage.h"

struct condition;

/* From what is granted down to the subject. */
struct way {
    size_t steps;                         /* 0 and no id: none yet */
    bool by_grant;                        /* else by the type of the seat */
    struct str id;                        /* of the grant or the role type */
    int64_t grant_us;                     /* when the grant ends; INT64_MAX: never */
    struct str groups[GRANTEE_STEPS_MAX]; /* the granted one first */
    size_t groups_count;
    const struct kin *kin;             /* who is granted to, or holds the seat */
    int64_t seat_us;                   /* when his assignment ends */
    struct str held;                   /* the id of his assignment; empty: none */
    const struct condition *condition; /* what must hold; NULL: nothing */
};

/* Order of ways of equally many steps: a role type before a grant; its id; the groups from the
 * granted one down; the subjects from the holder down; the assignment that lasts longest; its
 * id. */
int way_compare(const struct way *a, const struct way *b);

/* Keeps the better of two. */
static inline void way_offer(struct way *best, const struct way *way)
{
    if (best->id.size == 0 || way_compare(way, best) < 0) {
        *best = *way;
    }
}

#endif
