/* On random orgs, Check, the lists and a naive evaluation of the same rules agree. The naive one
 * goes over all entities and knows no index, budget or path. */
#include <stdio.h>

#include "core/domain/check/check.h"
#include "core/domain/check/check_held.h"
#include "core/domain/check/check_subjects.h"
#include "core/domain/check/holders.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

enum { SUBJECTS = 6, GROUPS = 5, ASSETS = 5, SEATS = 8, TYPES = 3, SPACES = 2, GRANTS = 14 };
static unsigned seed; /* of the org at hand, for failures */
enum { PERMISSIONS = 4, WORLDS = 60, COMMANDS_EACH = 120, WIDE = 20 };

/* ---- a random org ---- */

struct dice {
    uint64_t state;
};

/* Below `n`; splitmix64. */
static unsigned roll(struct dice *dice, unsigned n)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ z >> 31) % n);
}

static void try_command(struct org_world *world, const char *format, ...) PRINTF_LIKE(2, 3);
static void try_command(struct org_world *world, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_ok(org_world_submit(world, text)); /* may be rejected */
}

static const char *const permissions[PERMISSIONS] = { "p0", "p1", "p2", "AssignRole" };

static void make_things(struct org_world *world, struct dice *dice)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        try_command(world, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
    }
    for (unsigned i = 0; i < SPACES; i++) {
        try_command(world, "OpenJobSpace {\"jobSpaceId\":\"j%u\"}", i);
    }
    try_command(world, "DefinePermission {\"permission\":\"p0\"}");
    try_command(world, "DefinePermission {\"permission\":\"p1\",\"impliedBy\":[\"p0\"]}");
    try_command(world, "DefinePermission {\"permission\":\"p2\",\"impliedBy\":[\"p1\"]}");
    try_command(world, "DefineRoleType {\"roleType\":\"t0\"}");
    try_command(world, "DefineRoleType {\"roleType\":\"t1\",\"noMembership\":true}");
    try_command(world, "DefineRoleType {\"roleType\":\"t2\",\"permissions\":[\"p1\"]}");
    for (unsigned i = 0; i < GROUPS; i++) {
        try_command(world, "CreateGroup {\"groupId\":\"g%u\",\"jobSpaceId\":\"%s\"}", i,
                    roll(dice, 3) == 0 ? "j0" : "");
    }
    for (unsigned i = 0; i < ASSETS; i++) {
        try_command(world, "RegisterAsset {\"assetId\":\"a%u\",\"type\":\"k%u\"}", i,
                    roll(dice, 2));
    }
    for (unsigned i = 0; i < SEATS; i++) {
        try_command(world,
                    "CreateRole {\"roleId\":\"r%u\",\"roleType\":\"t%u\",\"groupIds\":[\"g%u\"],"
                    "\"jobSpaceId\":\"%s\"}",
                    i, roll(dice, TYPES), roll(dice, GROUPS), roll(dice, 2) == 0 ? "j1" : "");
    }
}

static void try_grant(struct org_world *world, struct dice *dice)
{
    static const char *const grantees[] = {
        "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%u\"",
        "\"kind\":\"GRANTEE_KIND_ROLE\",\"id\":\"r%u\"",
        "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\"",
        "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\",\"roleTypes\":[\"t0\",\"t1\"]",
    };
    static const char *const objects[] = {
        "\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"a%u\"",
        "\"kind\":\"OBJECT_KIND_ASSET_TYPE\",\"id\":\"k%u\"",
        "\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"g%u\"",
        "\"kind\":\"OBJECT_KIND_JOB_SPACE\",\"id\":\"j%u\"",
        "\"kind\":\"OBJECT_KIND_SUBJECT\",\"id\":\"s%u\"",
    };
    static const unsigned grantee_counts[] = { SUBJECTS, SEATS, GROUPS, GROUPS };
    static const unsigned object_counts[] = { ASSETS, 2, GROUPS, SPACES, SUBJECTS };
    char grantee[128], on[128];
    unsigned to = roll(dice, 4), what = roll(dice, 6);
    snprintf(grantee, sizeof grantee, grantees[to], roll(dice, grantee_counts[to]));
    if (what < 5) {
        snprintf(on, sizeof on, objects[what], roll(dice, object_counts[what]));
    }
    try_command(world,
                "GrantPermission {\"grantId\":\"x%u\",\"permission\":\"%s\",\"grantee\":{%s},"
                "\"on\":{%s}%s}",
                roll(dice, GRANTS), permissions[roll(dice, PERMISSIONS)], grantee,
                what < 5 ? on : "\"kind\":\"OBJECT_KIND_ORG\"",
                roll(dice, 5) == 0 ? ",\"expiresAt\":\"2026-01-01T00:04:00Z\"" : "");
}

static void try_relation(struct org_world *world, struct dice *dice)
{
    switch (roll(dice, 4)) {
    case 0:
        try_command(world,
                    "SetSubjectParents {\"subjectId\":\"s%u\",\"parentSubjectIds\":[\"s%u\"]}",
                    roll(dice, SUBJECTS), roll(dice, SUBJECTS));
        return;
    case 1:
        try_command(world, "IncludeGroup {\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}",
                    roll(dice, GROUPS), roll(dice, GROUPS));
        return;
    case 2:
        try_command(world, "SetGroupParent {\"groupId\":\"g%u\",\"parentGroupId\":\"g%u\"}",
                    roll(dice, GROUPS), roll(dice, GROUPS));
        return;
    case 3:
        try_command(world, "SetAssetParent {\"assetId\":\"a%u\",\"parentAssetId\":\"a%u\"}",
                    roll(dice, ASSETS), roll(dice, ASSETS));
        return;
    }
}

static void try_state(struct org_world *world, struct dice *dice)
{
    static const char *const commands[] = {
        "SuspendSubject {\"subjectId\":\"s%u\"}", "ResumeSubject {\"subjectId\":\"s%u\"}",
        "RemoveSubject {\"subjectId\":\"s%u\"}",  "RestoreSubject {\"subjectId\":\"s%u\"}",
        "ArchiveGroup {\"groupId\":\"g%u\"}",     "RestoreGroup {\"groupId\":\"g%u\"}",
        "DeleteGroup {\"groupId\":\"g%u\"}",      "ArchiveAsset {\"assetId\":\"a%u\"}",
        "RestoreAsset {\"assetId\":\"a%u\"}",     "RevokePermission {\"grantId\":\"x%u\"}",
    };
    char text[128];
    snprintf(text, sizeof text, commands[roll(dice, 10)], roll(dice, 5));
    try_command(world, "%s", text);
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
        try_command(world, "RegisterSubject {\"subjectId\":\"z%u\"}", i);
        try_command(world, "RegisterAsset {\"assetId\":\"b%u\"}", i);
        for (unsigned j = 0; j < PERMISSIONS; j++) {
            try_command(world,
                        "GrantPermission {\"grantId\":\"y%u-%u\",\"permission\":\"%s\",\"grantee\":"
                        "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"z%u\"},\"on\":{\"kind\":"
                        "\"OBJECT_KIND_ORG\"}}",
                        i, j, permissions[j], i);
        }
        for (unsigned j = 0; j < 3 && both_sides; j++) {
            try_command(world,
                        "GrantPermission {\"grantId\":\"w%u-%u\",\"permission\":\"p0\",\"grantee\":"
                        "{%s},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"b%u\"}}",
                        i, j, grantees[j], i);
        }
    }
}

static void make_org(struct org_world *world, struct dice *dice)
{
    org_world_init_owned(world);
    make_things(world, dice);
    if (seed % 3 > 0) {
        make_wide(world, seed % 3 == 2);
    }
    for (unsigned i = 0; i < COMMANDS_EACH; i++) {
        unsigned what = roll(dice, 10);
        if (what < 4) {
            try_grant(world, dice);
        } else if (what < 7) {
            try_command(world, "AssignRole {\"roleId\":\"r%u\",\"subjectId\":\"s%u\"%s}",
                        roll(dice, SEATS), roll(dice, SUBJECTS),
                        roll(dice, 5) == 0 ? ",\"expiresAt\":\"2026-01-01T00:04:00Z\"" : "");
        } else if (what < 9) {
            try_relation(world, dice);
        } else {
            try_state(world, dice);
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
        struct dice dice = { seed };
        make_org(&world, &dice);
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
