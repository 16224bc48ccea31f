/* Rules that several aggregates share. Each function rejects (see decision.h) when its rule is
 * broken; the status is for what failed here. */
#ifndef CORE_DOMAIN_KERNEL_RULES_H
#define CORE_DOMAIN_KERNEL_RULES_H

#include "core/domain/kernel/life.h"
#include "google/protobuf/field_mask.pb-c.h"

/* Statuses that count as live, for rules_find_X. */
#define LIVES_ACTIVE BIT(LIFE_ACTIVE)
#define LIVES_KEPT (BIT(LIFE_ACTIVE) | BIT(LIFE_ARCHIVED)) /* groups and assets not yet removed */

/* Rows of one index that a rule reads at most; more of them (mostly expired ones) are refused with
 * RESOURCE_EXHAUSTED. Bounds the time of one decision. */
enum { RULES_SCAN_MAX = 10000 };

/* rules_find_group(d, id, statuses, &group): an entity that the command refers to. NOT_FOUND if
 * there is none, FAILED_PRECONDITION if it is in none of the statuses. */
#define X(upper, pascal, snake, ...)                                                              \
    MUST_USE static inline struct status rules_find_##snake(                                      \
        struct decide *d, const char *id, uint32_t statuses, const Agency__V1__##pascal **entity) \
    {                                                                                             \
        const ProtobufCMessage *found = NULL;                                                     \
        TRY(view_get(d->view, ENTITY_##upper, str_z(id), &found));                                \
        *entity = (const Agency__V1__##pascal *)(const void *)found;                              \
        return life_check(d, ENTITY_##upper, str_z(id), found, statuses);                         \
    }
ENTITIES(X)
#undef X

/* An entity that an index row or another entity names, so it must be there: DATA_LOSS (as the
 * status, not a rejection) if it is not. */
MUST_USE struct status rules_get(const struct view *view, enum entity_kind kind, struct str id,
                                 const ProtobufCMessage **entity);

/* rules_get_role(view, id, &role): the same with its type. */
#define X(upper, pascal, snake, ...)                                                               \
    MUST_USE static inline struct status rules_get_##snake(const struct view *view, struct str id, \
                                                           const Agency__V1__##pascal **entity)    \
    {                                                                                              \
        const ProtobufCMessage *found = NULL;                                                      \
        struct status status = rules_get(view, ENTITY_##upper, id, &found);                        \
        *entity = (const Agency__V1__##pascal *)(const void *)found;                               \
        return status;                                                                             \
    }
ENTITIES(X)
#undef X

/* ALREADY_EXISTS if the name is that of another live entity of the kind; empty is allowed. */
MUST_USE struct status rules_check_name(struct decide *d, enum entity_kind kind, const char *id,
                                        const char *name);

/* The items in byte order, as an array in the arena. */
MUST_USE struct status rules_sort(struct arena *arena, char *const *items, size_t items_count,
                                  char ***sorted);

/* INVALID_ARGUMENT if an item is empty or there twice. */
MUST_USE struct status rules_check_distinct(struct decide *d, const char *field, char *const *items,
                                            size_t items_count);

/* INVALID_ARGUMENT unless the time is unset or after the time of the decision. */
MUST_USE struct status rules_check_expiry(struct decide *d,
                                          const Google__Protobuf__Timestamp *expires_at);

/* True if a time is set and still to come. */
bool rules_begins_later(const struct decide *d, const Google__Protobuf__Timestamp *starts_at);

/* As rules_check_expiry; and what has a beginning ends after it. */
MUST_USE struct status rules_check_span(struct decide *d,
                                        const Google__Protobuf__Timestamp *starts_at,
                                        const Google__Protobuf__Timestamp *expires_at);

/* The ids of all rows of an index with these parts, as view_ids; RESOURCE_EXHAUSTED above
 * RULES_SCAN_MAX. */
MUST_USE struct status rules_scan(struct decide *d, enum index_number index,
                                  const struct str *parts, size_t parts_count, struct str **ids,
                                  size_t *ids_count);

/* FAILED_PRECONDITION if the index has a row with this id; `expected` says what the entity should
 * be, such as "without groups below it". */
MUST_USE struct status rules_check_unused(struct decide *d, enum entity_kind kind,
                                          enum index_number index, const char *id,
                                          const char *what);

/* What an update changes: the entity's key and the fields that differ, and the mask of these; NULL
 * when none does. Borrows from the command. */
struct rules_change {
    ProtobufCMessage *entity;
    const Google__Protobuf__FieldMask *mask;
};

/* Checks mask, name and external ids of d's update of the entity, and gives what it changes: the
 * fields that the mask names, or, without one, all client fields that are set. */
MUST_USE struct status rules_update(struct decide *d, const ProtobufCMessage *entity,
                                    struct rules_change *change);

#endif
