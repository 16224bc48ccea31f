#include "ops/daemon_options.h"

#include "tests/lib/test.h"

TEST(daemon_options, roles_are_a_list)
{
    unsigned roles;
    assert_ok(daemon_options_roles(STR("writer"), &roles));
    assert_int_equal(roles, DAEMON_WRITER);
    assert_ok(daemon_options_roles(STR("query,projector"), &roles));
    assert_int_equal(roles, DAEMON_QUERY | DAEMON_PROJECTOR);
}

TEST(daemon_options, a_wrong_role_is_told_with_the_nearest)
{
    unsigned roles;
    struct status st = daemon_options_roles(STR("writer,projektor"), &roles);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(st.msg, "projector"));
    assert_code(STATUS_INVALID_ARGUMENT, daemon_options_roles(STR(""), &roles));
    assert_code(STATUS_UNIMPLEMENTED, daemon_options_roles(STR("reactor"), &roles));
}

TEST(daemon_options, partitions_are_all_or_a_list_of_ranges)
{
    struct daemon_partitions partitions;
    assert_ok(daemon_options_partitions(STR("all"), 16, &partitions));
    assert_int_equal(partitions.count, 16);
    assert_ok(daemon_options_partitions(STR("12,0-2,2"), 16, &partitions));
    assert_int_equal(partitions.count, 4);
    assert_int_equal(partitions.numbers[0], 0);
    assert_int_equal(partitions.numbers[3], 12);
}

TEST(daemon_options, partitions_that_the_log_has_not_are_refused)
{
    static const char *const wrong[] = { "", "16", "3-1", "a", "1-", "-1", "1--2", "99999999999" };
    struct daemon_partitions partitions;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT,
                    daemon_options_partitions(str_z(wrong[i]), 16, &partitions));
    }
}

TEST(daemon_options, ranks_spread_the_partitions)
{
    struct daemon_options alone = { .rank = 3, .ranks = 1 };
    assert_int_equal(daemon_options_rank(&alone, 5), 3);
    for (uint32_t partition = 0; partition < 8; partition++) {
        uint32_t first = 0, sum = 0;
        for (int64_t rank = 0; rank < 3; rank++) {
            struct daemon_options options = { .rank = rank, .ranks = 3 };
            first += daemon_options_rank(&options, partition) == 0;
            sum += daemon_options_rank(&options, partition);
        }
        assert_int_equal(first, 1);       /* one is the first, */
        assert_int_equal(sum, 0 + 1 + 2); /* and all have another rank */
    }
}

TEST(daemon_options, who_is_behind_those_that_share_stands_by_for_all)
{
    struct daemon_options third = { .rank = 2, .ranks = 2 };
    for (uint32_t partition = 0; partition < 4; partition++) {
        assert_int_equal(daemon_options_rank(&third, partition), 2);
    }
}

static struct status creators(struct str list)
{
    struct arena arena;
    struct str packed;
    struct daemon_options options = { .org_creators = list };
    arena_init(&arena, 4 << 20);
    struct status st = daemon_options_configuration(&options, &arena, &packed);
    arena_release(&arena);
    return st;
}

TEST(daemon_options, org_creators_are_names_without_spaces)
{
    assert_ok(creators(STR("")));
    assert_ok(creators(STR("admin")));
    assert_ok(creators(STR("admin,ops@example.org")));
    assert_code(STATUS_INVALID_ARGUMENT, creators(STR("admin, ops")));
    assert_code(STATUS_INVALID_ARGUMENT, creators(STR("admin,,ops")));
    assert_code(STATUS_INVALID_ARGUMENT, creators(STR("\xff")));
}

TEST(daemon_options, org_creators_fit_into_an_epoch)
{
    struct buf list = { 0 };
    for (int i = 0; i < 10000; i++) {
        buf_printf(&list, "%soperator%d", i == 0 ? "" : ",", i);
    }
    assert_code(STATUS_INVALID_ARGUMENT, creators(buf_str(&list)));
    buf_release(&list);
}
