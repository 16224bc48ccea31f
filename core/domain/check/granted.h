/* The grants that would answer a question: of a permission that implies the one asked about, on an
 * object that covers the one asked about; found by whom they are for. What is granted to others is
 * passed over, however much it is. */
#ifndef CORE_DOMAIN_CHECK_GRANTED_H
#define CORE_DOMAIN_CHECK_GRANTED_H

#include "core/domain/check/grantees.h"
#include "core/domain/check/implied.h"
#include "core/domain/check/objects.h"

/* Grants on one object that are read at once. */
enum { GRANTED_AT_ONCE = 16 };

/* A grant that is live at the moment asked about. */
struct granted_row {
    enum grantee_kind kind;
    struct str grantee_id;
    int64_t end_us; /* INT64_MAX: never */
    struct str id;
    bool apart;                        /* it has role types or a condition: read it */
    const Agency__V1__Grant *grant;    /* once it was read */
    const struct condition *condition; /* the same; NULL: none */
};

struct granted_rows {
    struct granted_row *items;
    size_t count;
    size_t cap;
};

/* Grants of one permission on one object, too many to be read at once. */
struct granted_list {
    const struct object *object;
    struct str permission;
    signed char any[GRANTEE_GROUP + 1]; /* by kind of grantee: 0 not known yet, 1 some, -1 none */
};

struct granted {
    struct lookup *lookup;
    const struct objects *objects;
    const struct implied *implied;
    bool apart; /* permissions are read one by one: who keeps the answer wants no others */
    bool loaded;
    struct granted_rows few; /* of the short lists */
    struct granted_list *many;
    size_t many_count;
};

/* Those to one grantee; to a group with role types, too. They lie in the look-up's arena. */
MUST_USE struct status granted_to(struct granted *granted, enum grantee_kind kind, struct str id,
                                  struct granted_rows *rows);
/* Those to all grantees of a kind. */
MUST_USE struct status granted_all(struct granted *granted, enum grantee_kind kind,
                                   struct granted_rows *rows);
/* Whether a long list has any to this kind. */
MUST_USE struct status granted_many(struct granted *granted, enum grantee_kind kind, bool *any);
/* Whether there are any to this kind. */
MUST_USE struct status granted_any(struct granted *granted, enum grantee_kind kind, bool *any);

#endif
