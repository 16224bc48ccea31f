/* What entities wait for: the times that the registry's DUES name, and what follows from a decision
 * at once. An entity has one row in the index DUE, that of the first; `due_at` says it. */
#ifndef CORE_DOMAIN_KERNEL_DUE_H
#define CORE_DOMAIN_KERNEL_DUE_H

#include "core/domain/kernel/decision.h"

/* The time of the row of what follows at once: before every other. */
#define DUE_AT_ONCE_US INT64_MIN

/* The field of what follows at once from a decision. */
#define DUE_CONTINUES "continues"

/* One time of an entity. */
struct due {
    const char *field; /* as the schema names it; NULL: the entity waits for nothing */
    int64_t time_us;
};

/* The first time that an entity waits for. */
struct due due_of(enum entity_kind kind, const ProtobufCMessage *entity);

/* Sets due_at of an entity that an event has changed, and clears due_error where that changed what
 * it waits for; `failed`: the event is the one that sets it. Kinds without times pass. */
MUST_USE struct status due_stamp(struct arena *arena, enum entity_kind kind,
                                 const ProtobufCMessage *before, ProtobufCMessage *after,
                                 int64_t occurred_at_us, bool failed);

/* Whether the time of an org (NULL: there is none) stands still, as it is archived, or erased: then
 * nothing is decided of what is due in it. */
bool due_stands_still(const Agency__V1__Org *org);
/* Whether entities of a kind wait again when their time has come. */
bool due_renews(enum entity_kind kind);
/* The time of its row in DUE: DUE_AT_ONCE_US of what follows at once; false where it waits for
 * nothing. */
bool due_row_time(enum entity_kind kind, const ProtobufCMessage *entity, int64_t *time_us);
/* Whether two are the same time of one entity. */
bool due_same(const struct due *a, const struct due *b);

/* elapse_grant(d, grant, due): decides what happens when a time of an entity has come. It cannot be
 * refused: whatever it returns but OK with events becomes DeadlineFailed. */
#define X(upper, pascal, snake)                                                                 \
    MUST_USE struct status elapse_##snake(struct decide *d, const Agency__V1__##pascal *entity, \
                                          const struct due *due);
TIMED(X)
#undef X

/* refused_schedule(d, schedule, error): emits what it means to an entity, if anything, that what
 * was to follow from it at once could not happen; DeadlineFailed stands in the decision already. */
#define X(upper, pascal, snake)                                                                  \
    MUST_USE struct status refused_##snake(struct decide *d, const Agency__V1__##pascal *entity, \
                                           const Agency__V1__DueError *error);
CONTINUED(X)
#undef X

#endif
