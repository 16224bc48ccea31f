#include "agency/v1/decision.pb-c.h"
#include "ops/daemon/daemon_options.h"

#include <stdio.h>

#include "core/base/small_file.h"
#include "core/pb/message.h"
#include "tests/lib/folder_tool.h"
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

/* What is read from a file, the environment and the arguments. */
static struct status read_all(const char *file, char *variable, char *argument,
                              struct daemon_options *options, struct arena *arena)
{
    char folder[FOLDER_TOOL_PATH_MAX], path[FOLDER_TOOL_PATH_MAX + 16];
    char program[] = "agencyd", option[FOLDER_TOOL_PATH_MAX + 32];
    folder_tool_make(folder);
    snprintf(path, sizeof path, "%s/agencyd.conf", folder);
    snprintf(option, sizeof option, "--config=%s", path);
    assert_ok(small_file_create(path, str_z(file)));
    char *environment[] = { variable, NULL };
    char *argv[] = { program, option, argument, NULL };
    struct status st =
        daemon_options_read(options, arena, argument == NULL ? 2 : 3, argv, environment);
    folder_tool_remove(folder);
    return st;
}

TEST(daemon_options, the_nearer_to_the_call_counts)
{
    struct daemon_options options;
    struct arena arena;
    char variable[] = "AGENCYD_RANK=2", argument[] = "--rank=3";
    const char *file = "rank = 1\nranks = 4\n";
    arena_init(&arena, 1 << 20);
    assert_ok(read_all(file, NULL, NULL, &options, &arena));
    assert_int_equal(options.rank, 1);
    assert_ok(read_all(file, variable, NULL, &options, &arena));
    assert_int_equal(options.rank, 2);
    assert_ok(read_all(file, variable, argument, &options, &arena));
    assert_int_equal(options.rank, 3);
    assert_int_equal(options.ranks, 4);
    arena_release(&arena);
}

TEST(daemon_options, what_no_option_is_is_told_with_its_place)
{
    struct daemon_options options;
    struct arena arena;
    char variable[] = "AGENCYD_RANG=2";
    arena_init(&arena, 1 << 20);
    struct status st = read_all("\nelection-timeuot = 1s\n", NULL, NULL, &options, &arena);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(st.msg, "agencyd.conf: line 2: "));
    assert_non_null(strstr(st.msg, "did you mean 'election-timeout'"));
    st = read_all("", variable, NULL, &options, &arena);
    assert_non_null(strstr(st.msg, "AGENCYD_RANG: "));
    st = read_all("config = other", NULL, NULL, &options, &arena);
    assert_non_null(strstr(st.msg, "expected no 'config' in a file"));
    arena_release(&arena);
}

/* The configuration of a folder with operators admin and ops, of whom admin creates orgs. */
static struct status configured(const struct daemon_options *options,
                                Agency__V1__DecidingConfiguration **configuration)
{
    static struct arena arena;
    const struct folder_conf folder = { STR("admin,ops"), STR("admin"), 7, 2 };
    struct str packed;
    arena_release(&arena);
    arena_init(&arena, 4 << 20);
    struct status st = daemon_options_configuration(options, &folder, &arena, &packed);
    return st.code != STATUS_OK ? st
                                : pb_unpack(&arena, &agency__v1__deciding_configuration__descriptor,
                                            packed, PB_STORED, configuration);
}

TEST(daemon_options, operators_are_the_folders_unless_it_is_told)
{
    Agency__V1__DecidingConfiguration *found;
    assert_ok(configured(&(struct daemon_options){ 0 }, &found));
    assert_int_equal(found->n_operators, 2);
    assert_int_equal(found->n_org_creators, 1);
    assert_int_equal(found->rejections_per_minute, 7);
    assert_int_equal(found->repeats_known_seconds, 2 * 24 * 60 * 60);
    assert_ok(configured(
        &(struct daemon_options){ .operators = { STR("a,admin"), STR("none"), 0, 0 } }, &found));
    assert_string_equal(found->operators[0], "a");
    assert_int_equal(found->n_org_creators, 0);
    assert_code(
        STATUS_INVALID_ARGUMENT,
        configured(&(struct daemon_options){ .operators = { STR("a"), STR("b"), 0, 0 } }, &found));
}
