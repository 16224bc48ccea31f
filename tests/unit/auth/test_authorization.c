#include "core/auth/authorization.h"

#include "tests/lib/test.h"

TEST(authorization, has_a_bearer_token)
{
    struct str token;
    assert_ok(authorization_bearer(STR("Bearer a-b.c_d~+/=="), &token));
    assert_true(str_eq(token, STR("a-b.c_d~+/==")));
    assert_ok(authorization_bearer(STR("bEARER  x"), &token));
    assert_true(str_eq(token, STR("x")));
}

TEST(authorization, is_nothing_else)
{
    static const char *const wrong[] = { "",
                                         "Bearer",
                                         "Bearer ",
                                         "Bearer  ",
                                         "Basic abc",
                                         "Bearerx",
                                         "Bearer a b",
                                         "Bearer a,b",
                                         "Bearer ===",
                                         "Bearer a=b",
                                         "Bearer a\tb",
                                         "DPoP abc",
                                         "Bearer \"a\"",
                                         "Bearer \xc3\xa4",
                                         "abc" };
    struct str token;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_UNAUTHENTICATED, authorization_bearer(str_z(wrong[i]), &token));
    }
    assert_code(STATUS_UNAUTHENTICATED, authorization_bearer(str_make("Bearer a\0b", 10), &token));
}
