#include "core/keyring/personal.h"

#include "agency/v1/subject.pb-c.h"
#include "core/keyring/keyring_mem.h"
#include "core/pb/json.h"
#include "tests/lib/test.h"

struct hiding {
    struct keyring keyring;
    struct arena arena;
    Agency__V1__Subject *subject;
};

static void hiding_open(struct hiding *hiding)
{
    *hiding = (struct hiding){ 0 };
    arena_init(&hiding->arena, 1 << 20);
    keyring_mem_open(&hiding->keyring);
}

static void hiding_close(struct hiding *hiding)
{
    keyring_close(&hiding->keyring);
    arena_release(&hiding->arena);
}

/* Hides those of a subject with these external ids. */
static struct status hide(struct hiding *hiding, const char *org, const char *ids)
{
    struct str json = arena_printf(&hiding->arena, "{\"externalIds\":[%s]}", ids);
    assert_ok(
        pb_from_json(&hiding->arena, &agency__v1__subject__descriptor, json, &hiding->subject));
    return personal_hide(&hiding->arena, &hiding->keyring, str_z(org), &hiding->subject->base);
}

#define MAIL "{\"system\":\"scim\",\"value\":\"ada@example.org\",\"personal\":true}"

static const Agency__V1__ExternalId *hidden(struct hiding *hiding, const char *org, const char *ids)
{
    assert_ok(hide(hiding, org, ids));
    assert_false(personal_in_clear(&hiding->subject->base));
    return hiding->subject->external_ids[0];
}

TEST(personal, a_value_becomes_a_hash_under_each_key)
{
    struct hiding hiding;
    hiding_open(&hiding);
    const Agency__V1__ExternalId *id = hidden(&hiding, "acme", MAIL);
    assert_string_equal(id->value, "");
    assert_int_equal(id->n_hashes, 1);
    assert_int_equal(strlen(id->hashes[0]->hmac), 64);
    struct keyring_index_key added;
    assert_ok(keyring_rotate(&hiding.keyring, &added));
    const Agency__V1__ExternalId *later = hidden(&hiding, "acme", MAIL);
    assert_int_equal(later->n_hashes, 2);
    assert_string_equal(later->hashes[1]->key_id, id->hashes[0]->key_id);
    assert_string_equal(later->hashes[1]->hmac, id->hashes[0]->hmac);
    assert_string_not_equal(later->hashes[0]->hmac, id->hashes[0]->hmac);
    hiding_close(&hiding);
}

TEST(personal, orgs_and_systems_have_hashes_of_their_own)
{
    struct hiding hiding;
    hiding_open(&hiding);
    const char *hmac = hidden(&hiding, "acme", MAIL)->hashes[0]->hmac;
    assert_string_equal(hidden(&hiding, "acme", MAIL)->hashes[0]->hmac, hmac);
    assert_string_not_equal(hidden(&hiding, "other", MAIL)->hashes[0]->hmac, hmac);
    const char *other = "{\"system\":\"crm\",\"value\":\"ada@example.org\",\"personal\":true}";
    assert_string_not_equal(hidden(&hiding, "acme", other)->hashes[0]->hmac, hmac);
    hiding_close(&hiding);
}

TEST(personal, what_is_not_personal_or_hidden_already_stays)
{
    struct hiding hiding;
    hiding_open(&hiding);
    const Agency__V1__ExternalId *id =
        hidden(&hiding, "acme", "{\"system\":\"github\",\"value\":\"ada\"}");
    assert_string_equal(id->value, "ada");
    assert_int_equal(id->n_hashes, 0);
    id = hidden(&hiding, "acme",
                "{\"system\":\"scim\",\"personal\":true,\"hashes\":[{\"keyId\":\"k\","
                "\"hmac\":\"aa\"}]}");
    assert_int_equal(id->n_hashes, 1);
    assert_string_equal(id->hashes[0]->hmac, "aa");
    hiding_close(&hiding);
}

TEST(personal, what_cannot_be_hidden_is_refused)
{
    struct hiding hiding;
    hiding_open(&hiding);
    assert_code(STATUS_INVALID_ARGUMENT,
                hide(&hiding, "acme",
                     "{\"system\":\"scim\",\"value\":\"a\",\"personal\":true,\"hashes\":[{}]}"));
    assert_code(
        STATUS_INVALID_ARGUMENT,
        hide(&hiding, "acme", "{\"system\":\"scim\",\"value\":\"a\\n\",\"personal\":true}"));
    keyring_mem_fail_at(&hiding.keyring, 0);
    assert_code(STATUS_UNAVAILABLE, hide(&hiding, "acme", MAIL));
    keyring_close(&hiding.keyring);
    assert_code(STATUS_FAILED_PRECONDITION, hide(&hiding, "acme", MAIL));
    assert_true(personal_in_clear(&hiding.subject->base));
    hiding_close(&hiding);
}
