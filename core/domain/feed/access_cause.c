#include "core/domain/feed/access_cause.h"

#include "core/domain/check/grantees.h"
#include "core/domain/feed/access_below.h"
#include "core/domain/feed/access_row.h"
#include "core/domain/kernel/index.h"

struct cause {
    struct lookup *lookup; /* of the state at hand */
    struct access_candidates *candidates;
};

bool access_cause_is(enum entity_kind kind)
{
    switch ((unsigned)kind) {
    case ENTITY_ASSIGNMENT:
    case ENTITY_GRANT:
    case ENTITY_GROUP:
    case ENTITY_ASSET:
    case ENTITY_SUBJECT:
    case ENTITY_ROLE_TYPE:
    case ENTITY_ORG:
        return true;
    }
    return false;
}

/* ---- candidates ---- */

static struct status cause_add(const struct cause *cause, struct str subject_id,
                               const struct access_entry *entry)
{
    struct access_candidates *candidates = cause->candidates;
    if (candidates->count == candidates->max) {
        candidates->cut = true;
        return status_ok();
    }
    ARENA_TRY(candidates->arena, candidates->items,
              arena_grow(candidates->arena, candidates->items, candidates->count,
                         sizeof *candidates->items, &candidates->cap));
    candidates->items[candidates->count++] = (struct access_candidate){ subject_id, *entry };
    return status_ok();
}

static struct status cause_add_all(const struct cause *cause, const struct ids *subjects,
                                   const struct access_entries *entries)
{
    for (size_t i = 0; i < subjects->count; i++) {
        for (size_t j = 0; j < entries->count && !cause->candidates->cut; j++) {
            TRY(cause_add(cause, subjects->items[i], &entries->items[j]));
        }
    }
    return status_ok();
}

/* ---- entries above ---- */

/* Whom of a group's list of grants is asked for. */
struct cause_as {
    bool members;         /* grants to the group's members */
    bool any_type;        /* those that name any role types, too */
    struct str role_type; /* those that name this one; empty: none */
};

static bool cause_wants(const struct cause_as *as, const Agency__V1__Grantee *grantee)
{
    if (grantee->n_role_types == 0) {
        return as->members;
    }
    return as->any_type || (as->role_type.size > 0 &&
                            ids_listed(grantee->role_types, grantee->n_role_types, as->role_type));
}

static struct status cause_granted_to(const struct cause *cause, enum grantee_kind kind,
                                      struct str id, const struct cause_as *as,
                                      struct access_entries *entries)
{
    const struct str parts[] = { index_kind(kind), id };
    struct str *ids;
    size_t count;
    TRY(lookup_ids(cause->lookup, INDEX_GRANT_BY_GRANTEE, parts, 2, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(cause->lookup, ids[i], &grant));
        if (!lookup_expired(cause->lookup, grant->expires_at) && cause_wants(as, grant->grantee)) {
            const struct access_entry entry = access_entry_of(grant);
            TRY(access_entries_add(entries, &entry));
        }
    }
    return status_ok();
}

/* What is granted to the members of the groups that include this one, at any level. */
static struct status cause_granted_above(const struct cause *cause, struct str group_id,
                                         struct access_entries *entries)
{
    static const struct cause_as members = { .members = true };
    struct ids seen = { .arena = cause->lookup->arena };
    struct ids level = { .arena = cause->lookup->arena };
    TRY(ids_add(&level, group_id));
    for (size_t levels = 0; level.count > 0 && levels < GRANTEE_INCLUSIONS_MAX; levels++) {
        struct ids next = { .arena = cause->lookup->arena };
        for (size_t i = 0; i < level.count; i++) {
            struct str *ids;
            size_t count;
            TRY(lookup_ids(cause->lookup, INDEX_GROUP_BY_INCLUDED, &level.items[i], 1, &ids,
                           &count));
            for (size_t j = 0; j < count; j++) {
                TRY(ids_have(&seen, ids[j]) ? status_ok() : ids_add(&next, ids[j]));
            }
        }
        ids_sort(&next);
        TRY(ids_add_all(&seen, next.items, next.count));
        ids_sort(&seen);
        level = next;
    }
    for (size_t i = 0; i < seen.count; i++) {
        TRY(cause_granted_to(cause, GRANTEE_GROUP, seen.items[i], &members, entries));
    }
    return status_ok();
}

/* What the members of a group have by it. */
static struct status cause_member_entries(const struct cause *cause, struct str group_id,
                                          struct access_entries *entries)
{
    static const struct cause_as members = { .members = true };
    TRY(cause_granted_to(cause, GRANTEE_GROUP, group_id, &members, entries));
    return cause_granted_above(cause, group_id, entries);
}

static struct status cause_type_entries(const struct cause *cause, struct str role_type,
                                        struct str job_space, struct access_entries *entries)
{
    const Agency__V1__RoleType *type;
    TRY(lookup_known_role_type(cause->lookup, role_type, &type));
    for (size_t i = 0; i < type->n_permissions; i++) {
        const struct access_entry entry = access_entry_of_type(type, i, job_space);
        TRY(access_entries_add(entries, &entry));
    }
    return status_ok();
}

/* ---- a seat is given or taken ---- */

static struct status cause_assignment(const struct cause *cause,
                                      const Agency__V1__Assignment *assignment)
{
    static const struct cause_as any = { .members = true };
    struct access_entries entries = { .arena = cause->lookup->arena };
    struct ids subjects;
    const struct str type = str_z(assignment->role_type);
    if (assignment->status != LIFE_ACTIVE) {
        return status_ok();
    }
    TRY(cause_granted_to(cause, GRANTEE_ROLE, str_z(assignment->role_id), &any, &entries));
    TRY(cause_type_entries(cause, type, str_z(assignment->job_space_id), &entries));
    for (size_t i = 0; i < assignment->n_group_ids; i++) {
        const struct cause_as as = { .members = !assignment->no_membership, .role_type = type };
        const struct str group_id = str_z(assignment->group_ids[i]);
        TRY(cause_granted_to(cause, GRANTEE_GROUP, group_id, &as, &entries));
        TRY(as.members ? cause_granted_above(cause, group_id, &entries) : status_ok());
    }
    access_entries_sort(&entries);
    TRY(access_below_subject(cause->lookup, str_z(assignment->subject_id), &subjects));
    return cause_add_all(cause, &subjects, &entries);
}

/* ---- a grant ---- */

static struct status cause_grant(const struct cause *cause, const Agency__V1__Grant *grant)
{
    struct access_entry entry = access_entry_of(grant);
    const struct access_entries entries = { .items = &entry, .count = 1 };
    struct ids subjects;
    if (grant->status != LIFE_ACTIVE) {
        return status_ok();
    }
    TRY(access_below_grantee(cause->lookup, grant->grantee, &subjects));
    return cause_add_all(cause, &subjects, &entries);
}

/* ---- objects that are no longer there, or again ---- */

/* All that is granted on one object. */
static struct status cause_granted_on(const struct cause *cause, enum object_kind kind,
                                      struct str id)
{
    const struct str parts[] = { index_kind(kind), id };
    struct str *ids;
    size_t count;
    TRY(lookup_ids(cause->lookup, INDEX_GRANT_BY_OBJECT, parts, 2, &ids, &count));
    for (size_t i = 0; i < count && !cause->candidates->cut; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(cause->lookup, ids[i], &grant));
        TRY(cause_grant(cause, grant));
    }
    return status_ok();
}

/* The same on all that lies below, level by level. */
static struct status cause_objects(const struct cause *cause, enum object_kind kind,
                                   enum index_number below, struct str id)
{
    struct ids objects = { .arena = cause->lookup->arena };
    TRY(ids_add(&objects, id));
    for (size_t i = 0; i < objects.count && !cause->candidates->cut; i++) {
        struct str *ids;
        size_t count;
        TRY(cause_granted_on(cause, kind, objects.items[i]));
        TRY(lookup_ids(cause->lookup, below, &objects.items[i], 1, &ids, &count));
        TRY(ids_add_all(&objects, ids, count));
    }
    return status_ok();
}

static struct status cause_asset(const struct cause *cause, const Agency__V1__Asset *asset,
                                 const Agency__V1__Asset *other)
{
    bool same = other != NULL && asset->status == other->status &&
                strcmp(asset->parent_asset_id, other->parent_asset_id) == 0;
    return same ? status_ok()
                : cause_objects(cause, OBJECT_ASSET, INDEX_ASSET_BY_PARENT, str_z(asset->asset_id));
}

/* ---- a group ---- */

/* All who have something by a group: its members, and the holders of any seat in it. */
static struct status cause_group_confers(const struct cause *cause, struct str group_id)
{
    static const struct cause_as typed = { .any_type = true };
    struct access_entries entries = { .arena = cause->lookup->arena };
    struct access_entries types = { .arena = cause->lookup->arena };
    struct ids subjects, all = { .arena = cause->lookup->arena };
    struct str *ids;
    size_t count;
    TRY(cause_member_entries(cause, group_id, &entries));
    access_entries_sort(&entries);
    TRY(access_below_group(cause->lookup, group_id, &subjects));
    TRY(cause_add_all(cause, &subjects, &entries));
    TRY(lookup_ids(cause->lookup, INDEX_ASSIGNMENT_BY_GROUP, &group_id, 1, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Assignment *held;
        TRY(lookup_known_assignment(cause->lookup, ids[i], &held));
        TRY(ids_add(&all, str_z(held->subject_id)));
    }
    TRY(cause_granted_to(cause, GRANTEE_GROUP, group_id, &typed, &types));
    access_entries_sort(&types);
    TRY(access_below_all(cause->lookup, &all));
    return cause_add_all(cause, &all, &types);
}

static bool cause_includes(const Agency__V1__Group *group, const char *id)
{
    return group != NULL &&
           ids_listed(group->included_group_ids, group->n_included_group_ids, str_z(id));
}

/* The groups that are included in one of the two states only. */
static struct status cause_inclusions(const struct cause *cause, const Agency__V1__Group *group,
                                      const Agency__V1__Group *other)
{
    struct access_entries entries = { .arena = cause->lookup->arena };
    bool known = false;
    for (size_t i = 0; i < group->n_included_group_ids; i++) {
        struct ids subjects;
        if (cause_includes(other, group->included_group_ids[i])) {
            continue;
        }
        if (!known) {
            TRY(cause_member_entries(cause, str_z(group->group_id), &entries));
            access_entries_sort(&entries);
            known = true;
        }
        TRY(access_below_group(cause->lookup, str_z(group->included_group_ids[i]), &subjects));
        TRY(cause_add_all(cause, &subjects, &entries));
    }
    return status_ok();
}

static struct status cause_group(const struct cause *cause, const Agency__V1__Group *group,
                                 const Agency__V1__Group *other)
{
    bool moved = other == NULL || group->status != other->status;
    const struct str id = str_z(group->group_id);
    if (moved && group->status == LIFE_ACTIVE) {
        TRY(cause_group_confers(cause, id));
    }
    if (group->status == LIFE_ACTIVE) {
        TRY(cause_inclusions(cause, group, other));
    }
    moved = moved || strcmp(group->parent_group_id, other->parent_group_id) != 0;
    return moved ? cause_objects(cause, OBJECT_GROUP, INDEX_GROUP_BY_PARENT, id) : status_ok();
}

/* ---- a subject ---- */

static bool cause_same_parents(const Agency__V1__Subject *a, const Agency__V1__Subject *b)
{
    return ids_same(a->parent_subject_ids, a->n_parent_subject_ids, b->parent_subject_ids,
                    b->n_parent_subject_ids);
}

/* What counts of those above is the nearest: one more of them can be one less of others. So all
 * that somebody has is looked at. */
static struct status cause_rows(const struct cause *cause, struct str subject_id)
{
    struct ids subjects;
    TRY(access_below_subject(cause->lookup, subject_id, &subjects));
    for (size_t i = 0; i < subjects.count && !cause->candidates->cut; i++) {
        struct access_row row;
        struct access_entries entries;
        TRY(access_row_init(&row, cause->lookup, subjects.items[i]));
        TRY(access_row_list(&row, &entries));
        for (size_t j = 0; j < entries.count; j++) {
            TRY(cause_add(cause, subjects.items[i], &entries.items[j]));
        }
    }
    return status_ok();
}

static struct status cause_of_subject(const struct cause *cause, const Agency__V1__Subject *subject,
                                      const Agency__V1__Subject *other)
{
    const struct str id = str_z(subject->subject_id);
    if (other == NULL || subject->status != other->status) {
        TRY(cause_granted_on(cause, OBJECT_SUBJECT, id));
        return cause_rows(cause, id);
    }
    return cause_same_parents(subject, other) ? status_ok() : cause_rows(cause, id);
}

/* ---- a role type ---- */

/* Whether it has the permission in the other state as well, with or without a condition alike. */
static bool cause_type_same(const Agency__V1__RoleType *type, const Agency__V1__RoleType *other,
                            const char *permission)
{
    return other != NULL && (type->condition[0] == '\0') == (other->condition[0] == '\0') &&
           ids_listed(other->permissions, other->n_permissions, str_z(permission));
}

/* What its holders have on the scope of one seat, in one of the two states only. */
static struct status cause_type_holder(const struct cause *cause,
                                       const Agency__V1__Assignment *held,
                                       const Agency__V1__RoleType *type,
                                       const Agency__V1__RoleType *other)
{
    const struct str job_space = str_z(held->job_space_id);
    struct access_entries entries = { .arena = cause->lookup->arena };
    struct ids subjects;
    for (size_t i = 0; i < type->n_permissions; i++) {
        const struct access_entry entry = access_entry_of_type(type, i, job_space);
        TRY(cause_type_same(type, other, type->permissions[i])
                ? status_ok()
                : access_entries_add(&entries, &entry));
    }
    if (entries.count == 0) {
        return status_ok();
    }
    TRY(access_below_subject(cause->lookup, str_z(held->subject_id), &subjects));
    return cause_add_all(cause, &subjects, &entries);
}

static struct status cause_type(const struct cause *cause, const Agency__V1__RoleType *type,
                                const Agency__V1__RoleType *other)
{
    const struct str name = str_z(type->role_type);
    struct str *ids;
    size_t count;
    TRY(lookup_ids(cause->lookup, INDEX_ASSIGNMENT_BY_TYPE, &name, 1, &ids, &count));
    for (size_t i = 0; i < count && !cause->candidates->cut; i++) {
        const Agency__V1__Assignment *held;
        TRY(lookup_known_assignment(cause->lookup, ids[i], &held));
        TRY(cause_type_holder(cause, held, type, other));
    }
    return status_ok();
}

/* ---- all ---- */

/* An org that is archived, or restored, is a change of all that there is. */
static void cause_org(const struct cause *cause, const Agency__V1__Org *org,
                      const Agency__V1__Org *other)
{
    bool was_there = org->version > 1 || (other != NULL && other->version > 1);
    cause->candidates->cut =
        cause->candidates->cut || (was_there && (other == NULL || org->status != other->status));
}

#define CAUSE_AS(Type, message) ((const Agency__V1__##Type *)(const void *)(message))

struct status access_cause_add(struct lookup *lookup, const struct access_change *change,
                               bool after, struct access_candidates *candidates)
{
    const struct cause cause = { lookup, candidates };
    const ProtobufCMessage *then = after ? change->after : change->before;
    const ProtobufCMessage *other = after ? change->before : change->after;
    if (then == NULL || candidates->cut) {
        return status_ok();
    }
    switch ((unsigned)change->kind) {
    case ENTITY_ASSIGNMENT:
        return cause_assignment(&cause, CAUSE_AS(Assignment, then));
    case ENTITY_GRANT:
        return cause_grant(&cause, CAUSE_AS(Grant, then));
    case ENTITY_GROUP:
        return cause_group(&cause, CAUSE_AS(Group, then), CAUSE_AS(Group, other));
    case ENTITY_ASSET:
        return cause_asset(&cause, CAUSE_AS(Asset, then), CAUSE_AS(Asset, other));
    case ENTITY_SUBJECT:
        return cause_of_subject(&cause, CAUSE_AS(Subject, then), CAUSE_AS(Subject, other));
    case ENTITY_ROLE_TYPE:
        return cause_type(&cause, CAUSE_AS(RoleType, then), CAUSE_AS(RoleType, other));
    case ENTITY_ORG:
        cause_org(&cause, CAUSE_AS(Org, then), CAUSE_AS(Org, other));
        break;
    }
    return status_ok();
}
