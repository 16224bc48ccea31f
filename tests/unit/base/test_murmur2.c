#include "core/base/murmur2.h"

#include "tests/lib/test.h"

/* The vectors of Kafka's UtilsTest.testMurmur2. */
TEST(murmur2, equals_that_of_java)
{
    assert_int_equal((int32_t)murmur2(STR("21")), -973932308);
    assert_int_equal((int32_t)murmur2(STR("foobar")), -790332482);
    assert_int_equal((int32_t)murmur2(STR("a-little-bit-long-string")), -985981536);
    assert_int_equal((int32_t)murmur2(STR("a-little-bit-longer-string")), -1486304829);
    assert_int_equal((int32_t)murmur2(STR("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")),
                     -58897971);
    assert_int_equal((int32_t)murmur2(STR("abc")), 479470107);
}

TEST(murmur2, the_sign_does_not_choose_the_partition)
{
    assert_int_equal(murmur2_partition(STR("21"), 16), (-973932308 & 0x7fffffff) % 16);
    assert_int_equal(murmur2_partition(STR("anything"), 1), 0);
}
