/* An org as plain lists: all entities of a state at a moment, with what they say read by the names
 * of their fields, whatever messages look like. Knows no index, no view and no rule. */
#ifndef TESTS_ATTACK_PLAIN_ORG_H
#define TESTS_ATTACK_PLAIN_ORG_H

#include "core/model/layer.h"

/* The text that a kind says in one of its fields; empty where it has none. */
enum plain_text {
    PLAIN_PARENT,     /* the group or asset above */
    PLAIN_TYPE,       /* of an asset, a seat; a role type's own name */
    PLAIN_JOB_SPACE,  /* of a group, seat, role type */
    PLAIN_SUBJECT,    /* of an assignment, a credential */
    PLAIN_ROLE,       /* of an assignment */
    PLAIN_PERMISSION, /* of a grant */
    PLAIN_GRANTEE,    /* of a grant */
    PLAIN_ON,         /* of a grant; of a config the entity */
    PLAIN_IDENTITY,   /* of a credential */
    PLAIN_CONDITION,  /* of a grant, a role type */
    PLAIN_TEXTS
};

/* Likewise a number. */
enum plain_number {
    PLAIN_GRANTEE_KIND,
    PLAIN_ON_KIND, /* of a grant (ObjectKind); of a config (EntityKind) */
    PLAIN_ACCESS_MODE,
    PLAIN_NO_MEMBERSHIP,
    PLAIN_ASSIGNMENT_MODE,
    PLAIN_HOLDERS_MAX,
    PLAIN_CREDENTIAL_KIND,
    PLAIN_NUMBERS
};

struct plain {
    const ProtobufCMessage *entity;
    enum entity_kind kind;
    struct str id; /* of an assignment and the like: the parts of its key, joined by ~ */
    unsigned status;
    int64_t starts_us;  /* INT64_MIN: at once, or when it is begun; of a schedule, its
                           next turn */
    int64_t expires_us; /* INT64_MAX: never */
    struct str texts[PLAIN_TEXTS];
    unsigned numbers[PLAIN_NUMBERS];
    /* The one list that a kind has: parents, included groups, groups of a seat, what implies a
     * permission, a role type's permissions, a grantee's role types. */
    char *const *list;
    size_t list_count;
};

struct plain_org {
    struct plain *items; /* sorted by kind, then by id */
    size_t count;
    int64_t now_us;
    bool ahead; /* what waits for its beginning is looked at as if it had begun */
};

/* All entities of a layer with nothing under it. Lies in the arena; borrows the entities. A field
 * that the schema no longer has ends the program: what it said would be lost without a word. */
void plain_org_read(struct plain_org *org, struct arena *arena, const struct layer *state,
                    int64_t now_us);

/* The first of a kind and one past its last: plain_end(org, kind) - plain_first(org, kind) is their
 * number. */
const struct plain *plain_first(const struct plain_org *org, enum entity_kind kind);
const struct plain *plain_end(const struct plain_org *org, enum entity_kind kind);

/* All of a kind, one after the other. */
#define PLAIN_EACH(org, kind, item)                                                                \
    for (const struct plain *item = plain_first(org, kind), *end_of_##item = plain_end(org, kind); \
         item != end_of_##item; item++)

/* NULL if there is none, or if the id is empty. */
const struct plain *plain_find(const struct plain_org *org, enum entity_kind kind, struct str id);
/* The same entity in another moment of the org; NULL if it was not there. */
const struct plain *plain_same(const struct plain_org *org, const struct plain *item);

/* ACTIVE and not expired. */
bool plain_live(const struct plain_org *org, const struct plain *item);
/* Whether anything waits for its beginning. */
bool plain_waits(const struct plain_org *org);

bool plain_lists(const struct plain *item, struct str id);

#endif
