#include "tests/lib/feed_org.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/grant_json.h"
#include "tests/lib/test.h"

enum {
    SUBJECTS = 7,
    GROUPS = 6,
    ASSETS = 6,
    SEATS = 9,
    TYPES = 4,
    SPACES = 2,
    FEED_SPAN_SIZE = 96
};
static const size_t FEED_ORG_ARENA_MAX = (size_t)2 << 30;
static const size_t FEED_ORG_MEMORY_MAX = (size_t)1 << 30;
static const int64_t FEED_ORG_AFTER_RUST_US = INT64_C(1798761600) * 1000000; /* 2027-01-01 */

/* ---- a random org ---- */

struct feed_random {
    struct feed_org *org;
    struct random_state random;
    unsigned groups, assets, seats; /* that were made: what was deleted does not come again */
    bool archived;
};

static unsigned feed_roll(struct feed_random *made, unsigned below)
{
    return random_below(&made->random, below);
}

/* One of the last ones made. */
static unsigned feed_recent(struct feed_random *made, unsigned count, unsigned recent)
{
    unsigned back = feed_roll(made, recent);
    return back < count ? count - 1 - back : 0;
}

static unsigned feed_group(struct feed_random *made)
{
    return feed_recent(made, made->groups, GROUPS);
}

static unsigned feed_asset(struct feed_random *made)
{
    return feed_recent(made, made->assets, ASSETS);
}

static unsigned feed_role(struct feed_random *made)
{
    return feed_recent(made, made->seats, SEATS);
}

static unsigned feed_subject(struct feed_random *made)
{
    return feed_roll(made, SUBJECTS);
}

static unsigned feed_space(struct feed_random *made)
{
    return feed_roll(made, SPACES);
}

/* May be rejected. */
static void feed_try(struct feed_random *made, const char *command, const char *format, ...)
    PRINTF_LIKE(3, 4);
static void feed_try(struct feed_random *made, const char *command, const char *format, ...)
{
    char json[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(json, sizeof json, format, args);
    va_end(args);
    partition_kit_decide(&made->org->log, NULL, command, json);
}

static void feed_make_things(struct feed_random *made)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        feed_try(made, "registerSubject", "{\"subjectId\":\"s%u\"}", i);
    }
    for (unsigned i = 0; i < SPACES; i++) {
        feed_try(made, "openJobSpace", "{\"jobSpaceId\":\"j%u\"}", i);
    }
    feed_try(made, "definePermission", "{\"permission\":\"p0\"}");
    feed_try(made, "definePermission", "{\"permission\":\"p1\",\"impliedBy\":[\"p0\"]}");
    feed_try(made, "definePermission", "{\"permission\":\"p2\",\"impliedBy\":[\"p1\"]}");
    feed_try(made, "defineRoleType", "{\"roleType\":\"t0\"}");
    feed_try(made, "defineRoleType", "{\"roleType\":\"t1\",\"noMembership\":true}");
    feed_try(made, "defineRoleType", "{\"roleType\":\"t2\",\"permissions\":[\"p1\"]}");
    feed_try(made, "defineRoleType", "{\"roleType\":\"t3\",\"permissions\":[\"p0\",\"p2\"]}");
}

static void feed_make_place(struct feed_random *made)
{
    unsigned group = feed_group(made);
    switch (feed_roll(made, 3)) {
    case 0:
        feed_try(made, "createGroup", "{\"groupId\":\"g%u\",\"jobSpaceId\":\"%s\"}", made->groups++,
                 feed_roll(made, 3) == 0 ? "j0" : "");
        return;
    case 1:
        feed_try(made, "registerAsset", "{\"assetId\":\"a%u\",\"type\":\"k%u\"}", made->assets++,
                 feed_roll(made, 2));
        return;
    default:
        feed_try(made, "createRole",
                 "{\"roleId\":\"r%u\",\"roleType\":\"t%u\",\"groupIds\":[\"g%u\"],"
                 "\"jobSpaceId\":\"%s\",\"holderSubjectIds\":[\"s%u\"]}",
                 made->seats++, feed_roll(made, TYPES), group, feed_roll(made, 2) == 0 ? "j1" : "",
                 feed_subject(made));
        return;
    }
}

/* A field with a time in the course of the commands, in one of six; else the text ends there. */
static size_t feed_time(struct feed_random *made, const char *name, char *room, size_t size)
{
    unsigned minute = feed_roll(made, 10), second = feed_roll(made, 60);
    room[0] = '\0';
    return feed_roll(made, 6) > 0
               ? 0
               : (size_t)snprintf(room, size, ",\"%s\":\"2026-01-01T00:0%u:%02uZ\"", name, minute,
                                  second);
}

/* Mostly from now on for ever; what would begin after its end is refused. */
static const char *feed_span(struct feed_random *made, char *room, size_t size)
{
    size_t used = feed_time(made, "startsAt", room, size);
    feed_time(made, "expiresAt", room + used, size - used);
    return room;
}

static const char *const feed_permissions[] = { "p0", "p1", "p2", "AssignRole" };

static void feed_grant(struct feed_random *made)
{
    static unsigned (*const grantee_ids[])(struct feed_random *) = { feed_subject, feed_role,
                                                                     feed_group, feed_group };
    static unsigned (*const object_ids[])(struct feed_random *) = {
        feed_asset, feed_space /* as many types */, feed_group, feed_space, feed_subject, feed_space
    };
    char grantee[GRANT_JSON_SIZE], on[GRANT_JSON_SIZE], span[FEED_SPAN_SIZE];
    unsigned to = feed_roll(made, GRANTEES), what = feed_roll(made, OBJECTS);
    grant_json_grantee(to, grantee_ids[to](made), grantee);
    grant_json_object(what, object_ids[what](made), on);
    feed_try(made, "grantPermission",
             "{\"grantId\":\"x%u\",\"permission\":\"%s\",\"grantee\":{%s},\"on\":{%s}%s%s}",
             made->org->log.commands_count, feed_permissions[feed_roll(made, 4)], grantee, on,
             feed_span(made, span, sizeof span),
             feed_roll(made, 5) == 0 ? ",\"condition\":\"subject.name != 'x'\"" : "");
}

/* A grant of some time ago. */
static unsigned feed_old(struct feed_random *made)
{
    return made->org->log.commands_count - feed_roll(made, 120);
}

static void feed_change_grant(struct feed_random *made)
{
    char span[FEED_SPAN_SIZE];
    if (feed_roll(made, 2) == 0) {
        feed_try(made, "revokePermission", "{\"grantId\":\"x%u\"}", feed_old(made));
    } else {
        feed_try(made, "changeGrant", "{\"grantId\":\"x%u\",\"permission\":\"%s\"%s}",
                 feed_old(made), feed_permissions[feed_roll(made, 4)],
                 feed_span(made, span, sizeof span));
    }
}

static void feed_seat(struct feed_random *made)
{
    char span[FEED_SPAN_SIZE];
    bool revoke = feed_roll(made, 3) == 0;
    feed_try(made, revoke ? "revokeRole" : "assignRole",
             "{\"roleId\":\"r%u\",\"subjectId\":\"s%u\"%s}", feed_role(made), feed_subject(made),
             revoke ? "" : feed_span(made, span, sizeof span));
}

static void feed_relation(struct feed_random *made)
{
    static const struct {
        const char *command, *format;
        unsigned (*id)(struct feed_random *);
    } relations[] = {
        { "setSubjectParents", "{\"subjectId\":\"s%u\",\"parentSubjectIds\":[\"s%u\"]}",
          feed_subject },
        { "setSubjectParents", "{\"subjectId\":\"s%u\",\"parentSubjectIds\":[]}", feed_subject },
        { "includeGroup", "{\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}", feed_group },
        { "includeGroup", "{\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}", feed_group },
        { "excludeGroup", "{\"groupId\":\"g%u\",\"includedGroupId\":\"g%u\"}", feed_group },
        { "setGroupParent", "{\"groupId\":\"g%u\",\"parentGroupId\":\"g%u\"}", feed_group },
        { "setGroupParent", "{\"groupId\":\"g%u\",\"parentGroupId\":\"\"}", feed_group },
        { "setAssetParent", "{\"assetId\":\"a%u\",\"parentAssetId\":\"a%u\"}", feed_asset },
    };
    size_t pick = feed_roll(made, sizeof relations / sizeof relations[0]);
    char json[256];
    snprintf(json, sizeof json, relations[pick].format, relations[pick].id(made),
             relations[pick].id(made));
    feed_try(made, relations[pick].command, "%s", json);
}

static void feed_state(struct feed_random *made)
{
    static const struct {
        const char *command, *format;
        unsigned (*id)(struct feed_random *);
    } moves[] = {
        { "suspendSubject", "{\"subjectId\":\"s%u\"}", feed_subject },
        { "resumeSubject", "{\"subjectId\":\"s%u\"}", feed_subject },
        { "resumeSubject", "{\"subjectId\":\"s%u\"}", feed_subject },
        { "removeSubject", "{\"subjectId\":\"s%u\"}", feed_subject },
        { "restoreSubject", "{\"subjectId\":\"s%u\"}", feed_subject },
        { "archiveGroup", "{\"groupId\":\"g%u\"}", feed_group },
        { "restoreGroup", "{\"groupId\":\"g%u\"}", feed_group },
        { "restoreGroup", "{\"groupId\":\"g%u\"}", feed_group },
        { "deleteGroup", "{\"groupId\":\"g%u\"}", feed_group },
        { "deleteRole", "{\"roleId\":\"r%u\"}", feed_role },
        { "archiveAsset", "{\"assetId\":\"a%u\"}", feed_asset },
        { "restoreAsset", "{\"assetId\":\"a%u\"}", feed_asset },
        { "restoreAsset", "{\"assetId\":\"a%u\"}", feed_asset },
        { "removeAsset", "{\"assetId\":\"a%u\"}", feed_asset },
        { "closeJobSpace", "{\"jobSpaceId\":\"j1\"}", feed_space },
        { "retireRoleType", "{\"roleType\":\"t1\"}", feed_space },
    };
    size_t pick = feed_roll(made, sizeof moves / sizeof moves[0]);
    char json[128];
    snprintf(json, sizeof json, moves[pick].format, moves[pick].id(made));
    feed_try(made, moves[pick].command, "%s", json);
}

static void feed_update(struct feed_random *made)
{
    static const char *const sets[] = { "", "\"p0\"", "\"p1\",\"p2\"", "\"AssignRole\",\"p1\"" };
    switch (feed_roll(made, 5)) {
    case 4:
        feed_try(made, "updateRoleType",
                 "{\"roleType\":\"t%u\",\"condition\":\"%s\",\"updateMask\":\"condition\"}",
                 2 + feed_roll(made, 2), feed_roll(made, 2) == 0 ? "" : "subject.name != 'x'");
        return;
    case 0:
        feed_try(made, "updateRoleType",
                 "{\"roleType\":\"t%u\",\"permissions\":[%s],\"updateMask\":\"permissions\"}",
                 2 + feed_roll(made, 2), sets[feed_roll(made, 4)]);
        return;
    case 1:
        feed_try(made, "updateGroup", "{\"groupId\":\"g%u\",\"name\":\"n%u\"}", feed_group(made),
                 feed_roll(made, 9));
        return;
    case 2:
        feed_try(made, "setConfig",
                 "{\"kind\":\"ENTITY_KIND_GROUP\",\"entityId\":\"g%u\",\"key\":\"k\","
                 "\"value\":%u}",
                 feed_group(made), feed_roll(made, 9));
        return;
    default:
        feed_try(made, "updatePermission",
                 "{\"permission\":\"p2\",\"impliedBy\":[%s],\"updateMask\":\"impliedBy\"}",
                 feed_roll(made, 2) == 0 ? "" : "\"p1\"");
        return;
    }
}

static void feed_step(struct feed_random *made)
{
    static void (*const steps[])(struct feed_random *) = {
        feed_make_place, feed_grant,    feed_grant,    feed_change_grant, feed_seat,  feed_seat,
        feed_seat,       feed_relation, feed_relation, feed_state,        feed_state, feed_update,
    };
    if (feed_roll(made, made->archived ? 4 : 100) == 0) {
        feed_try(made, made->archived ? "restoreOrg" : "archiveOrg", "{\"orgId\":\"acme\"}");
        made->archived = !made->archived;
    }
    steps[feed_roll(made, sizeof steps / sizeof steps[0])](made);
}

/* ---- both ---- */

static void feed_org_open(struct feed_org *org, const char *id)
{
    *org = (struct feed_org){ .id = id };
    arena_init(&org->arena, FEED_ORG_ARENA_MAX);
    partition_kit_open(&org->log);
}

static void feed_org_fold(struct feed_org *org)
{
    struct moment_ask ask = { .kind = MOMENT_LATEST };
    struct moment moment;
    org->partition = partition_kit_fold(&org->log, NULL);
    assert_ok(moment_resolve(org->partition->reader, &org->partition->position, str_z(org->id),
                             &ask, &moment));
    org->last = moment.org_sequence;
}

void feed_org_open_random(struct feed_org *org, unsigned seed, unsigned commands)
{
    struct feed_random made = { .org = org, .random = { .state = seed } };
    feed_org_open(org, "acme");
    org->seed = seed;
    partition_kit_make_org(&org->log);
    feed_make_things(&made);
    for (unsigned i = 0; i < 2 * (GROUPS + ASSETS + SEATS); i++) {
        feed_make_place(&made);
    }
    for (unsigned i = 0; i < commands; i++) {
        feed_step(&made);
    }
    feed_org_fold(org);
}

void feed_org_open_rust(struct feed_org *org)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    feed_org_open(org, "rust-lang");
    org->log.now_us = FEED_ORG_AFTER_RUST_US;
    FILE *lines = popen(SOURCE_DIR "/examples/rust-team/convert.py", "r");
    assert_non_null(lines);
    while ((size = getline(&line, &room, lines)) > 0) {
        struct submit_answer answer =
            partition_kit_decide_line(&org->log, str_make(line, (size_t)size));
        if (answer.code != STATUS_OK) {
            fail_msg("%s: rejected: %s", line, answer.reason);
        }
    }
    free(line);
    assert_int_equal(pclose(lines), 0);
    feed_org_fold(org);
}

void feed_org_close(struct feed_org *org)
{
    partition_close(org->partition);
    partition_kit_close(&org->log);
    arena_release(&org->arena);
}

void feed_org_at(struct feed_org *org, uint64_t org_sequence, struct snapshot *snapshot)
{
    struct moment_ask ask = { .kind = MOMENT_VERSION, .org_sequence = org_sequence };
    arena_reset(&org->arena);
    assert_ok(snapshot_open(snapshot, org->partition->reader, &org->partition->position,
                            &org->arena, str_z(org->id), &ask, FEED_ORG_MEMORY_MAX));
}
