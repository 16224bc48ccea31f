/* A stint begins with the version that is active while none goes on, or that was granted anew: the
 * one before it had expired. It ends with a version that is not active, or by its expiry. */
#include "query/stints.h"

#include "core/domain/kernel/evolve.h"
#include "core/domain/kernel/fields.h"
#include "core/model/history.h"
#include "query/decision_item.h"
#include "query/entities.h"

struct stints {
    struct snapshot *snapshot;
    stints_take *take;
    void *context;
};

static const Agency__V1__Assignment *stints_version(const struct history_version *version)
{
    return (const Agency__V1__Assignment *)(const void *)version->entity;
}

static bool stints_holds(const struct history_version *version)
{
    return version != NULL && fields_status(version->entity) == LIFE_ACTIVE;
}

/* From the version `first` to `last`; `ended` is the one behind it, NULL: there is none. */
static struct status stints_tell(const struct stints *stints, const struct history_version *first,
                                 const struct history_version *last,
                                 const struct history_version *ended)
{
    struct arena *arena = stints->snapshot->arena;
    const Agency__V1__Assignment *held = stints_version(last);
    const Google__Protobuf__Timestamp *expiry = held->expires_at;
    int64_t until =
        ended == NULL ? stints->snapshot->moment.time_us : ended->decision->occurred_at_us;
    bool expired = expiry != NULL && fields_time_us(expiry) <= until;
    Agency__V1__StintItem item = AGENCY__V1__STINT_ITEM__INIT;
    item.subject_id = held->subject_id;
    item.role_id = held->role_id;
    item.role_type = held->role_type;
    item.since = held->granted_at;
    TRY(decision_item(arena, first->decision, &item.begun));
    if (expired) {
        item.until = held->expires_at;
    } else if (ended != NULL) {
        TRY(fields_time_new(arena, until, &item.until));
        TRY(decision_item(arena, ended->decision, &item.ended));
    }
    return stints->take(stints->context, &item);
}

static struct status stints_assignment(const struct stints *stints, const ProtobufCMessage *entity)
{
    struct snapshot *snapshot = stints->snapshot;
    struct history_version *versions;
    const struct history_version *first = NULL;
    struct str id;
    size_t count;
    TRY(evolve_entity_id(snapshot->arena, ENTITY_ASSIGNMENT, entity, &id));
    TRY(history_entity(snapshot->partition->reader, snapshot->arena, snapshot->org_id,
                       ENTITY_ASSIGNMENT, id, snapshot->moment.org_sequence + 1, SIZE_MAX,
                       &versions, &count));
    for (size_t left = count; left > 0; left--) {
        const struct history_version *now = &versions[left - 1];
        const struct history_version *next = left > 1 ? now - 1 : NULL;
        if (!stints_holds(now)) {
            continue;
        }
        first = first == NULL ? now : first;
        bool goes_on = stints_holds(next) && fields_same_time(stints_version(next)->granted_at,
                                                              stints_version(now)->granted_at);
        if (!goes_on) {
            TRY(stints_tell(stints, first, now, next));
            first = NULL;
        }
    }
    return status_ok();
}

struct status stints_each(struct snapshot *snapshot, enum entity_kind kind, struct str text,
                          stints_take *take, void *context)
{
    struct stints stints = { snapshot, take, context };
    struct list_request request = {
        .kind = ENTITY_ASSIGNMENT, .all = true, .page_size = LIST_PAGE_MAX, .filters_count = 1
    };
    struct list_page page;
    if (kind != ENTITY_SUBJECT && kind != ENTITY_ROLE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a subject or a role, not a %s",
                            registry_entity(kind)->name);
    }
    request.filters[0].field = kind == ENTITY_SUBJECT ? STR("subject_id") : STR("role_id");
    TRY(snapshot_resolve(snapshot, kind, text, &request.filters[0].value));
    do {
        TRY(entities_page(snapshot, &request, &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(stints_assignment(&stints, page.items[i]));
        }
        request.page_token = page.next_page_token;
    } while (page.next_page_token.size > 0);
    return status_ok();
}
