#include "core/domain/kernel/ids.h"

#include "tests/lib/test.h"

TEST(ids, the_first_that_is_there_again_is_found)
{
    const struct str ids[] = { STR("a"), STR("b"), STR("c"), STR("b"), STR("a") };
    assert_null(ids_again(ids, 0));
    assert_null(ids_again(ids, 3));
    assert_ptr_equal(ids_again(ids, 4), &ids[3]);
    assert_ptr_equal(ids_again(ids, 5), &ids[3]);
}
