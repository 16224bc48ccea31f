/* A stint begins with the version that is active while none goes on, or that was granted anew: the
 * one before it had expired. It ends with a version that is not active, or by its expiry.
 *
 * The place of a stint is its number among those of its assignment, and the assignment. */
#include "query/stints.h"

#include "core/base/num.h"
#include "core/domain/kernel/evolve.h"
#include "core/domain/kernel/fields.h"
#include "core/model/history.h"
#include "core/model/key.h"
#include "query/decision_item.h"
#include "query/entities.h"
#include "query/known.h"

enum { STINTS_NUMBER = 8 };

struct stints {
    struct snapshot *snapshot;
    struct stints_page *found;
    size_t cap;
    size_t limit;
    bool more;       /* there is one behind the page */
    struct str id;   /* of the assignment at hand */
    uint64_t number; /* of its stints that have been passed */
    uint64_t given;  /* of its stints that earlier pages gave */
    struct str last; /* the place of the last one on the page */
};

static struct status stints_place(struct stints *stints)
{
    char number[STINTS_NUMBER];
    num_put_u64be(number, stints->number);
    const struct str parts[] = { { number, sizeof number }, stints->id };
    stints->last = arena_join(stints->snapshot->arena, parts, 2);
    return stints->last.data == NULL ? arena_full(stints->snapshot->arena) : status_ok();
}

static struct status stints_add(struct stints *stints, const Agency__V1__StintItem *item)
{
    struct stints_page *found = stints->found;
    stints->number++;
    if (stints->number <= stints->given) {
        return status_ok();
    }
    stints->more = found->count == stints->limit;
    if (stints->more) {
        return status_ok();
    }
    ARENA_TRY(stints->snapshot->arena, found->items,
              arena_grow(stints->snapshot->arena, found->items, found->count, sizeof *found->items,
                         &stints->cap));
    found->items[found->count++] = *item;
    return found->count == stints->limit ? stints_place(stints) : status_ok();
}

static const Agency__V1__Assignment *stints_version(const struct history_version *version)
{
    return (const Agency__V1__Assignment *)(const void *)version->entity;
}

static bool stints_holds(const struct history_version *version)
{
    return version != NULL && fields_status(version->entity) == LIFE_ACTIVE;
}

/* From the version `first` to `last`; `ended` is the one behind it, NULL: there is none. */
static struct status stints_tell(struct stints *stints, const struct history_version *first,
                                 const struct history_version *last,
                                 const struct history_version *ended)
{
    struct arena *arena = stints->snapshot->arena;
    const Agency__V1__Assignment *held = stints_version(last);
    int64_t until =
        ended == NULL ? stints->snapshot->moment.time_us : ended->decision->occurred_at_us;
    bool expired = fields_expired(held->expires_at, until);
    Agency__V1__StintItem item = AGENCY__V1__STINT_ITEM__INIT;
    item.subject_id = held->subject_id;
    item.role_id = held->role_id;
    item.role_type = held->role_type;
    item.since = held->granted_at;
    TRY(decision_item(stints->snapshot, arena, first->decision, &item.begun));
    if (expired) {
        item.until = held->expires_at;
    } else if (ended != NULL) {
        TRY(fields_time_new(arena, until, &item.until));
        TRY(decision_item(stints->snapshot, arena, ended->decision, &item.ended));
    }
    return stints_add(stints, &item);
}

static struct status stints_assignment(struct stints *stints, struct str id)
{
    struct snapshot *snapshot = stints->snapshot;
    struct history_version *versions;
    const struct history_version *first = NULL;
    size_t count;
    stints->id = id;
    stints->number = 0;
    TRY(history_entity(snapshot->reader, snapshot->arena, snapshot->org_id, ENTITY_ASSIGNMENT, id,
                       snapshot->moment.org_sequence + 1, SIZE_MAX, &versions, &count));
    for (size_t left = count; left > 0 && !stints->more; left--) {
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

/* The assignments behind the one that a list ended with. */
static struct status stints_walk(struct stints *stints, struct list_request *request)
{
    struct snapshot *snapshot = stints->snapshot;
    struct list_page list = { 0 };
    do {
        TRY(list_page(snapshot->reader, snapshot->arena, request, &list));
        for (size_t i = 0; i < list.count && !stints->more; i++) {
            struct str id;
            TRY(evolve_entity_id(snapshot->arena, ENTITY_ASSIGNMENT, list.items[i], &id));
            TRY(stints_assignment(stints, id));
        }
        request->after = list.end;
    } while (list.end.size > 0 && !stints->more);
    return status_ok();
}

/* First what is left of the assignment in which the page before ended. */
static struct status stints_go_on(struct stints *stints, struct str place,
                                  struct list_request *request)
{
    struct buf prefix = { 0 }, key = { 0 };
    if (place.size == 0) {
        return status_ok();
    }
    if (place.size <= STINTS_NUMBER) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a page token of stints");
    }
    struct str id = str_from(place, STINTS_NUMBER);
    key_entities(&prefix, request->org_id, ENTITY_ASSIGNMENT);
    key_entity(&key, request->org_id, ENTITY_ASSIGNMENT, id);
    request->after = arena_copy(stints->snapshot->arena, str_from(buf_str(&key), prefix.size));
    buf_release(&prefix);
    buf_release(&key);
    if (request->after.data == NULL) {
        return arena_full(stints->snapshot->arena);
    }
    stints->given = num_get_u64be(place.data);
    struct status st = stints_assignment(stints, id);
    stints->given = 0;
    return st;
}

struct status stints_page(struct snapshot *snapshot, enum entity_kind kind, struct str text,
                          const struct page_ask *ask, struct stints_page *found)
{
    struct stints stints = { .snapshot = snapshot, .found = found };
    struct list_request request = { .kind = ENTITY_ASSIGNMENT,
                                    .org_id = snapshot->org_id,
                                    .moment = snapshot->moment,
                                    .all = true,
                                    .page_size = LIST_PAGE_MAX,
                                    .filters_count = 1 };
    struct page page;
    if (kind != ENTITY_SUBJECT && kind != ENTITY_ROLE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a subject or a role, not a %s",
                            registry_entity(kind)->name);
    }
    struct list_filter *of = &request.filters[0];
    of->field = kind == ENTITY_SUBJECT ? STR("subject_id") : STR("role_id");
    TRY(known_entity(snapshot, kind, text, &of->value));
    const struct str words[] = { STR("stints"), of->field, of->value };
    TRY(page_begin(&page, snapshot, ask, words, 3));
    stints.limit = page.limit;
    *found = (struct stints_page){ 0 };
    TRY(stints_go_on(&stints, page.place, &request));
    TRY(stints.more ? status_ok() : stints_walk(&stints, &request));
    return stints.more ? page_end_at(&page, stints.last, false, &found->end) : status_ok();
}
