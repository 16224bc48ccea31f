#include "core/model/erasures.h"

#include <stdio.h>

#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

struct erased {
    char text[256];
    size_t fail_at; /* the n-th of them; 0: none */
};

static struct status take(void *context, struct str org_id, struct str subject_id)
{
    struct erased *erased = context;
    size_t size = strlen(erased->text);
    if (erased->fail_at > 0 && --erased->fail_at == 0) {
        return status_error(STATUS_UNAVAILABLE, "expected the keyring to answer");
    }
    snprintf(erased->text + size, sizeof erased->text - size, "%.*s/%.*s ", STR_ARG(org_id),
             STR_ARG(subject_id));
    return status_ok();
}

static struct partition *erase_both(struct partition_kit *kit)
{
    partition_kit_open_org(kit);
    partition_kit_do(kit, NULL, "registerSubject", "{\"subjectId\":\"ada\"}");
    partition_kit_do(kit, NULL, "registerSubject", "{\"subjectId\":\"bob\"}");
    partition_kit_do(kit, NULL, "eraseSubject", "{\"subjectId\":\"ada\"}");
    partition_kit_do(kit, NULL, "eraseSubject", "{\"subjectId\":\"ada\"}"); /* is so already */
    partition_kit_do(kit, NULL, "removeSubject", "{\"subjectId\":\"bob\"}");
    partition_kit_do(kit, NULL, "eraseSubject", "{\"subjectId\":\"bob\"}");
    partition_kit_do(kit, NULL, "eraseOrg", "{\"orgId\":\"acme\"}");
    return partition_kit_fold(kit, NULL);
}

TEST(erasures, are_all_that_was_erased_in_their_order)
{
    struct partition_kit kit;
    struct erased erased = { 0 };
    uint64_t from = 0;
    struct partition *partition = erase_both(&kit);
    assert_ok(erasures_each(partition->reader, &from, take, &erased));
    assert_string_equal(erased.text, "acme/ada acme/bob acme/ ");
    assert_ok(erasures_each(partition->reader, &from, take, &erased));
    assert_string_equal(erased.text, "acme/ada acme/bob acme/ ");
    partition_close(partition);
    partition_kit_close(&kit);
}

TEST(erasures, go_on_where_they_failed)
{
    struct partition_kit kit;
    struct erased erased = { .fail_at = 2 };
    uint64_t from = 0;
    struct partition *partition = erase_both(&kit);
    assert_code(STATUS_UNAVAILABLE, erasures_each(partition->reader, &from, take, &erased));
    assert_string_equal(erased.text, "acme/ada ");
    assert_ok(erasures_each(partition->reader, &from, take, &erased));
    assert_string_equal(erased.text, "acme/ada acme/bob acme/ ");
    partition_close(partition);
    partition_kit_close(&kit);
}
