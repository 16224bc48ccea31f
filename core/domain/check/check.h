/* Check: may this subject do this to that, at this moment, and by which way (Zanzibar's question;
 * docs/architecture.md, "Check as of a moment"). */
#ifndef CORE_DOMAIN_CHECK_CHECK_H
#define CORE_DOMAIN_CHECK_CHECK_H

#include "core/domain/check/objects.h"
#include "google/protobuf/struct.pb-c.h"

struct check_question {
    struct str subject_id;
    struct str permission;
    struct object object;
    /* What conditions see beside stored state: attributes of the request (NULL: none), and who
     * acts for the subject, from who calls on. */
    const Google__Protobuf__Struct *context;
    const struct str *actors;
    size_t actors_count;
    uint64_t *gas_used; /* of several questions that share it; NULL: this one has its own */
    /* As commands are judged: what is archived (the org, too), removed or not there yet can still
     * be asked about, so that it can be restored and so that a wrong id is told to those only who
     * may command the org. */
    bool for_command;
    bool below;   /* by a way that covers all that lies below the object, too: not by its asset
                     type or job space, which do not reach there */
    bool explain; /* a denial says what was nearest; costs up to three Checks more */
};

enum check_reason {
    CHECK_ALLOWED,
    CHECK_ORG_NOT_ACTIVE,
    CHECK_NO_SUBJECT,
    CHECK_SUBJECT_NOT_ACTIVE,
    CHECK_NO_OBJECT,
    CHECK_OBJECT_REMOVED,
    CHECK_ARCHIVED, /* the object or an ancestor; `nearest` names it */
    CHECK_NO_PERMISSION,
    CHECK_EXPIRED,         /* the path would allow it, but part of it has expired */
    CHECK_GROUP_ARCHIVED,  /* the path would allow it, but a group of it is archived */
    CHECK_DEPTH,           /* the path would allow it, but it is too long */
    CHECK_CONDITION_FALSE, /* the path would allow it, but its condition does not hold */
    CHECK_CONDITION_ERROR, /* the same, as it cannot be evaluated */
    CHECK_CONTEXT_MISSING, /* the same, as the context lacks fields that it needs */
    CHECK_NOT_GRANTED,     /* `nearest`, if any, is a grant of it there to somebody else */
};

enum check_step_kind {
    STEP_GRANT,
    STEP_ROLE_TYPE, /* it has the permission, on the seat's job space, else on the org */
    STEP_GROUP,     /* the grant is for this group */
    STEP_INCLUSION, /* the group before includes this one */
    STEP_SEAT,      /* a seat in the group before, or the one that the grant or role type is for */
    STEP_ASSIGNMENT,
    STEP_PARENT, /* the subject inherits from this one */
};

struct check_step {
    enum check_step_kind kind;
    enum entity_kind entity;
    struct str id;
    uint64_t version; /* org_sequence of the decision that made the step what it is */
};

/* The longest way: a grant and what a grantee needs. */
enum { CHECK_STEPS_MAX = 32 };

enum condition_result { CONDITION_HOLDS, CONDITION_FALSE, CONDITION_ERROR, CONDITION_MISSING };

/* A part of a condition and what it was. */
enum { CHECK_TERMS_MAX = 64 }; /* of one condition that are told */
struct check_term {
    struct str part;
    struct str value; /* as text */
    bool decides;     /* it made the condition false */
};

/* A condition that was evaluated. */
struct check_condition {
    enum entity_kind entity; /* GRANT or ROLE_TYPE */
    struct str id;
    struct str source;
    enum condition_result result;
    struct str problem;  /* why it could not be evaluated, with line and column; else empty */
    struct str *missing; /* fields of the context that it lacked */
    size_t missing_count;
    struct check_term *terms; /* where the question is to be explained */
    size_t terms_count;
};

struct check_answer {
    bool allowed;
    enum check_reason reason;
    struct str nearest; /* the id of an object or grant, or empty */
    size_t lookups;     /* that the answer took */
    /* Evaluated on the way to the answer, in that order: it depends on more than stored state. They
     * lie in the arena. */
    const struct check_condition *conditions;
    size_t conditions_count;
    int64_t until_us;   /* while nothing changes, the answer at any moment from at_us on and before
                           this one is the same */
    size_t steps_count; /* 0 if denied, but for the reasons that have a path */
    struct check_step steps[CHECK_STEPS_MAX]; /* the shortest way; of equally short ones, way.h */
};

/* Answers one question as of at_us (microseconds since 1970). Ids in the answer are borrowed from
 * the view or lie in the arena. RESOURCE_EXHAUSTED over CHECK_LOOKUPS_MAX, a limit of the walk, or
 * of conditions: never allowed. INVALID_ARGUMENT for an object that cannot be asked about. */
MUST_USE struct status check(const struct view *view, struct arena *arena, int64_t at_us,
                             const struct check_question *question, struct check_answer *answer);

/* "ARCHIVED", and the like. Static memory. */
const char *check_reason_name(enum check_reason reason);
const char *check_step_name(enum check_step_kind kind);

#endif
