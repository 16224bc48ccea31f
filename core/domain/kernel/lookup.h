/* Counted look-ups in a view as of a moment: a question that needs more than its budget is
 * RESOURCE_EXHAUSTED, never answered. */
#ifndef CORE_DOMAIN_KERNEL_LOOKUP_H
#define CORE_DOMAIN_KERNEL_LOOKUP_H

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/view.h"

enum {
    /* Look-ups of one Check: a hundred times what a large real org needs; bounds its time to a few
     * milliseconds. */
    CHECK_LOOKUPS_MAX = 10000,
    /* Look-ups of a list of holders, subjects, permissions or objects. */
    LIST_LOOKUPS_MAX = 1000000,
};

struct lookup {
    const struct view *view;
    struct arena *arena; /* for lists of ids, and for what the question gives */
    int64_t at_us;       /* the moment asked about: decides what has expired */
    int64_t until_us;    /* before the first expiry after it that was looked at; set to INT64_MAX
                            by who asks */
    size_t left;         /* look-ups that may still be made */
};

/* Those of a list; what it gives lies in the arena. */
static inline struct lookup lookup_of_list(const struct view *view, struct arena *arena,
                                           int64_t at_us)
{
    return (
        struct lookup){ .view = view, .arena = arena, .at_us = at_us, .left = LIST_LOOKUPS_MAX };
}

/* The status of a question that needs more look-ups than it has. */
MUST_USE struct status lookup_exhausted(void);

/* Takes look-ups for what is read together with something else. RESOURCE_EXHAUSTED. */
MUST_USE struct status lookup_charge(struct lookup *lookup, size_t count);

/* As view_get; *entity is NULL if there never was one. */
MUST_USE struct status lookup_get(struct lookup *lookup, enum entity_kind kind, struct str id,
                                  const ProtobufCMessage **entity);

/* As view_ids, all of them. RESOURCE_EXHAUSTED if there are more than look-ups left. */
MUST_USE struct status lookup_ids(struct lookup *lookup, enum index_number index,
                                  const struct str *parts, size_t parts_count, struct str **ids,
                                  size_t *ids_count);

/* The same with at most `limit` ids; *cut says that there are more. */
MUST_USE struct status lookup_some_ids(struct lookup *lookup, enum index_number index,
                                       const struct str *parts, size_t parts_count, size_t limit,
                                       struct str **ids, size_t *ids_count, bool *cut);

/* As view_rows; of a range of more rows than look-ups are left, RESOURCE_EXHAUSTED. Each row is
 * one.
 */
MUST_USE struct status lookup_rows(struct lookup *lookup, const struct view_range *range,
                                   struct view_row **rows, size_t *rows_count);

/* Whether the org is there and ACTIVE. */
MUST_USE struct status lookup_org_active(struct lookup *lookup, bool *active);

/* lookup_role(lookup, id, &role), for each kind. DATA_LOSS where an index or another entity names
 * what is not there: lookup_known_role. */
#define X(upper, pascal, snake, ...)                                                             \
    MUST_USE static inline struct status lookup_##snake(struct lookup *lookup, struct str id,    \
                                                        const Agency__V1__##pascal **entity)     \
    {                                                                                            \
        const ProtobufCMessage *found = NULL;                                                    \
        struct status status = lookup_get(lookup, ENTITY_##upper, id, &found);                   \
        *entity = (const Agency__V1__##pascal *)(const void *)found;                             \
        return status;                                                                           \
    }                                                                                            \
    MUST_USE static inline struct status lookup_known_##snake(                                   \
        struct lookup *lookup, struct str id, const Agency__V1__##pascal **entity)               \
    {                                                                                            \
        TRY(lookup_##snake(lookup, id, entity));                                                 \
        if (*entity == NULL) {                                                                   \
            return status_error(STATUS_DATA_LOSS, "expected the " #pascal " '%.*s' in the view", \
                                STR_ARG(id));                                                    \
        }                                                                                        \
        return status_ok();                                                                      \
    }
ENTITIES(X)
#undef X

/* True if a time has come by the moment asked about; an unset one never comes. */
static inline bool lookup_expired(struct lookup *lookup,
                                  const Google__Protobuf__Timestamp *expires_at)
{
    if (expires_at == NULL) {
        return false;
    }
    int64_t expires_us = fields_time_us(expires_at);
    if (expires_us <= lookup->at_us) {
        return true;
    }
    lookup->until_us = expires_us < lookup->until_us ? expires_us : lookup->until_us;
    return false;
}

#endif
