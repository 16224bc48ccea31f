/* A decision that is being made: what is given, what is emitted or rejected. Each decide function
 * emits events, none if it is already so, or sets a rejection. Its status is for what failed here:
 * then nothing is recorded. */
#ifndef CORE_DOMAIN_KERNEL_DECISION_H
#define CORE_DOMAIN_KERNEL_DECISION_H

#include "agency/v1/decision.pb-c.h"
#include "core/domain/kernel/evolve.h"

/* Constraints that one command meets at most (where more are for it, it is denied), and bytes of
 * why one was not true, and of what it tells, that the decision keeps. */
enum { CONSTRAINTS_MAX = 64, CONSTRAINT_WHY_MAX = 240, CONSTRAINT_TOLD_MAX = 160 };

/* What is known of the org's past decisions, beside its entities. */
struct org_head {
    uint64_t org_sequence;       /* of the last accepted decision with events; 0: none */
    int64_t last_occurred_at_us; /* of it */
    bool live; /* a decision with events but without occurred_at was accepted: no more imports */
    uint64_t dues;          /* how many entities wait for a time */
    int64_t next_due_us;    /* the first of these times, where there are any */
    uint64_t continuations; /* how many decisions in a row followed at once */
    uint64_t renewing;      /* how many of those that wait do so again afterwards */
    bool constrained;       /* a constraint was put at some time */
};

/* Configuration that decides; it stands in the EPOCH. */
struct decide_config {
    const struct str *org_creators; /* names of operators that may CreateOrg */
    size_t org_creators_count;
};

struct decide_context {
    const Agency__V1__Principal *principal;
    const struct decide_config *config;
    struct org_head head;
    int64_t recorded_at_us; /* the decider's clock */
    int64_t until_us;       /* where a time has come: up to when the org's time moves on now */
    bool unsettled;         /* something is due, but the command may not move the time of its org */
};

struct check_question;
struct check_answer;

/* Answers questions as check() does, perhaps from what it knows already. Asked before anything is
 * emitted only. */
struct check_memory {
    struct status (*ask)(struct check_memory *memory, const struct view *view, struct arena *arena,
                         int64_t at_us, const struct check_question *question,
                         struct check_answer *answer);
};

/* Gives the state before the command that is judged: that before the decision; or, where others of
 * it have `emitted` something, as they left it. The view is valid until the next is asked for, or
 * the decision is made. */
struct state_before {
    struct status (*view)(struct state_before *self, bool emitted, const struct view **view);
};

struct decide {
    /* Given by the caller. */
    struct arena *arena;
    const struct view *view; /* sees what is emitted, at once */
    struct state_before *before;
    const struct change_ops *changes; /* the scratch layer under the view */
    void *changes_self;
    const struct decide_context *context;
    struct check_memory *memory;        /* NULL: each question is answered anew */
    const Agency__V1__Command *command; /* NULL: nobody commands, a time has come */
    const struct carried *carried;      /* the command is one that an entity carries, else NULL */
    /* Set by decide_command. */
    int64_t occurred_at_us; /* the time asked about: the command's, else recorded_at */
    Agency__V1__Event **events;
    size_t events_count;
    size_t events_cap;
    size_t events_before;             /* by the commands of a batch before this one */
    size_t events_size;               /* bytes, packed */
    size_t rows_count;                /* of indexes that change */
    size_t rows_read;                 /* of indexes, by rules */
    size_t lookups;                   /* by questions about who may */
    bool full;                        /* it was rejected for the sum of what it holds */
    int64_t dues;                     /* how many more entities wait for a time; may be negative */
    int64_t renewing;                 /* how many of these renew themselves */
    uint64_t gas_used;                /* by expressions */
    Agency__V1__Rejection *rejection; /* NULL: accepted */
    Agency__V1__Authority *authority; /* NULL: not allowed */
    Agency__V1__ConstraintResult **constraints; /* that were not true */
    size_t constraints_count;
    size_t constraints_cap;
    bool constrained;         /* it has put a constraint */
    struct str subject_id;    /* who acts; empty for an operator */
    struct str credential_id; /* by which credential; empty for an operator */
    struct str *actors;       /* through whom, from who acts on; see acting.h */
    size_t actors_count;
    struct str on_behalf_of;               /* for whom in the end; empty: for himself */
    Agency__V1__DecidedCommand **commands; /* of a batch: each that is accepted */
    size_t commands_count;
    size_t refused; /* of a batch: the place of the one that was, from 1 on */
};

/* Sets the rejection; code must not be OK. Returns OK, so that `return decide_reject(...)` ends a
 * decide. */
MUST_USE struct status decide_reject(struct decide *d, enum status_code code, const char *format,
                                     ...) PRINTF_LIKE(3, 4);

/* Counts what stands in the decision beside its events. Rejects where the record would be too
 * large.
 */
MUST_USE struct status decide_take_room(struct decide *d, const ProtobufCMessage *message);

/* Adds what a constraint came to that was not true. */
MUST_USE struct status decide_note_constraint(struct decide *d,
                                              Agency__V1__ConstraintResult *result);

/* The registry's row of d's command, which is no batch. */
const struct command_type *decide_type(const struct decide *d);

/* Leaves the enclosing decide function when a helper has rejected. */
#define TRY_ACCEPTED(d, expression)   \
    do {                              \
        TRY(expression);              \
        if ((d)->rejection != NULL) { \
            return status_ok();       \
        }                             \
    } while (0)

/* True if a time has come: an unset one never comes. */
bool decide_expired(const struct decide *d, const Google__Protobuf__Timestamp *expires_at);

/* Whether a command says itself when it happened, in an org that takes imports. */
bool decide_says_time(const Agency__V1__Command *command);

/* Decides a command of which the registry says OWN; rejections are listed with the command in
 * proto/agency/v1. */
#define DECIDES_MAKE(pascal, snake)
#define DECIDES_MOVE(pascal, snake)
#define DECIDES_UPDATE(pascal, snake)
#define DECIDES_OWN(pascal, snake) \
    MUST_USE struct status decide_##snake(struct decide *d, const Agency__V1__##pascal *command);
#define X(upper, pascal, snake, kind, from, how, ...) DECIDES_##how(pascal, snake)
COMMANDS(X)
#undef X

/* Applies an event of that number to the scratch layer and adds it to the decision. The event is
 * copied (shallow). FAILED_PRECONDITION and RESOURCE_EXHAUSTED limits of a decision become
 * rejections. */
MUST_USE struct status decide_emit(struct decide *d, enum event_number number,
                                   const ProtobufCMessage *event);

/* The same with an event that carries an entity (copied, shallow), and a mask where it has one;
 * NULL for none. Version, status and times of the entity must be unset. */
MUST_USE struct status decide_emit_entity(struct decide *d, enum event_number number,
                                          const ProtobufCMessage *entity,
                                          const Google__Protobuf__FieldMask *mask);

/* emit_group_deleted(d, &event): decide_emit with its type. */
#define X(upper, pascal, snake, ...)                                                     \
    MUST_USE static inline struct status emit_##snake(struct decide *d,                  \
                                                      const Agency__V1__##pascal *event) \
    {                                                                                    \
        return decide_emit(d, EVENT_##upper, &event->base);                              \
    }
EVENTS(X)
#undef X

#endif
