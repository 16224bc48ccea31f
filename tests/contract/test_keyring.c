/* What every keyring promises (core/keyring/keyring.h), tried on each backend. */
#include "core/keyring/keyring_file.h"
#include "core/keyring/keyring_mem.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

enum world_kind { WORLD_MEM, WORLD_FILE, WORLD_KINDS };

struct world {
    char path[FOLDER_TOOL_PATH_MAX];
    struct keyring keyring;
};

static void world_begin(struct world *world, enum world_kind kind)
{
    *world = (struct world){ 0 };
    if (kind == WORLD_MEM) {
        keyring_mem_open(&world->keyring);
        return;
    }
    folder_tool_make(world->path);
    assert_ok(keyring_file_make(world->path));
    assert_ok(keyring_file_open(world->path, &world->keyring));
}

static void world_end(struct world *world)
{
    keyring_close(&world->keyring);
    if (world->path[0] != '\0') {
        folder_tool_remove(world->path);
    }
}

#define CONTRACT(what)                                          \
    static void contract_##what(const struct keyring *keyring); \
    TEST(keyring, what)                                         \
    {                                                           \
        for (int kind = 0; kind < WORLD_KINDS; kind++) {        \
            struct world world;                                 \
            world_begin(&world, (enum world_kind)kind);         \
            contract_##what(&world.keyring);                    \
            world_end(&world);                                  \
        }                                                       \
    }                                                           \
    static void contract_##what(const struct keyring *keyring)

static struct keyring_key make(const struct keyring *keyring, const char *org, const char *subject)
{
    struct keyring_key key;
    assert_ok(keyring_make(keyring, str_z(org), str_z(subject), &key));
    return key;
}

CONTRACT(makes_a_key_once)
{
    struct keyring_key found, key = make(keyring, "acme", "ada");
    struct keyring_key again = make(keyring, "acme", "ada");
    assert_memory_equal(&again, &key, sizeof key);
    assert_ok(keyring_find(keyring, STR("acme"), STR("ada"), &found));
    assert_memory_equal(&found, &key, sizeof key);
}

CONTRACT(makes_each_subject_its_own)
{
    struct keyring_key key = make(keyring, "acme", "ada");
    struct keyring_key other = make(keyring, "acme", "bob");
    struct keyring_key elsewhere = make(keyring, "umbrella", "ada");
    struct keyring_key shifted = make(keyring, "acmea", "da");
    assert_memory_not_equal(&other, &key, sizeof key);
    assert_memory_not_equal(&elsewhere, &key, sizeof key);
    assert_memory_not_equal(&shifted, &key, sizeof key);
}

CONTRACT(finds_none_that_was_not_made)
{
    struct keyring_key key;
    assert_code(STATUS_NOT_FOUND, keyring_find(keyring, STR("acme"), STR("ada"), &key));
}

CONTRACT(destroys_for_ever)
{
    struct keyring_key key;
    make(keyring, "acme", "ada");
    make(keyring, "acme", "bob");
    assert_ok(keyring_destroy(keyring, STR("acme"), STR("ada")));
    assert_ok(keyring_destroy(keyring, STR("acme"), STR("ada")));
    assert_code(STATUS_NOT_FOUND, keyring_find(keyring, STR("acme"), STR("ada"), &key));
    assert_code(STATUS_FAILED_PRECONDITION, keyring_make(keyring, STR("acme"), STR("ada"), &key));
    assert_ok(keyring_find(keyring, STR("acme"), STR("bob"), &key));
}

CONTRACT(destroys_what_was_never_made)
{
    struct keyring_key key;
    assert_ok(keyring_destroy(keyring, STR("acme"), STR("ada")));
    assert_code(STATUS_FAILED_PRECONDITION, keyring_make(keyring, STR("acme"), STR("ada"), &key));
}

CONTRACT(destroys_an_org_with_all_its_subjects)
{
    struct keyring_key key;
    make(keyring, "acme", "ada");
    make(keyring, "acme", "bob");
    make(keyring, "umbrella", "ada");
    assert_ok(keyring_destroy_org(keyring, STR("acme")));
    assert_ok(keyring_destroy_org(keyring, STR("acme")));
    assert_code(STATUS_NOT_FOUND, keyring_find(keyring, STR("acme"), STR("ada"), &key));
    assert_code(STATUS_NOT_FOUND, keyring_find(keyring, STR("acme"), STR("bob"), &key));
    assert_code(STATUS_FAILED_PRECONDITION, keyring_make(keyring, STR("acme"), STR("eve"), &key));
    assert_ok(keyring_find(keyring, STR("umbrella"), STR("ada"), &key));
}

static struct keyring_codes index_of(const struct keyring *keyring, const char *org,
                                     const char *system, const char *value)
{
    struct keyring_codes codes;
    assert_ok(keyring_index(keyring, str_z(org), str_z(system), str_z(value), &codes));
    return codes;
}

CONTRACT(gives_the_same_value_the_same_code)
{
    struct keyring_codes codes = index_of(keyring, "acme", "mail", "ada@example.com");
    struct keyring_codes again = index_of(keyring, "acme", "mail", "ada@example.com");
    assert_int_equal(codes.count, 1);
    assert_int_equal(strlen(codes.items[0].hmac), 64);
    assert_int_equal(strlen(codes.items[0].key_id), 16);
    assert_string_equal(again.items[0].hmac, codes.items[0].hmac);
    assert_string_equal(again.items[0].key_id, codes.items[0].key_id);
}

CONTRACT(gives_another_value_org_or_system_another_code)
{
    const struct keyring_codes codes[] = { index_of(keyring, "acme", "mail", "ada"),
                                           index_of(keyring, "acme", "mail", "bob"),
                                           index_of(keyring, "acme", "maila", "da"),
                                           index_of(keyring, "acmem", "ail", "ada") };
    for (size_t i = 1; i < sizeof codes / sizeof codes[0]; i++) {
        assert_string_not_equal(codes[i].items[0].hmac, codes[0].items[0].hmac);
    }
}

TEST(keyring, that_is_none_makes_and_finds_nothing)
{
    struct keyring none = { 0 };
    struct keyring_key key;
    struct keyring_codes codes;
    assert_code(STATUS_FAILED_PRECONDITION, keyring_make(&none, STR("acme"), STR("ada"), &key));
    assert_code(STATUS_NOT_FOUND, keyring_find(&none, STR("acme"), STR("ada"), &key));
    assert_code(STATUS_FAILED_PRECONDITION,
                keyring_index(&none, STR("acme"), STR("mail"), STR("ada"), &codes));
    assert_ok(keyring_destroy(&none, STR("acme"), STR("ada")));
    assert_ok(keyring_destroy_org(&none, STR("acme")));
    keyring_close(&none);
}

CONTRACT(has_codes_under_every_key_of_the_index)
{
    struct keyring_codes before, codes;
    struct keyring_index_key added = { 0 };
    assert_ok(keyring_index(keyring, STR("acme"), STR("mail"), STR("ada"), &before));
    for (int i = 1; i < KEYRING_INDEX_KEYS_MAX; i++) {
        assert_ok(keyring_rotate(keyring, &added));
    }
    assert_code(STATUS_FAILED_PRECONDITION, keyring_rotate(keyring, &added));
    assert_ok(keyring_index(keyring, STR("acme"), STR("mail"), STR("ada"), &codes));
    assert_int_equal(codes.count, KEYRING_INDEX_KEYS_MAX);
    assert_string_equal(codes.items[0].key_id, added.id);
    for (size_t i = 0; i + 1 < codes.count; i++) {
        assert_string_not_equal(codes.items[i].hmac, before.items[0].hmac);
    }
    assert_string_equal(codes.items[codes.count - 1].hmac, before.items[0].hmac);
}

CONTRACT(retires_every_index_key_but_the_last)
{
    struct keyring_codes before, codes;
    struct keyring_index_key added;
    assert_ok(keyring_index(keyring, STR("acme"), STR("mail"), STR("ada"), &before));
    struct str old = str_z(before.items[0].key_id);
    assert_code(STATUS_FAILED_PRECONDITION, keyring_retire(keyring, old));
    assert_code(STATUS_NOT_FOUND, keyring_retire(keyring, STR("nosuch")));
    assert_ok(keyring_rotate(keyring, &added));
    assert_ok(keyring_retire(keyring, old));
    assert_code(STATUS_NOT_FOUND, keyring_retire(keyring, old));
    assert_ok(keyring_index(keyring, STR("acme"), STR("mail"), STR("ada"), &codes));
    assert_int_equal(codes.count, 1);
    assert_string_equal(codes.items[0].key_id, added.id);
}

TEST(keyring, that_fails_does_nothing)
{
    struct keyring keyring;
    struct keyring_key key;
    keyring_mem_open(&keyring);
    keyring_mem_fail_at(&keyring, 0);
    assert_code(STATUS_UNAVAILABLE, keyring_make(&keyring, STR("acme"), STR("ada"), &key));
    assert_code(STATUS_NOT_FOUND, keyring_find(&keyring, STR("acme"), STR("ada"), &key));
    keyring_close(&keyring);
}
