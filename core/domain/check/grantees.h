/* Everything that one subject counts as when grants are looked at: itself, the subjects it inherits
 * from, their seats, the groups of these and the groups that include those; each with the shortest
 * way to it. */
#ifndef CORE_DOMAIN_CHECK_GRANTEES_H
#define CORE_DOMAIN_CHECK_GRANTEES_H

#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/lookup.h"

enum {
    GRANTEE_LEVELS_MAX = 8, /* of subjects inheriting from subjects */
    /* Of a whole way: subjects above one another, a seat and its assignment, a group, inclusions. A
     * longer one does not confer: so nobody can use up with chains of his own what others need. */
    GRANTEE_STEPS_MAX = GRANTEE_LEVELS_MAX + 2 + 1 + 8,
    GRANTEE_INCLUSIONS_MAX = GRANTEE_STEPS_MAX - 3, /* without inheritance */
    GRANTEE_STEPS_TOLD = GRANTEE_STEPS_MAX + 8, /* so long a way is told as one that is too long */
    GRANTEE_BUCKETS = 64,
    GRANTEE_TYPES_KEPT = 8, /* role types that are looked up once */
};

/* GranteeKind with short names. */
enum grantee_kind {
    GRANTEE_SUBJECT = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT,
    GRANTEE_ROLE = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE,
    GRANTEE_GROUP = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP,
};

struct grantee {
    enum grantee_kind kind;
    struct str id;
    struct str role_type; /* of a group: empty for its members, else the holders of this type */
    size_t steps;         /* from the subject asked about: a seat counts with its assignment as two,
                             all else as one */
    const struct grantee *via; /* one towards the subject asked about; NULL for itself */
    /* What it was found by, each where the kind has it. */
    const Agency__V1__Subject *subject;
    const Agency__V1__Assignment *assignment;
    const Agency__V1__RoleType *type;
    const Agency__V1__Group *group;
    size_t number;                 /* in order of finding */
    struct grantee *next;          /* in that order */
    struct grantee *next_of_steps; /* with the same number of steps */
    struct grantee *next_of_bucket;
};

/* What a denial looks past to tell what was nearest; a Check that allows looks past nothing. */
enum grantee_lenience {
    LENIENT_EXPIRED = 1,  /* counts assignments and grants whose time has come */
    LENIENT_ARCHIVED = 2, /* counts archived groups */
    LENIENT_DEPTH = 4,    /* counts ways that are too long */
};

struct grantees {
    struct lookup *lookup;
    unsigned lenience;
    bool groups;
    size_t count;
    struct grantee *first, *last;
    struct grantee *of_steps[GRANTEE_STEPS_TOLD + 3];
    struct grantee *buckets[GRANTEE_BUCKETS];
    const Agency__V1__RoleType *types[GRANTEE_TYPES_KEPT]; /* the last ones found */
    size_t types_count;                                    /* all that were found */
};

/* Finds all grantees of an ACTIVE subject, groups only if asked; they lie in the look-up's arena.
 * RESOURCE_EXHAUSTED over the budget. `lookup` is borrowed as long as *grantees lives.
 */
MUST_USE struct status grantees_of(struct lookup *lookup, const Agency__V1__Subject *subject,
                                   unsigned lenience, bool groups, struct grantees *grantees);

/* The one with the shortest way that a grant is for; NULL if there is none. */
const struct grantee *grantees_find(const struct grantees *grantees,
                                    const Agency__V1__Grantee *grantee);

/* True for what names a group that an earlier grantee names as well: grants to the two are in one
 * list. */
bool grantees_listed_before(const struct grantees *grantees, const struct grantee *grantee);

/* Order of two ways: fewest steps, then ids in byte order from the far end. Below, at or above
 * zero. */
int grantee_compare(const struct grantee *a, const struct grantee *b);

#endif
