/* What is due is decided by who leads, without a command, whoever led when it fell due. */
#include <stdio.h>

#include "core/base/time.h"
#include "tests/lib/replicas_kit.h"
#include "tests/lib/test.h"

static const int64_t SECOND_US = 1000000;

/* A command of a time; 0: one of now. */
static void send_at(struct replicas_kit *kit, int64_t at_us, const char *id, const char *command,
                    const char *json)
{
    const char *org = replicas_kit_org(0);
    replicas_kit_send(kit, 0, str_z(org),
                      at_us == 0 ? replicas_kit_command(kit, org, id, command, json)
                                 : replicas_kit_import(kit, org, id, at_us, command, json));
}

static void send(struct replicas_kit *kit, const char *id, const char *command, const char *json)
{
    send_at(kit, 0, id, command, json);
}

/* A grant that ends then. */
static void grant_at(struct replicas_kit *kit, int64_t at_us, unsigned n, int64_t ends_us)
{
    char json[512], end[TIME_TEXT_SIZE], id[16];
    time_format(ends_us, end);
    snprintf(json, sizeof json, "{\"permission\":\"p%u\"}", n);
    snprintf(id, sizeof id, "define%u", n);
    send_at(kit, at_us, id, "definePermission", json);
    snprintf(json, sizeof json,
             "{\"grantId\":\"g%u\",\"permission\":\"p%u\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_SUBJECT\",\"id\":\"root\"},\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},"
             "\"expiresAt\":\"%s\"}",
             n, n, end);
    snprintf(id, sizeof id, "grant%u", n);
    send_at(kit, at_us, id, "grantPermission", json);
}

/* A grant that ends so many seconds from now. */
static void grant(struct replicas_kit *kit, unsigned n, int64_t seconds)
{
    grant_at(kit, 0, n, kit->now_us + seconds * SECOND_US);
}

/* How many things wait in the org, as the log says. */
static uint64_t dues(struct replicas_kit *kit)
{
    struct replicas_kit_truth truth;
    Agency__V1__OrgHead *head;
    replicas_kit_truth(kit, 0, &truth);
    assert_ok(fold_head(&truth.partition->fold, &kit->arena, str_z(replicas_kit_org(0)), &head));
    replicas_kit_agree(kit, &truth);
    uint64_t count = head->dues;
    partition_close(truth.partition);
    return count;
}

static void import_org(struct replicas_kit *kit, int64_t at_us)
{
    char json[256];
    snprintf(json, sizeof json,
             "{\"orgId\":\"%s\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{"
             "\"credentialId\":\"c\",\"kind\":\"CREDENTIAL_KIND_API_KEY\"},\"identity\":\"root\"}",
             replicas_kit_org(0));
    send_at(kit, at_us, "make", "createOrg", json);
}

static void open_serving(struct replicas_kit *kit, uint32_t members)
{
    replicas_kit_open(kit);
    for (uint32_t i = 0; i < members; i++) {
        replicas_kit_start(kit, i);
    }
    replicas_kit_make_org(kit, 0);
    replicas_kit_run(kit, 2);
}

TEST(replicas_dues, are_decided_when_their_time_comes)
{
    struct replicas_kit kit;
    open_serving(&kit, 1);
    grant(&kit, 1, 100);
    grant(&kit, 2, 200);
    replicas_kit_run(&kit, 1);
    assert_int_equal(dues(&kit), 2);
    replicas_kit_advance(&kit, 101 * SECOND_US);
    replicas_kit_run(&kit, 1);
    assert_int_equal(dues(&kit), 1);
    replicas_kit_advance(&kit, 100 * SECOND_US);
    replicas_kit_run(&kit, 1);
    assert_int_equal(dues(&kit), 0);
    replicas_kit_close(&kit);
}

/* More than a command waits for: it is refused, and its org has turns up to the command's time. */
TEST(replicas_dues, what_is_too_much_before_an_import_is_decided_by_turns)
{
    enum { MANY = 1025 };
    static const char space[] = "{\"jobSpaceId\":\"js\"}";
    struct replicas_kit kit;
    replicas_kit_open(&kit);
    replicas_kit_start(&kit, 0);
    const int64_t made_us = kit.now_us - 1000 * SECOND_US;
    import_org(&kit, made_us);
    for (unsigned n = 0; n < MANY; n++) {
        grant_at(&kit, made_us, n, made_us + 100 * SECOND_US);
    }
    grant_at(&kit, made_us, MANY, made_us + 800 * SECOND_US);
    replicas_kit_run(&kit, 2);
    assert_int_equal(dues(&kit), MANY + 1);
    send_at(&kit, made_us + 500 * SECOND_US, "late", "openJobSpace", space);
    replicas_kit_run(&kit, 2);
    assert_int_equal(dues(&kit), 1); /* what is due behind it stands */
    send_at(&kit, made_us + 900 * SECOND_US, "later", "openJobSpace", space);
    replicas_kit_run(&kit, 2);
    assert_int_equal(dues(&kit), 0);
    replicas_kit_close(&kit);
}

TEST(replicas_dues, a_leap_of_the_clock_ends_nothing)
{
    struct replicas_kit kit;
    open_serving(&kit, 1);
    grant(&kit, 1, 100);
    replicas_kit_run(&kit, 1);
    kit.members[0].clock.now_us += 3600 * SECOND_US;
    replicas_kit_run(&kit, 1);
    assert_int_equal(dues(&kit), 1);
    replicas_kit_close(&kit);
}

TEST(replicas_dues, who_takes_over_knows_of_them)
{
    struct replicas_kit kit;
    open_serving(&kit, 2);
    int first = replicas_kit_server(&kit, 0);
    assert_true(first >= 0);
    grant(&kit, 1, 100);
    replicas_kit_run(&kit, 1);
    replicas_kit_stop(&kit, (uint32_t)first);
    replicas_kit_advance(&kit, 101 * SECOND_US);
    replicas_kit_run(&kit, 8);
    assert_int_equal(replicas_kit_server(&kit, 0), 1 - first);
    assert_int_equal(dues(&kit), 0);
    replicas_kit_close(&kit);
}

/* Another takes over, who decides nothing: what was decided behind his EPOCH is void. */
TEST(replicas_dues, who_lost_does_not_end_them_alone)
{
    struct replicas_kit kit;
    open_serving(&kit, 1);
    grant(&kit, 1, 100);
    replicas_kit_run(&kit, 1);
    replicas_kit_intrude(&kit, 0);
    replicas_kit_advance(&kit, 101 * SECOND_US);
    replicas_step(kit.members[0].replicas);
    replicas_step(kit.members[0].replicas);
    replicas_kit_run(&kit, 20); /* nobody is heard: it takes over again */
    assert_int_equal(dues(&kit), 0);
    replicas_kit_close(&kit);
}

TEST(replicas_dues, an_archived_org_waits_until_it_is_restored)
{
    struct replicas_kit kit;
    char json[128];
    open_serving(&kit, 1);
    grant(&kit, 1, 100);
    snprintf(json, sizeof json, "{\"orgId\":\"%s\"}", replicas_kit_org(0));
    send(&kit, "archive", "archiveOrg", json);
    replicas_kit_run(&kit, 1);
    replicas_kit_advance(&kit, 101 * SECOND_US);
    replicas_kit_run(&kit, 1);
    assert_int_equal(dues(&kit), 1);
    send(&kit, "restore", "restoreOrg", json);
    replicas_kit_run(&kit, 1);
    assert_int_equal(dues(&kit), 0);
    replicas_kit_close(&kit);
}
