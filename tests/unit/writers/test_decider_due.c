/* What is due comes before the org's next command, and nobody has to ask for it. */
#include <stdio.h>

#include "core/model/history.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

#define BOB "\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"root\"}"
#define GRANT(id, permission, end)                                   \
    "{\"grantId\":\"" id "\",\"permission\":\"" permission "\"," BOB \
    ",\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},\"expiresAt\":\"" end "\"}"

static void due_open(struct partition_kit *kit)
{
    partition_kit_open_org(kit);
    partition_kit_do(kit, NULL, "definePermission", "{\"permission\":\"a\"}");
    partition_kit_do(kit, NULL, "definePermission", "{\"permission\":\"b\"}");
}

static Agency__V1__OrgHead *due_head(struct partition_kit *kit)
{
    Agency__V1__OrgHead *head;
    assert_ok(fold_head(&kit->decided->fold, &kit->arena, STR("acme"), &head));
    return head;
}

TEST(decider_due, a_grant_ends_before_the_next_command)
{
    struct partition_kit kit;
    due_open(&kit);
    partition_kit_do(&kit, NULL, "grantPermission", GRANT("g", "a", "2026-01-02T00:00:00Z"));
    assert_int_equal(due_head(&kit)->dues, 1);
    assert_int_equal(kit.decider.next_due_us, due_head(&kit)->next_due_us);
    uint64_t before = due_head(&kit)->org_sequence;
    kit.now_us += INT64_C(86400000000);
    partition_kit_do(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    assert_int_equal(due_head(&kit)->org_sequence, before + 2);
    assert_int_equal(due_head(&kit)->dues, 0);
    partition_kit_close(&kit);
}

/* One decision for what is due at one time, another for the next time. */
TEST(decider_due, what_is_due_at_once_is_one_decision)
{
    struct partition_kit kit;
    due_open(&kit);
    partition_kit_do(&kit, NULL, "grantPermission", GRANT("g", "a", "2026-01-02T00:00:00Z"));
    partition_kit_do(&kit, NULL, "grantPermission", GRANT("h", "b", "2026-01-02T00:00:00Z"));
    partition_kit_do(&kit, NULL, "definePermission", "{\"permission\":\"c\"}");
    partition_kit_do(&kit, NULL, "grantPermission", GRANT("i", "c", "2026-01-02T00:00:01Z"));
    assert_int_equal(due_head(&kit)->dues, 3);
    struct decider_due due = { .org_id = STR("acme"),
                               .now_us = kit.now_us + INT64_C(172800000000),
                               .until_us = INT64_MAX };
    struct str record;
    for (int64_t left = 1; left >= 0; left--) {
        assert_ok(decider_elapse(&kit.decider, &due, &record));
        assert_true(record.size > 0);
        partition_kit_pass(&kit, record);
        assert_int_equal(due_head(&kit)->dues, left);
    }
    assert_ok(decider_elapse(&kit.decider, &due, &record));
    assert_int_equal(record.size, 0);
    partition_kit_close(&kit);
}

/* Nobody else decides it here. */
TEST(decider_due, a_command_of_a_process_alone_waits_for_all)
{
    enum { MANY = 1025 };
    static const char made[] = "2018-01-02T00:00:00Z";
    struct partition_kit kit;
    char json[512];
    partition_kit_open_org(&kit);
    for (unsigned n = 0; n < MANY; n++) {
        snprintf(json, sizeof json, "{\"permission\":\"p%u\"}", n);
        partition_kit_do(&kit, made, "definePermission", json);
        snprintf(json, sizeof json,
                 "{\"grantId\":\"g%u\",\"permission\":\"p%u\"," BOB
                 ",\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},\"expiresAt\":\"2018-02-01T00:00:00Z\"}",
                 n, n);
        partition_kit_do(&kit, made, "grantPermission", json);
    }
    assert_int_equal(due_head(&kit)->dues, MANY);
    partition_kit_do(&kit, "2018-03-01T00:00:00Z", "registerSubject", "{\"subjectId\":\"s\"}");
    assert_int_equal(due_head(&kit)->dues, 0);
    partition_kit_close(&kit);
}

/* Whoever folds the log without the commands comes to the same. */
TEST(decider_due, is_folded_without_a_command)
{
    struct partition_kit kit;
    due_open(&kit);
    partition_kit_do(&kit, NULL, "grantPermission", GRANT("g", "a", "2026-01-02T00:00:00Z"));
    partition_kit_do(&kit, NULL, "grantPermission", GRANT("h", "b", "2026-01-04T00:00:00Z"));
    kit.now_us += INT64_C(86400000000);
    partition_kit_do(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    partition_kit_tick(&kit);
    struct partition *again = partition_kit_fold(&kit, kit.store);
    assert_ok(store_compare(kit.decided->reader, again->reader));
    partition_close(again);
    partition_kit_close(&kit);
}
