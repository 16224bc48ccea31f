#include "ops/daemon/method_needs.h"
#include "tests/lib/test.h"

static enum method_need need(const char *method)
{
    const struct method_needs *found = method_needs_find(str_z(method));
    assert_non_null(found);
    return found->need;
}

TEST(method_needs, are_known_of_every_method)
{
    assert_int_equal(need("agency.v1.Commands/Submit"), METHOD_COMMAND);
    assert_int_equal(need("agency.v1.Query/Check"), METHOD_READ);
    assert_int_equal(need("agency.v1.Entities/GetRole"), METHOD_READ);
    assert_int_equal(need("agency.v1.Admin/GetProcessStatus"), METHOD_OPERATE);
    assert_int_equal(need("grpc.health.v1.Health/Check"), METHOD_OPEN);
}

TEST(method_needs, are_not_guessed)
{
    static const char *const unknown[] = { "", "agency.v1.Query/", "agency.v1.Query/CheckAll",
                                           "agency.v1.Admin/Other", "agency.v1.EntitiesX/Get" };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_null(method_needs_find(str_z(unknown[i])));
    }
}
