#include "core/auth/api_key.h"

#include "tests/lib/test.h"

static void api_key_of(uint8_t byte, char out[API_KEY_SIZE + 1])
{
    uint8_t random[API_KEY_RANDOM_SIZE];
    memset(random, byte, sizeof random);
    api_key_make(random, out);
}

TEST(api_key, is_of_one_form)
{
    char key[API_KEY_SIZE + 1];
    api_key_of(0xff, key);
    assert_int_equal(strlen(key), API_KEY_SIZE);
    assert_memory_equal(key, "agk___________________________________________8", 47);
    assert_true(api_key_claimed(str_z(key)));
    assert_ok(api_key_check_form(str_z(key)));
}

TEST(api_key, mistyped_or_cut_is_refused)
{
    char key[API_KEY_SIZE + 1];
    api_key_of(7, key);
    for (size_t i = 0; i < API_KEY_SIZE; i++) {
        char was = key[i];
        key[i] = was == 'x' ? 'y' : 'x';
        assert_code(STATUS_UNAUTHENTICATED, api_key_check_form(str_z(key)));
        key[i] = was;
        assert_code(STATUS_UNAUTHENTICATED, api_key_check_form(str_make(key, i)));
    }
    assert_ok(api_key_check_form(str_z(key)));
    assert_code(STATUS_UNAUTHENTICATED, api_key_check_form(str_make(key, API_KEY_SIZE + 1)));
}

TEST(api_key, is_known_by_its_hash)
{
    char ada[API_KEY_SIZE + 1], bob[API_KEY_SIZE + 1], eve[API_KEY_SIZE + 1];
    api_key_of(1, ada);
    api_key_of(2, bob);
    api_key_of(3, eve);
    const struct api_key_entry entries[] = { { STR("ada"), api_key_hash(str_z(ada)) },
                                             { STR("bob"), api_key_hash(str_z(bob)) } };
    assert_ptr_equal(api_key_find(entries, 2, str_z(ada)), &entries[0]);
    assert_ptr_equal(api_key_find(entries, 2, str_z(bob)), &entries[1]);
    assert_null(api_key_find(entries, 2, str_z(eve)));
    assert_null(api_key_find(entries, 0, str_z(ada)));
    assert_null(api_key_find(entries, 2, STR("")));
}
