/* On random orgs, Check, the lists and a naive evaluation of the same rules agree. The naive one
 * goes over all entities and knows no index, budget or path. */
#include <stdio.h>

#include "core/domain/check/check.h"
#include "core/domain/check/check_held.h"
#include "core/domain/check/check_subjects.h"
#include "core/domain/check/holders.h"
#include "tests/lib/grant_json.h"
#include "tests/lib/org_world.h"
#include "tests/lib/random.h"
#include "tests/lib/test.h"

enum { SUBJECTS = 6, GROUPS = 5, ASSETS = 5, SEATS = 8, TYPES = 3, SPACES = 2, GRANTS = 14 };
static unsigned seed; /* of the org at hand, for failures */
enum { PERMISSIONS = 4, WORLDS = 60, COMMANDS_EACH = 120, WIDE = 20 };

/* ---- a random org ---- */

static const char *const permissions[PERMISSIONS] = { "p0", "p1", "p2", "AssignRole" };

static void make_things(struct org_world *world, struct random_state *random)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        org_world_attempt(world, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
    }
    for (unsigned i = 0; i < SPACES; i++) {
        org_world_attempt(world, "OpenJobSpace {\"jobSpaceId\":\"j%u\"}", i);
    }
    org_world_attempt(world, "DefinePermission {\"permission\":\"p0\"}");
    org_world_attempt(world, "DefinePermission {\"permission\":\"p1\",\"impliedBy\":[\"p0\"]}");
    org_world_attempt(world, "DefinePermission {\"permission\":\"p2\",\"impliedBy\":[\"p1\"]}");
    org_world_attempt(world, "DefineRoleType {\"roleType\":\"t0\"}");
    org_world_attempt(world, "DefineRoleType {\"roleType\":\"t1\",\"noMembership\":true}");
    org_world_attempt(world, "DefineRoleType {\"roleType\":\"t2\",\"permissions\":[\"p1\"]}");
    for (unsigned i = 0; i < GROUPS; i++) {
        org_world_attempt(world, "CreateGroup {\"groupId\":\"g%u\",\"jobSpaceId\":\"%s\"}", i,
                          random_below(random, 3) == 0 ? "j0" : "");
    }
    for (unsigned i = 0; i < ASSETS; i++) {
        org_world_attempt(world, "RegisterAsset {\"assetId\":\"a%u\",\"type\":\"k%u\"}", i,
                          random_below(random, 2));
    }
    for (unsigned i = 0; i < SEATS; i++) {
        org_world_attempt(
            world,
            "CreateRole {\"roleId\":\"r%u\",\"roleType\":\"t%u\",\"groupIds\":[\"g%u\"],"
            "\"jobSpaceId\":\"%s\"}",
            i, random_below(random, TYPES), random_below(random, GROUPS),
            random_below(random, 2) == 0 ? "j1" : "");
    }
}

static void try_grant(struct org_world *world, struct random_state *random)
{
    static const unsigned grantee_counts[] = { SUBJECTS, SEATS, GROUPS, GROUPS };
    static const unsigned object_counts[] = { ASSETS, 2, GROUPS, SPACES, SUBJECTS, 1 };
    char grantee[GRANT_JSON_SIZE], on[GRANT_JSON_SIZE];
    unsigned to = random_below(random, GRANTEES), what = random_below(random, OBJECTS);
    grant_json_grantee(to, random_below(random, grantee_counts[to]), grantee);
    grant_json_object(what, random_below(random, object_counts[what]), on);
    org_world_attempt(
        world,
        "GrantPermission {\"grantId\":\"x%u\",\"permission\":\"%s\",\"grantee\":{%s},"
        "\"on\":{%s}%s}",
        random_below(random, GRANTS), permissions[random_below(random, PERMISSIONS)], grantee, on,
        random_below(random, 5) == 0 ? ",\"expiresAt\":\"2026-01-01T00:04:00Z\"" : "");
}

static void try_relation(struct org_world *world, struct random_state *random)
{
    switch (random_below(random, 4)) {
    case 0:
        org_world_attempt(
            world, "SetSubjectParents {\"subjectId\":\"s%u\",\"parentSubjectIds\":[\"s%u\"]}",
            random_below(random, SUBJECTS), random_below(random, SUBJECTS));
        return;
    case 1:
        org_world_attempt(world, "IncludeGroup {\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}",
                          random_below(random, GROUPS), random_below(random, GROUPS));
        return;
    case 2:
        org_world_attempt(world, "SetGroupParent {\"groupId\":\"g%u\",\"parentGroupId\":\"g%u\"}",
                          random_below(random, GROUPS), random_below(random, GROUPS));
        return;
    case 3:
        org_world_attempt(world, "SetAssetParent {\"assetId\":\"a%u\",\"parentAssetId\":\"a%u\"}",
                          random_below(random, ASSETS), random_below(random, ASSETS));
        return;
    }
}

static void try_state(struct org_world *world, struct random_state *random)
{
    static const char *const commands[] = {
        "SuspendSubject {\"subjectId\":\"s%u\"}", "ResumeSubject {\"subjectId\":\"s%u\"}",
        "RemoveSubject {\"subjectId\":\"s%u\"}",  "RestoreSubject {\"subjectId\":\"s%u\"}",
        "ArchiveGroup {\"groupId\":\"g%u\"}",     "RestoreGroup {\"groupId\":\"g%u\"}",
        "DeleteGroup {\"groupId\":\"g%u\"}",      "ArchiveAsset {\"assetId\":\"a%u\"}",
        "RestoreAsset {\"assetId\":\"a%u\"}",     "RevokePermission {\"grantId\":\"x%u\"}",
    };
    char text[128];
    snprintf(text, sizeof text, commands[random_below(random, 10)], random_below(random, 5));
    org_world_attempt(world, "%s", text);
}

/* Long lists that give none of the subjects anything: grants on the org to others, and grants to a
 * group, a seat and a subject on other assets. They send Check the other ways round. */
static void make_wide(struct org_world *world, bool both_sides)
{
    static const char *const grantees[] = {
        "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g0\"",
        "\"kind\":\"GRANTEE_KIND_ROLE\",\"id\":\"r0\"",
        "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"s0\"",
    };
    for (unsigned i = 0; i < WIDE; i++) {
        org_world_attempt(world, "RegisterSubject {\"subjectId\":\"z%u\"}", i);
        org_world_attempt(world, "RegisterAsset {\"assetId\":\"b%u\"}", i);
        for (unsigned j = 0; j < PERMISSIONS; j++) {
            org_world_attempt(
                world,
                "GrantPermission {\"grantId\":\"y%u-%u\",\"permission\":\"%s\",\"grantee\":"
                "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"z%u\"},\"on\":{\"kind\":"
                "\"OBJECT_KIND_ORG\"}}",
                i, j, permissions[j], i);
        }
        for (unsigned j = 0; j < 3 && both_sides; j++) {
            org_world_attempt(
                world,
                "GrantPermission {\"grantId\":\"w%u-%u\",\"permission\":\"p0\",\"grantee\":"
                "{%s},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"b%u\"}}",
                i, j, grantees[j], i);
        }
    }
}

static void make_org(struct org_world *world, struct random_state *random)
{
    org_world_init_owned(world);
    make_things(world, random);
    if (seed % 3 > 0) {
        make_wide(world, seed % 3 == 2);
    }
    for (unsigned i = 0; i < COMMANDS_EACH; i++) {
        unsigned what = random_below(random, 10);
        if (what < 4) {
            try_grant(world, random);
        } else if (what < 7) {
            org_world_attempt(
                world, "AssignRole {\"roleId\":\"r%u\",\"subjectId\":\"s%u\"%s}",
                random_below(random, SEATS), random_below(random, SUBJECTS),
                random_below(random, 5) == 0 ? ",\"expiresAt\":\"2026-01-01T00:04:00Z\"" : "");
        } else if (what < 9) {
            try_relation(world, random);
        } else {
            try_state(world, random);
        }
    }
}

/* ---- the naive evaluation ---- */

static struct str name_of(struct org_world *world, char letter, unsigned number)
{
    return arena_printf(&world->arena, "%c%u", letter, number);
}

static const void *find(struct org_world *world, enum entity_kind kind, struct str id)
{
    const ProtobufCMessage *entity;
    assert_ok(view_get(org_world_view(world), kind, id, &entity));
    return entity;
}

static bool live(struct org_world *world, const Google__Protobuf__Timestamp *expires_at)
{
    return expires_at == NULL || fields_time_us(expires_at) > world->now_us;
}

static bool naive_holds(struct org_world *world, struct str subject, struct str seat)
{
    struct str id = arena_printf(&world->arena, "%.*s~%.*s", STR_ARG(seat), STR_ARG(subject));
    const Agency__V1__Assignment *held = find(world, ENTITY_ASSIGNMENT, id);
    return held != NULL && held->status == LIFE_ACTIVE && live(world, held->expires_at);
}

static bool naive_active(struct org_world *world, struct str group_id)
{
    const Agency__V1__Group *group = find(world, ENTITY_GROUP, group_id);
    return group != NULL && group->status == LIFE_ACTIVE;
}

/* Holds a seat of the group; as a member if no type is named. */
static bool naive_in(struct org_world *world, struct str subject, struct str group,
                     const char *type)
{
    for (unsigned i = 0; i < SEATS; i++) {
        const struct str id = name_of(world, 'r', i);
        const Agency__V1__Role *seat = find(world, ENTITY_ROLE, id);
        if (seat == NULL || !str_eq(str_z(seat->group_ids[0]), group) ||
            !naive_holds(world, subject, id)) {
            continue;
        }
        if (type == NULL ? strcmp(seat->role_type, "t1") != 0
                         : strcmp(seat->role_type, type) == 0) {
            return true;
        }
    }
    return false;
}

static bool naive_member(struct org_world *world, struct str subject, struct str group_id)
{
    if (!naive_active(world, group_id)) {
        return false;
    }
    bool is = naive_in(world, subject, group_id, NULL);
    const Agency__V1__Group *group = find(world, ENTITY_GROUP, group_id);
    for (size_t i = 0; i < group->n_included_group_ids && !is; i++) {
        is = naive_member(world, subject, str_z(group->included_group_ids[i]));
    }
    return is;
}

static bool naive_is(struct org_world *world, struct str subject,
                     const Agency__V1__Grantee *grantee)
{
    const struct str id = str_z(grantee->id);
    if (grantee->kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT) {
        return str_eq(subject, id);
    }
    if (grantee->kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE) {
        return naive_holds(world, subject, id);
    }
    if (grantee->n_role_types == 0) {
        return naive_member(world, subject, id);
    }
    return naive_active(world, id) &&
           (naive_in(world, subject, id, "t0") || naive_in(world, subject, id, "t1"));
}

/* p0 implies p1 implies p2. */
static bool naive_implies(const char *has, const char *wanted)
{
    return strcmp(has, wanted) == 0 || (has[0] == 'p' && wanted[0] == 'p' && has[1] < wanted[1]);
}

static const char *naive_parent(struct org_world *world, struct object object)
{
    return object.kind == OBJECT_ASSET
               ? ((const Agency__V1__Asset *)find(world, ENTITY_ASSET, object.id))->parent_asset_id
               : ((const Agency__V1__Group *)find(world, ENTITY_GROUP, object.id))->parent_group_id;
}

static bool naive_covers(struct org_world *world, const Agency__V1__GrantObject *on,
                         struct object object)
{
    const struct object granted = { (enum object_kind)on->kind, str_z(on->id) };
    if (granted.kind == OBJECT_ORG || object_eq(granted, object)) {
        return true;
    }
    if (object.kind == OBJECT_ASSET && granted.kind == OBJECT_ASSET_TYPE) {
        const Agency__V1__Asset *asset = find(world, ENTITY_ASSET, object.id);
        return str_eq(str_z(asset->type), granted.id);
    }
    if (object.kind == OBJECT_GROUP && granted.kind == OBJECT_JOB_SPACE) {
        const Agency__V1__Group *group = find(world, ENTITY_GROUP, object.id);
        return str_eq(str_z(group->job_space_id), granted.id);
    }
    while (object.kind == OBJECT_ASSET || object.kind == OBJECT_GROUP) {
        object.id = str_z(naive_parent(world, object));
        if (object.id.size == 0 || object_eq(granted, object)) {
            return object.id.size > 0;
        }
    }
    return false;
}

static bool naive_object_denied(struct org_world *world, struct object object)
{
    const ProtobufCMessage *entity = NULL;
    static const enum entity_kind kinds[] = { [OBJECT_ASSET] = ENTITY_ASSET,
                                              [OBJECT_GROUP] = ENTITY_GROUP,
                                              [OBJECT_SUBJECT] = ENTITY_SUBJECT };
    while (object.kind != OBJECT_ORG && object.id.size > 0) {
        entity = find(world, kinds[object.kind], object.id);
        if (fields_status(entity) == LIFE_ARCHIVED || fields_status(entity) == LIFE_REMOVED) {
            return true;
        }
        object.id = object.kind == OBJECT_SUBJECT ? STR("") : str_z(naive_parent(world, object));
    }
    return false;
}

/* By what the subject itself holds. */
static bool naive_by_grants(struct org_world *world, struct str subject, const char *permission,
                            struct object object)
{
    for (unsigned i = 0; i < GRANTS; i++) {
        const Agency__V1__Grant *grant = find(world, ENTITY_GRANT, name_of(world, 'x', i));
        if (grant != NULL && grant->status == LIFE_ACTIVE && live(world, grant->expires_at) &&
            naive_implies(grant->permission, permission) &&
            naive_covers(world, grant->on, object) && naive_is(world, subject, grant->grantee)) {
            return true;
        }
    }
    return false;
}

/* t2 has p1, on the job space of the seat, else on the org. */
static bool naive_by_types(struct org_world *world, struct str subject, const char *permission,
                           struct object object)
{
    for (unsigned i = 0; i < SEATS && naive_implies("p1", permission); i++) {
        const Agency__V1__Role *seat = find(world, ENTITY_ROLE, name_of(world, 'r', i));
        if (seat == NULL || strcmp(seat->role_type, "t2") != 0 ||
            !naive_holds(world, subject, str_z(seat->role_id))) {
            continue;
        }
        Agency__V1__GrantObject on = AGENCY__V1__GRANT_OBJECT__INIT;
        on.kind = seat->job_space_id[0] == '\0' ? AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ORG
                                                : AGENCY__V1__OBJECT_KIND__OBJECT_KIND_JOB_SPACE;
        on.id = seat->job_space_id;
        if (naive_covers(world, &on, object)) {
            return true;
        }
    }
    return false;
}

/* By what the subject, or an ACTIVE one that it inherits from, holds. */
static bool naive_allows(struct org_world *world, struct str subject_id, const char *permission,
                         struct object object)
{
    const Agency__V1__Subject *subject = find(world, ENTITY_SUBJECT, subject_id);
    if (subject->status != LIFE_ACTIVE) {
        return false;
    }
    bool allows = naive_by_grants(world, subject_id, permission, object) ||
                  naive_by_types(world, subject_id, permission, object);
    for (size_t i = 0; i < subject->n_parent_subject_ids && !allows; i++) {
        allows = naive_allows(world, str_z(subject->parent_subject_ids[i]), permission, object);
    }
    return allows;
}

/* ---- the comparison ---- */

/* The org stands for all that is live in it. */
static bool listed_object(struct org_world *world, struct str subject_id, const char *permission,
                          struct object object, bool denied)
{
    const struct check_question question = { .subject_id = subject_id,
                                             .permission = str_z(permission) };
    struct listed *items;
    size_t count;
    assert_ok(check_held_objects(org_world_view(world), &world->arena, world->now_us, &question,
                                 &items, &count));
    bool listed = false;
    for (size_t i = 0; i < count && !listed; i++) {
        const struct object item = { items[i].kind, items[i].id };
        listed = !items[i].conditional &&
                 ((item.kind == OBJECT_ORG && !denied) || object_eq(item, object));
    }
    return listed;
}

static unsigned compare_subject(struct org_world *world, unsigned number, const char *permission,
                                struct object object, const struct ids *subjects)
{
    const struct str subject_id = name_of(world, 's', number);
    const struct check_question question = { .subject_id = subject_id,
                                             .permission = str_z(permission),
                                             .object = object };
    bool denied = naive_object_denied(world, object);
    bool expected = !denied && naive_allows(world, subject_id, permission, object);
    struct check_answer answer;
    assert_ok(check(org_world_view(world), &world->arena, world->now_us, &question, &answer));
    bool listed = listed_object(world, subject_id, permission, object, denied);
    if (answer.allowed != expected || ids_have(subjects, subject_id) != expected ||
        listed != expected) {
        fail_msg("seed %u: %s on %s %.*s for %.*s: naive %d, check %d, subjects %d, objects %d",
                 seed, permission, object_kind_name(object.kind), STR_ARG(object.id),
                 STR_ARG(subject_id), expected, answer.allowed, ids_have(subjects, subject_id),
                 listed);
    }
    return expected;
}

/* How many of the questions were allowed. */
static unsigned compare(struct org_world *world, struct object object)
{
    unsigned allowed = 0;
    for (unsigned i = 0; i < PERMISSIONS; i++) {
        struct ids subjects;
        assert_ok(
            org_world_subjects(world, &world->arena, str_z(permissions[i]), object, &subjects));
        for (unsigned j = 0; j < SUBJECTS; j++) {
            allowed += compare_subject(world, j, permissions[i], object, &subjects);
        }
    }
    return allowed;
}

TEST(check_lists, agree_with_check_and_with_a_naive_evaluation)
{
    unsigned allowed = 0;
    for (seed = 1; seed <= WORLDS; seed++) {
        struct org_world world;
        struct random_state random = { .state = seed };
        make_org(&world, &random);
        for (unsigned i = 0; i < ASSETS; i++) {
            allowed += compare(&world, (struct object){ OBJECT_ASSET, name_of(&world, 'a', i) });
        }
        for (unsigned i = 0; i < GROUPS; i++) {
            allowed += compare(&world, (struct object){ OBJECT_GROUP, name_of(&world, 'g', i) });
        }
        for (unsigned i = 0; i < SUBJECTS; i++) {
            allowed += compare(&world, (struct object){ OBJECT_SUBJECT, name_of(&world, 's', i) });
        }
        allowed += compare(&world, object_org());
        org_world_release(&world);
    }
    assert_in_range(allowed, WORLDS * 10, WORLDS * 400); /* the orgs are not trivial */
}
