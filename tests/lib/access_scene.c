#include "tests/lib/access_scene.h"

#include <stdio.h>

#include "core/pb/json.h"
#include "tests/lib/test.h"

unsigned scene_roll(struct scene *scene, unsigned below)
{
    return random_below(&scene->random, below);
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
    return texts[scene_roll(scene, 8)];
}

/* Half of what is granted holds always. */
static const char *condition(struct scene *scene)
{
    static char text[PLAIN_TEXT_MAX + 32];
    if (scene->seed % 4 == 0 || scene_roll(scene, 2) == 0) {
        return "";
    }
    snprintf(text, sizeof text, ",\"condition\":\"%s\"",
             scene->conditions[scene_roll(scene, CONDITIONS)].text);
    return text;
}

static void make_conditions(struct scene *scene)
{
    static const char *const contexts[CONTEXTS] = { "{}", "{\"a\":1}", "{\"a\":2,\"b\":true}",
                                                    "{\"b\":\"x\"}" };
    for (size_t i = 0; i < CONDITIONS; i++) {
        plain_condition_make(&scene->random, &scene->conditions[i]);
    }
    for (size_t i = 0; i < CONTEXTS; i++) {
        assert_ok(pb_from_json(&scene->world.arena, &google__protobuf__struct__descriptor,
                               str_z(contexts[i]), &scene->contexts[i]));
    }
}

static void make_things(struct scene *scene)
{
    org_world_attempt(&scene->world, "OpenJobSpace {\"jobSpaceId\":\"js\"}");
    org_world_attempt(&scene->world, "DefinePermission {\"permission\":\"write\"}");
    org_world_attempt(&scene->world,
                      "DefinePermission {\"permission\":\"read\",\"impliedBy\":[\"write\"]}");
    org_world_attempt(&scene->world, "DefineRoleType {\"roleType\":\"plain\"}");
    org_world_attempt(&scene->world,
                      "DefineRoleType {\"roleType\":\"guest\",\"noMembership\":true}");
    org_world_attempt(&scene->world,
                      "DefineRoleType {\"roleType\":\"reader\",\"permissions\":[\"read\"]%s}",
                      condition(scene));
    for (unsigned i = 0; i < SUBJECTS; i++) {
        org_world_attempt(&scene->world, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
    }
    for (unsigned i = 0; i < GROUPS; i++) {
        org_world_attempt(&scene->world, "CreateGroup {\"groupId\":\"g%u\"%s}", i,
                          scene_roll(scene, 4) == 0 ? ",\"jobSpaceId\":\"js\"" : "");
    }
    for (unsigned i = 0; i < ASSETS; i++) {
        org_world_attempt(&scene->world, "RegisterAsset {\"assetId\":\"a%u\",\"type\":\"t%u\"}", i,
                          i % 2);
    }
    org_world_attempt(&scene->world,
                      "SetAssetParent {\"assetId\":\"a1\",\"parentAssetId\":\"a0\"}");
    org_world_attempt(&scene->world,
                      "SetAssetParent {\"assetId\":\"a2\",\"parentAssetId\":\"a1\"}");
}

static void make_seats(struct scene *scene)
{
    static const char *const types[] = { "plain", "plain", "guest", "reader" };
    for (unsigned i = 0; i < SEATS; i++) {
        unsigned first = scene_roll(scene, GROUPS), second = scene_roll(scene, GROUPS);
        char groups[64];
        snprintf(groups, sizeof groups, second == first ? "\"g%u\"" : "\"g%u\",\"g%u\"", first,
                 second);
        org_world_attempt(&scene->world,
                          "CreateRole {\"roleId\":\"r%u\",\"roleType\":\"%s\",\"groupIds\":[%s]%s}",
                          i, types[scene_roll(scene, 4)], scene->deep && i == 0 ? "\"g0\"" : groups,
                          scene_roll(scene, 3) == 0 ? ",\"jobSpaceId\":\"js\"" : "");
    }
    for (unsigned i = 0; i < 2 * SEATS; i++) {
        org_world_attempt(&scene->world, "AssignRole {\"roleId\":\"r%u\",\"subjectId\":\"s%u\"%s}",
                          scene_roll(scene, SEATS), scene_roll(scene, SUBJECTS), expiry(scene));
    }
    org_world_attempt(&scene->world, "AssignRole {\"roleId\":\"r0\",\"subjectId\":\"s%u\"}",
                      SUBJECTS - 1);
}

/* From above, so that nothing is too deep when it is asked for. */
static void make_chains(struct scene *scene)
{
    for (unsigned i = GROUPS - 1; i > 0 && scene->deep; i--) {
        org_world_attempt(&scene->world,
                          "IncludeGroup {\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}", i,
                          i - 1);
    }
    for (unsigned i = SUBJECTS - 1; i > 0 && scene->deep; i--) {
        org_world_attempt(
            &scene->world,
            "SetSubjectParents {\"subjectId\":\"s%u\",\"parentSubjectIds\":[\"s%u\"]}", i - 1, i);
    }
    for (unsigned i = 0; i < 8; i++) {
        org_world_attempt(&scene->world,
                          "IncludeGroup {\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}",
                          scene_roll(scene, GROUPS), scene_roll(scene, GROUPS));
        unsigned a = scene_roll(scene, SUBJECTS), b = scene_roll(scene, SUBJECTS);
        if (!scene->deep && a != b) {
            org_world_attempt(
                &scene->world,
                "SetSubjectParents {\"subjectId\":\"s%u\",\"parentSubjectIds\":[\"s%u\","
                "\"s%u\"]}",
                scene_roll(scene, SUBJECTS), a, b);
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
    char grantee[128], held[PLAIN_TEXT_MAX + 32];
    snprintf(held, sizeof held, "%s", condition(scene));
    snprintf(grantee, sizeof grantee, grantees[scene_roll(scene, 4)],
             scene->deep && scene_roll(scene, 2) == 0 ? GROUPS - 1 : scene_roll(scene, GROUPS));
    org_world_attempt(
        &scene->world,
        "GrantPermission {\"grantId\":\"%s\",\"permission\":\"%s\",\"grantee\":{%s},\"on\":{%s}"
        "%s%s}",
        id, permissions[scene_roll(scene, 3) + (scene_roll(scene, 12) == 0)], grantee,
        objects[scene_roll(scene, 5)], expiry(scene), held);
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
        org_world_attempt(&scene->world, "RegisterSubject {\"subjectId\":\"z%u\"}", i);
        org_world_attempt(
            &scene->world,
            "GrantPermission {\"grantId\":\"z%u\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
            "\"GRANTEE_KIND_SUBJECT\",\"id\":\"z%u\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
            "\"id\":\"a0\"}}",
            i, i % 2 == 0 ? "read" : "write", i);
    }
}

static void make_ends(struct scene *scene)
{
    for (unsigned i = 0; i < 2; i++) {
        org_world_attempt(&scene->world, "ArchiveGroup {\"groupId\":\"g%u\"}",
                          scene_roll(scene, GROUPS));
        org_world_attempt(&scene->world, "SuspendSubject {\"subjectId\":\"s%u\"}",
                          scene_roll(scene, SUBJECTS));
        org_world_attempt(&scene->world, "DeleteGroup {\"groupId\":\"g%u\"}",
                          scene_roll(scene, GROUPS));
        org_world_attempt(&scene->world, "RevokePermission {\"grantId\":\"x%u\"}",
                          scene_roll(scene, GRANTS));
    }
    scene->world.now_us = INT64_C(1767232800000000); /* 02:00 */
}

void scene_init(struct scene *scene, unsigned seed)
{
    *scene = (struct scene){ .random = { .state = seed }, .seed = seed, .deep = seed % 2 == 0 };
    org_world_init_owned(&scene->world);
    make_conditions(scene);
    make_things(scene);
    make_seats(scene);
    make_chains(scene);
    make_grants(scene);
    if (scene_roll(scene, 3) > 0) {
        make_ends(scene);
    } else {
        scene->world.now_us = INT64_C(1767232800000000);
    }
}

void scene_release(struct scene *scene)
{
    org_world_release(&scene->world);
}
