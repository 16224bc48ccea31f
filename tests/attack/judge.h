/* What must hold after each accepted command, whoever gave it. Says nothing about how: it knows the
 * org before and after, who commanded, and the command's name. */
#ifndef TESTS_ATTACK_JUDGE_H
#define TESTS_ATTACK_JUDGE_H

#include "core/domain/check/objects.h"
#include "tests/attack/plain_org.h"

enum property {
    HOLDS,         /* nothing is broken */
    BOUND,         /* only who is bound by a live credential acts, and only while ACTIVE */
    ACTS_FOR,      /* for another only with `act_as` on it */
    IMPORTS,       /* the past is written only with `import` on the org */
    OWN,           /* unless the org is OPEN, what is changed is under the command's permission */
    GROWTH,        /* nobody's access grew but by what the actor may pass on */
    NEVER_WIDENS,  /* what revokes, removes, suspends, archives gives nobody anything */
    OWNER_LASTS,   /* an owner without expiry, with a credential without expiry, is left */
    OWNER_CAN_END, /* that owner can still end whatever there is (probe.h) */
    ANSWERED,      /* no state keeps a command from being decided */
    RULES,         /* what must hold in every org (tests/lib/org_rules.h) */
    SAME_ANSWERS,  /* Check answers as the plain lists do, now and later (probe.h) */
    TIME,          /* what time changes is what was given: it begins and ends when it is due, and
                      none is due any more; and who begins has a place */
    BATCHES,       /* a batch is what its commands are one after another (batch_twin.h) */
    ERASED,        /* who erases may, in an OPEN org, too; nothing is left of what was, for ever */
    PRICE,         /* a Check costs what the object's side lets it cost (price.h), whatever anybody
                      has piled up elsewhere */
};

/* A decision that was accepted. */
struct deed {
    const char *command;       /* its name */
    const char *operator_name; /* empty: by the credential */
    unsigned credential_kind;
    struct str identity;
    struct str on_behalf_of; /* empty: for himself */
    struct str carried_by;   /* nobody gave it, but this schedule, as on_behalf_of; empty: not so */
    char *const *actors;     /* through whom */
    size_t actors_count;
    bool imported;
    const struct plain_org *before; /* both at the time of the decision */
    const struct plain_org *after;
};

/* What was tried when a property broke that is looked at by samples (probe.h). */
struct tried {
    const char *command; /* of the owner, on the entity; NULL: the question below was asked */
    enum entity_kind kind;
    struct str id;
    struct str subject_id, permission;
    struct object object;
    bool for_command;
    int64_t later_us;
};

struct verdict {
    enum property broken;
    struct str text; /* a sentence; lies in the arena */
    struct tried tried;
};

struct verdict judge(struct arena *arena, const struct deed *deed);
/* What one decision changed because a time had come, up to `until_us`. */
struct verdict judge_time(struct arena *arena, const struct plain_org *before,
                          const struct plain_org *after, int64_t until_us);
/* Whether nothing is left that is due by then. */
struct verdict judge_due(struct arena *arena, const struct plain_org *org, int64_t until_us);

/* What is left of what was erased, whoever did it. */
struct verdict judge_erasure(struct arena *arena, const struct plain_org *before,
                             const struct plain_org *after);
/* NULL was not. */
bool judge_is_erased(const struct plain *item);

/* The subject that commands for itself or another by a credential: NULL if there is none that is
 * bound and ACTIVE. */
const struct plain *judge_bound(const struct plain_org *org, unsigned credential_kind,
                                struct str identity);

/* An owner that does not end by time, with a credential that does not; NULL if there is none. */
const struct plain *judge_lasting_owner(const struct plain_org *org,
                                        const struct plain **credential);

/* Whether a command of this name takes something away: it gives nobody anything, and must always be
 * possible to those above. */
bool judge_ends(const char *command);

const char *property_text(enum property property);

#endif
