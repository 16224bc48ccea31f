#include "tests/lib/naive_access.h"

#include "core/base/hmap.h"
#include "core/domain/kernel/fields.h"
#include "core/model/list.h"
#include "tests/lib/test.h"

enum { NAIVE_LEVELS_MAX = 8, NAIVE_OTHERS_MAX = 64, NAIVE_STEPS_MAX = 19 };

/* ---- what there is, by texts that name it ---- */

struct naive_list {
    const void **items;
    size_t count, cap;
};

struct naive {
    struct arena *arena;
    struct snapshot *snapshot;
    int64_t at_us;
    struct omap *matrix;
    struct hmap lists; /* "kind key" -> struct naive_list */
};

static struct naive_list *naive_list_of(struct naive *naive, const char *what, const char *key)
{
    struct str name = arena_printf(naive->arena, "%s %s", what, key);
    struct hmap_entry *entry = hmap_put(&naive->lists, name, hmap_hash(name));
    if (entry->value == NULL) {
        entry->value = arena_zalloc(naive->arena, sizeof(struct naive_list));
    }
    return entry->value;
}

static void naive_list_add(struct naive *naive, struct naive_list *list, const void *item)
{
    list->items =
        arena_grow(naive->arena, (void *)list->items, list->count, sizeof *list->items, &list->cap);
    list->items[list->count++] = item;
}

static const void *naive_get(struct naive *naive, const char *kind, const char *id)
{
    const struct naive_list *list = naive_list_of(naive, kind, id);
    return list->count == 0 ? NULL : list->items[0];
}

static bool naive_live(const struct naive *naive, const Google__Protobuf__Timestamp *expires_at)
{
    return expires_at == NULL || fields_time_us(expires_at) > naive->at_us;
}

static void naive_read(struct naive *naive, enum entity_kind kind, const char *name,
                       const char *id_field)
{
    struct list_request request = { .kind = kind,
                                    .org_id = naive->snapshot->org_id,
                                    .moment = naive->snapshot->moment,
                                    .all = true,
                                    .page_size = LIST_PAGE_MAX };
    struct list_page page;
    do {
        assert_ok(list_page(naive->snapshot->reader, naive->arena, &request, &page));
        for (size_t i = 0; i < page.count; i++) {
            struct str id = fields_string(page.items[i], id_field);
            naive_list_add(naive, naive_list_of(naive, name, id.data), page.items[i]);
            naive_list_add(naive, naive_list_of(naive, "all", name), page.items[i]);
        }
        request.after = page.end;
    } while (page.end.size > 0);
}

static void naive_read_all(struct naive *naive)
{
    naive_read(naive, ENTITY_ORG, "org", "org_id");
    naive_read(naive, ENTITY_SUBJECT, "subject", "subject_id");
    naive_read(naive, ENTITY_ASSIGNMENT, "held by", "subject_id");
    naive_read(naive, ENTITY_ROLE_TYPE, "type", "role_type");
    naive_read(naive, ENTITY_GROUP, "group", "group_id");
    naive_read(naive, ENTITY_ASSET, "asset", "asset_id");
    naive_read(naive, ENTITY_GRANT, "grant", "grant_id");
    const struct naive_list *groups = naive_list_of(naive, "all", "group");
    for (size_t i = 0; i < groups->count; i++) {
        const Agency__V1__Group *group = groups->items[i];
        for (size_t j = 0; j < group->n_included_group_ids; j++) {
            naive_list_add(naive, naive_list_of(naive, "includes", group->included_group_ids[j]),
                           group);
        }
    }
    const struct naive_list *grants = naive_list_of(naive, "all", "grant");
    for (size_t i = 0; i < grants->count; i++) {
        const Agency__V1__Grant *grant = grants->items[i];
        static const char *const kinds[] = { "?", "to subject", "to role", "to group" };
        assert_true(grant->grantee->kind > 0 && grant->grantee->kind < 4);
        naive_list_add(naive, naive_list_of(naive, kinds[grant->grantee->kind], grant->grantee->id),
                       grant);
    }
}

/* ---- objects ---- */

/* Whether neither it nor what is above it is archived, and it is not removed. */
static bool naive_asset_is_live(struct naive *naive, const char *id)
{
    const Agency__V1__Asset *asset = naive_get(naive, "asset", id);
    bool live = asset->status != LIFE_REMOVED;
    for (; live && asset != NULL; asset = naive_get(naive, "asset", asset->parent_asset_id)) {
        live = asset->status != LIFE_ARCHIVED;
    }
    return live;
}

static bool naive_group_is_live(struct naive *naive, const char *id)
{
    const Agency__V1__Group *group = naive_get(naive, "group", id);
    bool live = group->status != LIFE_REMOVED;
    for (; live && group != NULL; group = naive_get(naive, "group", group->parent_group_id)) {
        live = group->status != LIFE_ARCHIVED;
    }
    return live;
}

static bool naive_object_is_live(struct naive *naive, struct object on)
{
    switch (on.kind) {
    case OBJECT_ASSET:
        return naive_asset_is_live(naive, on.id.data);
    case OBJECT_GROUP:
        return naive_group_is_live(naive, on.id.data);
    case OBJECT_SUBJECT: {
        const Agency__V1__Subject *subject = naive_get(naive, "subject", on.id.data);
        return !fields_is_over(&subject->base) && subject->status != LIFE_ARCHIVED;
    }
    case OBJECT_ORG:
    case OBJECT_ASSET_TYPE:
    case OBJECT_JOB_SPACE:
        break;
    }
    return true;
}

/* ---- the matrix ---- */

struct str naive_access_key(struct arena *arena, struct str subject_id,
                            const struct access_entry *entry)
{
    struct str key =
        arena_printf(arena, "%.*s may %.*s on %d:%.*s by %.*s %.*s", STR_ARG(subject_id),
                     STR_ARG(entry->permission), (int)entry->on.kind, STR_ARG(entry->on.id),
                     STR_ARG(entry->grant_id), STR_ARG(entry->role_type));
    assert_non_null(key.data);
    return key;
}

static void naive_put(struct naive *naive, const char *subject_id, const struct access_entry *entry)
{
    if (naive_object_is_live(naive, entry->on)) {
        struct str key = naive_access_key(naive->arena, str_z(subject_id), entry);
        omap_put(naive->matrix, key, STR(""), NULL);
    }
}

/* `type`: of a seat in the group itself; NULL: as a member. */
static void naive_granted(struct naive *naive, const char *subject_id, const char *kind,
                          const char *id, const char *type)
{
    const struct naive_list *grants = naive_list_of(naive, kind, id);
    for (size_t i = 0; i < grants->count; i++) {
        const Agency__V1__Grant *grant = grants->items[i];
        bool counts = (type == NULL) == (grant->grantee->n_role_types == 0);
        for (size_t j = 0; type != NULL && j < grant->grantee->n_role_types; j++) {
            counts = j == 0 ? false : counts;
            counts = counts || strcmp(grant->grantee->role_types[j], type) == 0;
        }
        if (counts && grant->status == LIFE_ACTIVE && naive_live(naive, grant->expires_at)) {
            const struct access_entry entry = access_entry_of(grant);
            naive_put(naive, subject_id, &entry);
        }
    }
}

static void naive_member(struct naive *naive, const char *subject_id, const char *group_id,
                         unsigned steps)
{
    const Agency__V1__Group *group = naive_get(naive, "group", group_id);
    if (group->status != LIFE_ACTIVE || steps > NAIVE_STEPS_MAX) {
        return;
    }
    naive_granted(naive, subject_id, "to group", group_id, NULL);
    const struct naive_list *above = naive_list_of(naive, "includes", group_id);
    for (size_t i = 0; i < above->count; i++) {
        const Agency__V1__Group *including = above->items[i];
        naive_member(naive, subject_id, including->group_id, steps + 1);
    }
}

static void naive_seat(struct naive *naive, const char *subject_id,
                       const Agency__V1__Assignment *held, unsigned steps)
{
    const Agency__V1__RoleType *type = naive_get(naive, "type", held->role_type);
    const struct str space = str_z(held->job_space_id);
    naive_granted(naive, subject_id, "to role", held->role_id, NULL);
    for (size_t i = 0; i < type->n_permissions; i++) {
        const struct access_entry entry = {
            .permission = str_z(type->permissions[i]),
            .on = { space.size > 0 ? OBJECT_JOB_SPACE : OBJECT_ORG, space },
            .role_type = type->condition[0] != '\0' ? str_z(type->role_type) : STR(""),
        };
        naive_put(naive, subject_id, &entry);
    }
    for (size_t i = 0; i < held->n_group_ids; i++) {
        const Agency__V1__Group *group = naive_get(naive, "group", held->group_ids[i]);
        if (group->status == LIFE_ACTIVE) {
            naive_granted(naive, subject_id, "to group", group->group_id, held->role_type);
        }
        if (!type->no_membership) {
            naive_member(naive, subject_id, held->group_ids[i], steps + 1);
        }
    }
}

/* As one of those that the subject inherits from, or itself. */
static void naive_as(struct naive *naive, const char *subject_id, const char *as, unsigned level)
{
    const struct naive_list *held = naive_list_of(naive, "held by", as);
    naive_granted(naive, subject_id, "to subject", as, NULL);
    for (size_t i = 0; i < held->count; i++) {
        const Agency__V1__Assignment *assignment = held->items[i];
        if (assignment->status == LIFE_ACTIVE && naive_live(naive, assignment->expires_at)) {
            naive_seat(naive, subject_id, assignment, level + 2);
        }
    }
}

/* Level by level, each once; orgs of these tests have no more than count. */
static void naive_subject(struct naive *naive, const char *subject_id)
{
    const char *line[1 + NAIVE_OTHERS_MAX] = { subject_id };
    size_t count = 1, from = 0;
    for (unsigned level = 0; level <= NAIVE_LEVELS_MAX && from < count; level++) {
        size_t end = count;
        for (; from < end; from++) {
            const Agency__V1__Subject *subject = naive_get(naive, "subject", line[from]);
            naive_as(naive, subject_id, line[from], level);
            for (size_t i = 0; i < subject->n_parent_subject_ids; i++) {
                const Agency__V1__Subject *parent =
                    naive_get(naive, "subject", subject->parent_subject_ids[i]);
                bool known = parent->status != LIFE_ACTIVE;
                for (size_t j = 0; j < count && !known; j++) {
                    known = strcmp(line[j], parent->subject_id) == 0;
                }
                assert_true(count <= NAIVE_OTHERS_MAX);
                line[count] = parent->subject_id;
                count += !known;
            }
        }
    }
}

void naive_access(struct snapshot *snapshot, int64_t at_us, struct omap *matrix)
{
    struct naive naive = {
        .arena = snapshot->arena, .snapshot = snapshot, .at_us = at_us, .matrix = matrix
    };
    omap_release(matrix);
    naive_read_all(&naive);
    const struct naive_list *orgs = naive_list_of(&naive, "all", "org");
    const struct naive_list *subjects = naive_list_of(&naive, "all", "subject");
    const Agency__V1__Org *org = orgs->items[0];
    for (size_t i = 0; i < subjects->count && org->status == LIFE_ACTIVE; i++) {
        const Agency__V1__Subject *subject = subjects->items[i];
        if (subject->status == LIFE_ACTIVE) {
            naive_subject(&naive, subject->subject_id);
        }
    }
    hmap_release(&naive.lists);
}
