#include "core/auth/carried_text.h"

#include "core/pb/json.h"
#include "tests/lib/test.h"

static struct status check(const char *json)
{
    struct arena arena;
    Google__Protobuf__Struct *data;
    arena_init(&arena, 1 << 20);
    assert_ok(pb_from_json(&arena, &google__protobuf__struct__descriptor, str_z(json), &data));
    struct status st = carried_text_check(data);
    arena_release(&arena);
    return st;
}

TEST(carried_text, says_nothing_personal_in_clear)
{
    static const char *const clear[] = {
        "{\"updateSubject\":{\"subject\":{\"profile\":{\"data\":{\"mail\":\"m\"}}}}}",
        "{\"updateSubject\":{\"subject\":{\"externalIds\":[{\"value\":\"7\",\"personal\":true}]}}}",
        "{\"personal\":\"yes\",\"value\":\"7\"}",
        "{\"bindCredential\":{\"credential\":{},\"identity\":\"secret\"}}",
        "{\"batch\":{\"commands\":[[{\"profile\":{\"data\":null}}]]}}",
    };
    for (size_t i = 0; i < sizeof clear / sizeof clear[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, check(clear[i]));
    }
}

TEST(carried_text, may_have_what_is_hidden_and_what_is_not_personal)
{
    static const char *const fine[] = {
        "{}",
        "{\"updateSubject\":{\"subject\":{\"profile\":{\"sealed\":\"AAAA\"}}}}",
        "{\"a\":[{\"system\":\"hr\",\"personal\":true,\"hashes\":[{\"keyId\":\"k\"}]}]}",
        "{\"a\":[{\"system\":\"crm\",\"value\":\"7\",\"personal\":false}]}",
        "{\"identity\":\"\",\"profile\":\"data\",\"data\":{\"value\":\"7\"}}",
    };
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        assert_ok(check(fine[i]));
    }
}
