#include "tests/lib/large_org.h"

#include <stdio.h>

enum { MIDDLES = 20, OUTSIDERS = 10 };

static void make_grant(struct partition_kit *kit, const char *id, unsigned number, const char *kind,
                       const char *grantee, const char *asset)
{
    partition_kit_make(
        kit, "grantPermission",
        "{\"grantId\":\"%s%u\",\"permission\":\"read\",\"grantee\":{\"kind\":\"GRANTEE_KIND_%s\","
        "\"id\":\"%s\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"%s\"}}",
        id, number, kind, grantee, asset);
}

/* A group with a seat of the same name. */
static void make_group(struct partition_kit *kit, const char *id)
{
    partition_kit_make(kit, "createGroup", "{\"groupId\":\"%s\"}", id);
    partition_kit_make(kit, "createRole",
                       "{\"roleId\":\"%s\",\"roleType\":\"member\",\"groupIds\":[\"%s\"]}", id, id);
}

static void make_groups(struct partition_kit *kit)
{
    char id[32];
    for (unsigned i = 0; i < LARGE_ORG_GROUPS; i++) {
        snprintf(id, sizeof id, "g%u", i);
        make_group(kit, id);
        make_grant(kit, "groups", i, "GROUP", id, "groups");
    }
    make_group(kit, "top");
    make_grant(kit, "below", 0, "GROUP", "top", "below");
    for (unsigned i = 0; i < MIDDLES; i++) {
        snprintf(id, sizeof id, "m%u", i);
        make_group(kit, id);
        partition_kit_make(kit, "includeGroup", "{\"groupId\":\"top\",\"includedGroupId\":\"%s\"}",
                           id);
    }
    for (unsigned i = 0; i < LARGE_ORG_BELOW; i++) {
        snprintf(id, sizeof id, "l%u", i);
        make_group(kit, id);
        partition_kit_make(kit, "includeGroup", "{\"groupId\":\"m%u\",\"includedGroupId\":\"%s\"}",
                           i % MIDDLES, id);
    }
    for (unsigned i = 0; i < 3; i++) {
        snprintf(id, sizeof id, "h%u", i);
        make_group(kit, id);
    }
}

static void make_holder(struct partition_kit *kit, const char *role, unsigned number,
                        const char *subject)
{
    partition_kit_make(kit, "assignRole", "{\"roleId\":\"%s%u\",\"subjectId\":\"%s\"}", role,
                       number, subject);
}

static void make_member(struct partition_kit *kit, const char *subject, unsigned number)
{
    make_holder(kit, "g", number, subject);
    make_holder(kit, "g", (number + 7) % LARGE_ORG_GROUPS, subject);
    make_holder(kit, "l", number * 5 % LARGE_ORG_BELOW, subject);
}

static void make_subjects(struct partition_kit *kit)
{
    char id[32];
    for (unsigned i = 0; i < LARGE_ORG_SUBJECTS; i++) {
        snprintf(id, sizeof id, "s%u", i);
        partition_kit_make(kit, "registerSubject", "{\"subjectId\":\"%s\"}", id);
        make_grant(kit, "direct", i, "SUBJECT", id, "direct");
        if (i < LARGE_ORG_MEMBERS) {
            make_member(kit, id, i);
        }
    }
    for (unsigned i = 0; i < OUTSIDERS; i++) {
        snprintf(id, sizeof id, "o%u", i);
        partition_kit_make(kit, "registerSubject", "{\"subjectId\":\"%s\"}", id);
        for (unsigned j = 0; j < 3; j++) {
            make_holder(kit, "h", j, id);
        }
    }
}

/* A subject with foreign seats: in one group, or each in a group of its own. */
static void make_victim(struct partition_kit *kit, const char *subject, unsigned number,
                        bool one_group)
{
    partition_kit_make(kit, "registerSubject", "{\"subjectId\":\"%s\"}", subject);
    make_grant(kit, subject, 0, "SUBJECT", subject, "direct");
    make_member(kit, subject, number);
    for (unsigned i = 0; i < LARGE_ORG_PILE; i++) {
        if (i == 0 || !one_group) {
            partition_kit_make(kit, "createGroup", "{\"groupId\":\"f-%s-%u\"}", subject, i);
        }
        partition_kit_make(
            kit, "createRole",
            "{\"roleId\":\"f-%s-%u\",\"roleType\":\"member\",\"groupIds\":[\"f-%s-%u\"],"
            "\"holderSubjectIds\":[\"%s\"]}",
            subject, i, subject, one_group ? 0 : i, subject);
    }
}

void large_org_make(struct partition_kit *kit)
{
    static const char *const assets[] = { "direct", "groups", "below" };
    partition_kit_open_org(kit);
    partition_kit_make(kit, "definePermission", "{\"permission\":\"write\"}");
    partition_kit_make(kit, "definePermission",
                       "{\"permission\":\"read\",\"impliedBy\":[\"write\"]}");
    partition_kit_make(kit, "defineRoleType", "{\"roleType\":\"member\"}");
    for (size_t i = 0; i < 3; i++) {
        partition_kit_make(kit, "registerAsset", "{\"assetId\":\"%s\",\"type\":\"repository\"}",
                           assets[i]);
    }
    make_groups(kit);
    make_subjects(kit);
    make_victim(kit, "one", 0, true);
    make_victim(kit, "many", 0, false);
}
