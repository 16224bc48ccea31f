/* On random orgs, each search by itself and Check give the best way of the definition: of all ways
 * that there are, each enumerated from all entities, without index, stage or budget. Many of the
 * orgs are long chains, against the limits of a way. */
#include "core/domain/check/search.h"

#include "core/domain/check/check.h"
#include "core/domain/check/check_begin.h"
#include <stdio.h>

#include "tests/lib/org_world.h"
#include "tests/lib/random_command.h"
#include "tests/lib/test.h"

enum { SUBJECTS = 10, GROUPS = 10, SEATS = 14, ASSETS = 4, WORLDS = 60, GRANTS = 22 };

/* ---- a random org ---- */

struct scene {
    struct org_world world;
    struct random_state random;
    unsigned seed;
    bool deep; /* long chains */
    unsigned allowed, denied;
};

static unsigned roll(struct scene *scene, unsigned below)
{
    return random_below(&scene->random, below);
}

static void attempt(struct scene *scene, const char *format, ...) PRINTF_LIKE(2, 3);
static void attempt(struct scene *scene, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_ok(org_world_submit(&scene->world, text)); /* may be rejected */
}

/* An end before, at and behind the moment that is asked about, or none. */
static const char *expiry(struct scene *scene)
{
    static const char *const texts[] = { "",
                                         "",
                                         "",
                                         "",
                                         ",\"expiresAt\":\"2026-01-01T01:00:00Z\"",
                                         ",\"expiresAt\":\"2026-01-01T02:00:00Z\"",
                                         ",\"expiresAt\":\"2027-01-01T00:00:00Z\"",
                                         ",\"expiresAt\":\"2028-01-01T00:00:00Z\"" };
    return texts[roll(scene, 8)];
}

static void make_things(struct scene *scene)
{
    attempt(scene, "OpenJobSpace {\"jobSpaceId\":\"js\"}");
    attempt(scene, "DefinePermission {\"permission\":\"write\"}");
    attempt(scene, "DefinePermission {\"permission\":\"read\",\"impliedBy\":[\"write\"]}");
    attempt(scene, "DefineRoleType {\"roleType\":\"plain\"}");
    attempt(scene, "DefineRoleType {\"roleType\":\"guest\",\"noMembership\":true}");
    attempt(scene, "DefineRoleType {\"roleType\":\"reader\",\"permissions\":[\"read\"]}");
    for (unsigned i = 0; i < SUBJECTS; i++) {
        attempt(scene, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
    }
    for (unsigned i = 0; i < GROUPS; i++) {
        attempt(scene, "CreateGroup {\"groupId\":\"g%u\"%s}", i,
                roll(scene, 4) == 0 ? ",\"jobSpaceId\":\"js\"" : "");
    }
    for (unsigned i = 0; i < ASSETS; i++) {
        attempt(scene, "RegisterAsset {\"assetId\":\"a%u\",\"type\":\"t%u\"}", i, i % 2);
    }
    attempt(scene, "SetAssetParent {\"assetId\":\"a1\",\"parentAssetId\":\"a0\"}");
    attempt(scene, "SetAssetParent {\"assetId\":\"a2\",\"parentAssetId\":\"a1\"}");
}

static void make_seats(struct scene *scene)
{
    static const char *const types[] = { "plain", "plain", "guest", "reader" };
    for (unsigned i = 0; i < SEATS; i++) {
        unsigned first = roll(scene, GROUPS), second = roll(scene, GROUPS);
        char groups[64];
        snprintf(groups, sizeof groups, second == first ? "\"g%u\"" : "\"g%u\",\"g%u\"", first,
                 second);
        attempt(scene, "CreateRole {\"roleId\":\"r%u\",\"roleType\":\"%s\",\"groupIds\":[%s]%s}", i,
                types[roll(scene, 4)], scene->deep && i == 0 ? "\"g0\"" : groups,
                roll(scene, 3) == 0 ? ",\"jobSpaceId\":\"js\"" : "");
    }
    for (unsigned i = 0; i < 2 * SEATS; i++) {
        attempt(scene, "AssignRole {\"roleId\":\"r%u\",\"subjectId\":\"s%u\"%s}",
                roll(scene, SEATS), roll(scene, SUBJECTS), expiry(scene));
    }
    attempt(scene, "AssignRole {\"roleId\":\"r0\",\"subjectId\":\"s%u\"}", SUBJECTS - 1);
}

/* From above, so that nothing is too deep when it is asked for. */
static void make_chains(struct scene *scene)
{
    for (unsigned i = GROUPS - 1; i > 0 && scene->deep; i--) {
        attempt(scene, "IncludeGroup {\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}", i, i - 1);
    }
    for (unsigned i = SUBJECTS - 1; i > 0 && scene->deep; i--) {
        attempt(scene, "SetSubjectParents {\"subjectId\":\"s%u\",\"parentSubjectIds\":[\"s%u\"]}",
                i - 1, i);
    }
    for (unsigned i = 0; i < 8; i++) {
        attempt(scene, "IncludeGroup {\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}",
                roll(scene, GROUPS), roll(scene, GROUPS));
        unsigned a = roll(scene, SUBJECTS), b = roll(scene, SUBJECTS);
        if (!scene->deep && a != b) {
            attempt(scene,
                    "SetSubjectParents {\"subjectId\":\"s%u\",\"parentSubjectIds\":[\"s%u\","
                    "\"s%u\"]}",
                    roll(scene, SUBJECTS), a, b);
        }
    }
}

static void make_grant(struct scene *scene, const char *id)
{
    static const char *const grantees[] = {
        "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%u\"",
        "\"kind\":\"GRANTEE_KIND_ROLE\",\"id\":\"r%u\"",
        "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\"",
        "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\",\"roleTypes\":[\"guest\",\"plain\"]",
    };
    static const char *const objects[] = {
        "\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"a0\"",
        "\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"a2\"",
        "\"kind\":\"OBJECT_KIND_ASSET_TYPE\",\"id\":\"t0\"",
        "\"kind\":\"OBJECT_KIND_ORG\"",
        "\"kind\":\"OBJECT_KIND_JOB_SPACE\",\"id\":\"js\"",
    };
    static const char *const permissions[] = { "read", "write", "AssignRole", "*" };
    char grantee[128];
    snprintf(grantee, sizeof grantee, grantees[roll(scene, 4)],
             scene->deep && roll(scene, 2) == 0 ? GROUPS - 1 : roll(scene, GROUPS));
    attempt(scene,
            "GrantPermission {\"grantId\":\"%s\",\"permission\":\"%s\",\"grantee\":{%s},\"on\":{%s}"
            "%s}",
            id, permissions[roll(scene, 3) + (roll(scene, 12) == 0)], grantee,
            objects[roll(scene, 5)], expiry(scene));
}

/* In some orgs so many that lists are not read at once. */
static void make_grants(struct scene *scene)
{
    for (unsigned i = 0; i < GRANTS; i++) {
        char id[16];
        snprintf(id, sizeof id, "x%u", i);
        make_grant(scene, id);
    }
    for (unsigned i = 0; i < 20 && scene->seed % 3 == 0; i++) {
        attempt(scene, "RegisterSubject {\"subjectId\":\"z%u\"}", i);
        attempt(scene,
                "GrantPermission {\"grantId\":\"z%u\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
                "\"GRANTEE_KIND_SUBJECT\",\"id\":\"z%u\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
                "\"id\":\"a0\"}}",
                i, i % 2 == 0 ? "read" : "write", i);
    }
}

static void make_ends(struct scene *scene)
{
    for (unsigned i = 0; i < 2; i++) {
        attempt(scene, "ArchiveGroup {\"groupId\":\"g%u\"}", roll(scene, GROUPS));
        attempt(scene, "SuspendSubject {\"subjectId\":\"s%u\"}", roll(scene, SUBJECTS));
        attempt(scene, "DeleteGroup {\"groupId\":\"g%u\"}", roll(scene, GROUPS));
        attempt(scene, "RevokePermission {\"grantId\":\"x%u\"}", roll(scene, GRANTS));
    }
    scene->world.now_us = INT64_C(1767232800000000); /* 02:00 */
}

static void scene_init(struct scene *scene, unsigned seed)
{
    *scene = (struct scene){ .random = { .state = seed }, .seed = seed, .deep = seed % 2 == 0 };
    org_world_init_owned(&scene->world);
    make_things(scene);
    make_seats(scene);
    make_chains(scene);
    make_grants(scene);
    if (roll(scene, 3) > 0) {
        make_ends(scene);
    } else {
        scene->world.now_us = INT64_C(1767232800000000);
    }
}

/* ---- the definition ---- */

struct naive {
    struct scene *scene;
    struct lookup lookup;
    struct check_begin begin;
    struct way best;
};

/* All entities of a kind. */
#define EACH(naive, kind, entity)                                                        \
    for (struct omap_entry *e_##entity =                                                 \
             omap_lower_bound(&(naive)->scene->world.state.entities, STR(""));           \
         e_##entity != NULL; e_##entity = omap_next(e_##entity))                         \
        if (layer_entity(e_##entity)->descriptor == &agency__v1__##kind##__descriptor && \
            (entity = (const void *)layer_entity(e_##entity)) != NULL)

static int64_t end_of(const Google__Protobuf__Timestamp *expires_at)
{
    return expires_at == NULL ? INT64_MAX : fields_time_us(expires_at);
}

static void naive_offer(struct naive *naive, const struct way *way)
{
    if (way->steps > GRANTEE_STEPS_MAX) {
        return;
    }
    if (naive->best.id.size == 0 || way->steps < naive->best.steps ||
        (way->steps == naive->best.steps && way_compare(way, &naive->best) < 0)) {
        naive->best = *way;
    }
}

/* Offers what counts of the grants to a grantee, the way to which is given. */
static void naive_grants(struct naive *naive, enum grantee_kind kind, struct str id,
                         struct str role_type, struct way way)
{
    const Agency__V1__Grant *grant;
    EACH(naive, grant, grant)
    {
        const struct object on = { (enum object_kind)grant->on->kind, str_z(grant->on->id) };
        bool types = grant->grantee->n_role_types > 0, named = role_type.size == 0 && !types;
        for (size_t i = 0; role_type.size > 0 && i < grant->grantee->n_role_types; i++) {
            named = named || str_eq(str_z(grant->grantee->role_types[i]), role_type);
        }
        if (grant->status == LIFE_ACTIVE && (unsigned)grant->grantee->kind == kind && named &&
            str_eq(str_z(grant->grantee->id), id) &&
            implied_contain(&naive->begin.implied, str_z(grant->permission)) &&
            objects_contain(&naive->begin.objects, on) &&
            end_of(grant->expires_at) > naive->lookup.at_us) {
            way.by_grant = true;
            way.id = str_z(grant->grant_id);
            naive_offer(naive, &way);
        }
    }
}

static void naive_group(struct naive *naive, const Agency__V1__Group *group, struct way way)
{
    const Agency__V1__Group *above;
    if (group->status != LIFE_ACTIVE || way.steps == GRANTEE_STEPS_MAX) {
        return;
    }
    memmove(way.groups + 1, way.groups, way.groups_count * sizeof way.groups[0]);
    way.groups[0] = str_z(group->group_id);
    way.groups_count++;
    way.steps++;
    naive_grants(naive, GRANTEE_GROUP, way.groups[0], STR(""), way);
    EACH(naive, group, above)
    {
        for (size_t i = 0; i < above->n_included_group_ids; i++) {
            if (str_eq(str_z(above->included_group_ids[i]), way.groups[0])) {
                naive_group(naive, above, way);
            }
        }
    }
}

static void naive_type(struct naive *naive, const Agency__V1__RoleType *type,
                       const Agency__V1__Assignment *held, struct way way)
{
    const struct str space = str_z(held->job_space_id);
    const struct object scope = { space.size > 0 ? OBJECT_JOB_SPACE : OBJECT_ORG, space };
    for (size_t i = 0; i < type->n_permissions; i++) {
        if (implied_contain(&naive->begin.implied, str_z(type->permissions[i])) &&
            objects_contain(&naive->begin.objects, scope)) {
            way.id = str_z(type->role_type);
            naive_offer(naive, &way);
        }
    }
}

static void naive_seat(struct naive *naive, const Agency__V1__Assignment *held, struct way way)
{
    const Agency__V1__RoleType *type;
    assert_ok(lookup_known_role_type(&naive->lookup, str_z(held->role_type), &type));
    way.steps += 2;
    naive_type(naive, type, held, way);
    naive_grants(naive, GRANTEE_ROLE, str_z(held->role_id), STR(""), way);
    for (size_t i = 0; i < held->n_group_ids; i++) {
        const Agency__V1__Group *group;
        assert_ok(lookup_known_group(&naive->lookup, str_z(held->group_ids[i]), &group));
        if (!type->no_membership) {
            naive_group(naive, group, way);
        }
        if (group->status == LIFE_ACTIVE) {
            struct way typed = way;
            typed.steps++;
            typed.groups_count = 1;
            typed.groups[0] = str_z(group->group_id);
            naive_grants(naive, GRANTEE_GROUP, typed.groups[0], str_z(type->role_type), typed);
        }
    }
}

/* All ways that end in one way to inherit. */
static void naive_kin(struct naive *naive, const struct kin *kin)
{
    const Agency__V1__Assignment *held;
    const struct way way = { .steps = kin->level, .kin = kin, .seat_us = INT64_MAX };
    naive_grants(naive, GRANTEE_SUBJECT, kin->id, STR(""), way);
    EACH(naive, assignment, held)
    {
        if (held->status == LIFE_ACTIVE && str_eq(str_z(held->subject_id), kin->id) &&
            end_of(held->expires_at) > naive->lookup.at_us) {
            struct way seat = way;
            seat.seat_us = end_of(held->expires_at);
            seat.held =
                arena_printf(&naive->scene->world.arena, "%s~%s", held->role_id, held->subject_id);
            naive_seat(naive, held, seat);
        }
    }
    for (size_t i = 0; i < kin->subject->n_parent_subject_ids && kin->level < 8; i++) {
        struct kin *parent = arena_zalloc(&naive->scene->world.arena, sizeof *parent);
        parent->id = str_z(kin->subject->parent_subject_ids[i]);
        parent->level = kin->level + 1;
        parent->via = kin;
        assert_ok(lookup_known_subject(&naive->lookup, parent->id, &parent->subject));
        if (parent->subject->status == LIFE_ACTIVE) {
            naive_kin(naive, parent);
        }
    }
}

/* ---- the comparison ---- */

static const char *way_text(struct arena *arena, const struct way *way)
{
    if (way->id.size == 0) {
        return "denied";
    }
    struct str text = arena_printf(arena, "%zu steps: %s %.*s", way->steps,
                                   way->by_grant ? "grant" : "type", STR_ARG(way->id));
    for (size_t i = 0; i < way->groups_count; i++) {
        text = arena_printf(arena, "%s, group %.*s", text.data, STR_ARG(way->groups[i]));
    }
    text = arena_printf(arena, "%s, held %.*s", text.data, STR_ARG(way->held));
    for (const struct kin *kin = way->kin; kin != NULL; kin = kin->via) {
        text = arena_printf(arena, "%s, subject %.*s", text.data, STR_ARG(kin->id));
    }
    return text.data;
}

static void compare_search(struct naive *naive, const struct check_question *question,
                           const char *name, struct status (*run)(struct search *, struct way *))
{
    struct arena *arena = &naive->scene->world.arena;
    struct lookup lookup = naive->lookup;
    struct lineage lineage;
    struct way way;
    assert_ok(lineage_of(&lookup, naive->begin.subject, false, &lineage));
    struct search search = { .lookup = &lookup,
                             .lineage = &lineage,
                             .granted = { .lookup = &lookup,
                                          .objects = &naive->begin.objects,
                                          .implied = &naive->begin.implied,
                                          .apart = naive->scene->seed % 5 == 0 } };
    assert_ok(run(&search, &way));
    const char *expected = way_text(arena, &naive->best), *found = way_text(arena, &way);
    if (strcmp(expected, found) != 0) {
        fail_msg("seed %u, %.*s %.*s on %s %.*s, %s: expected '%s', but it is '%s'",
                 naive->scene->seed, STR_ARG(question->subject_id), STR_ARG(question->permission),
                 object_kind_name(question->object.kind), STR_ARG(question->object.id), name,
                 expected, found);
    }
}

static void compare(struct scene *scene, const struct check_question *question)
{
    struct naive naive = { .scene = scene,
                           .lookup = { .view = org_world_view(&scene->world),
                                       .arena = &scene->world.arena,
                                       .at_us = scene->world.now_us,
                                       .until_us = INT64_MAX,
                                       .left = 100000000 } };
    assert_ok(check_begin(&naive.lookup, question, &naive.begin));
    struct check_answer answer;
    assert_ok(check(naive.lookup.view, &scene->world.arena, naive.lookup.at_us, question, &answer));
    if (naive.begin.reason == CHECK_ALLOWED) {
        const struct kin self = { .id = question->subject_id, .subject = naive.begin.subject };
        naive_kin(&naive, &self);
        compare_search(&naive, question, "down", search_down);
        compare_search(&naive, question, "up", search_up);
    }
    assert_int_equal(answer.allowed, naive.best.id.size > 0);
    scene->allowed += answer.allowed;
    scene->denied += !answer.allowed;
}

static void compare_all(struct scene *scene)
{
    static const struct str permissions[] = { { "read", 4 }, { "AssignRole", 10 } };
    const struct object objects[] = { { OBJECT_ASSET, STR("a2") },
                                      { OBJECT_ASSET, STR("a3") },
                                      { OBJECT_GROUP, STR("g1") },
                                      object_org() };
    for (unsigned s = 0; s < SUBJECTS; s++) {
        struct str id = arena_printf(&scene->world.arena, "s%u", s);
        for (size_t o = 0; o < sizeof objects / sizeof objects[0]; o++) {
            for (size_t p = 0; p < 2; p++) {
                compare(scene, &(struct check_question){ .subject_id = id,
                                                         .permission = permissions[p],
                                                         .object = objects[o] });
            }
        }
    }
}

TEST(search, both_find_the_best_way_of_the_definition)
{
    unsigned allowed = 0, denied = 0;
    for (unsigned seed = 1; seed <= WORLDS; seed++) {
        static struct scene scene;
        scene_init(&scene, seed);
        compare_all(&scene);
        allowed += scene.allowed;
        denied += scene.denied;
        org_world_release(&scene.world);
    }
    assert_in_range(allowed, WORLDS * 10, WORLDS * 70); /* the orgs are not trivial */
    assert_in_range(denied, WORLDS * 10, WORLDS * 70);
}
