/* Which objects are dear to Check: by what is granted on them to seats and groups. */
#include "query/costly.h"

#include <stdio.h>

#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

/* Group g includes h, which includes i; asset a is granted to g and a seat, b to h, c to a subject;
 * the grant on d was revoked. */
static const char *const commands[][2] = {
    { "definePermission", "{\"permission\":\"read\"}" },
    { "defineRoleType", "{\"roleType\":\"member\"}" },
    { "createGroup", "{\"groupId\":\"g\"}" },
    { "createGroup", "{\"groupId\":\"h\"}" },
    { "createGroup", "{\"groupId\":\"i\"}" },
    { "includeGroup", "{\"groupId\":\"g\",\"includedGroupId\":\"h\"}" },
    { "includeGroup", "{\"groupId\":\"h\",\"includedGroupId\":\"i\"}" },
    { "createRole", "{\"roleId\":\"r\",\"roleType\":\"member\"}" },
    { "registerAsset", "{\"assetId\":\"a\"}" },
    { "registerAsset", "{\"assetId\":\"b\"}" },
    { "registerAsset", "{\"assetId\":\"c\"}" },
    { "registerAsset", "{\"assetId\":\"d\"}" },
};

static void grant(struct partition_kit *kit, const char *id, const char *kind, const char *grantee,
                  const char *asset)
{
    char json[256];
    snprintf(json, sizeof json,
             "{\"grantId\":\"%s\",\"permission\":\"read\",\"grantee\":{"
             "\"kind\":\"GRANTEE_KIND_%s\",\"id\":\"%s\"},\"on\":{\"kind\":"
             "\"OBJECT_KIND_ASSET\",\"id\":\"%s\"}}",
             id, kind, grantee, asset);
    partition_kit_do(kit, NULL, "grantPermission", json);
}

static void costly_org(struct partition_kit *kit)
{
    partition_kit_open_org(kit);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        partition_kit_do(kit, NULL, commands[i][0], commands[i][1]);
    }
    grant(kit, "1", "GROUP", "g", "a");
    grant(kit, "2", "ROLE", "r", "a");
    grant(kit, "3", "GROUP", "h", "b");
    grant(kit, "4", "SUBJECT", "root", "c");
    grant(kit, "5", "GROUP", "g", "d");
    partition_kit_do(kit, NULL, "revokePermission", "{\"grantId\":\"5\"}");
}

TEST(costly, objects_are_by_what_seats_and_groups_are_granted_there)
{
    static struct partition_kit kit;
    struct arena arena;
    struct snapshot snapshot;
    struct costly_list list;
    costly_org(&kit);
    struct partition *partition = partition_kit_fold(&kit, NULL);
    const struct moment_ask now = { .now_us = kit.now_us };
    arena_init(&arena, 1 << 24);
    assert_ok(snapshot_open(&snapshot, partition->reader, &partition->position, &arena, STR("acme"),
                            &now, 1 << 24));
    assert_ok(costly_objects(&snapshot, 0, 5, &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].object, "asset:a");
    assert_int_equal(list.items[0].grants, 2);
    assert_int_equal(list.items[0].seats, 1);
    assert_int_equal(list.items[0].groups, 3);
    assert_int_equal(list.items[0].lookups, 6);
    assert_string_equal(list.items[1].object, "asset:b");
    assert_int_equal(list.items[1].lookups, 3);
    assert_ok(costly_objects(&snapshot, 3, 5, &list));
    assert_int_equal(list.count, 1);
    assert_ok(costly_objects(&snapshot, COSTLY_ABOVE, 5, &list));
    assert_int_equal(list.count, 0);
    assert_code(STATUS_RESOURCE_EXHAUSTED, costly_objects(&snapshot, 0, 4, &list));
    snapshot_release(&snapshot);
    partition_close(partition);
    arena_release(&arena);
    partition_kit_close(&kit);
}
