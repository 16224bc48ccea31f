#include "ops/folder_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "tests/lib/test.h"

static struct status checked(const char *operators, const char *org_creators)
{
    return folder_conf_check(&(struct folder_conf){ .operators = str_z(operators),
                                                    .org_creators = str_z(org_creators) });
}

TEST(folder_conf, operators_are_names_without_spaces)
{
    assert_ok(checked("admin", ""));
    assert_ok(checked("admin,ops@example.org", "ops@example.org"));
    assert_ok(checked("admin", "none"));
    assert_code(STATUS_INVALID_ARGUMENT, checked("", ""));
    assert_code(STATUS_INVALID_ARGUMENT, checked("admin, ops", ""));
    assert_code(STATUS_INVALID_ARGUMENT, checked("admin,,ops", ""));
    assert_code(STATUS_INVALID_ARGUMENT, checked("admin,", ""));
    assert_code(STATUS_INVALID_ARGUMENT, checked("\xff", ""));
    assert_code(STATUS_INVALID_ARGUMENT, checked("admin", "ops")); /* no operator */
}

/* What nobody did is recorded under these. */
TEST(folder_conf, no_operator_is_called_as_what_nobody_did)
{
    static const char *const taken[] = { "time", "operator", "open" };
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, checked(taken[i], ""));
    }
    assert_ok(checked("timer", ""));
}

TEST(folder_conf, nobody_else_is_an_operator)
{
    const struct folder_conf conf = { .operators = STR("admin,ops") };
    assert_true(folder_conf_is_operator(&conf, STR("admin")));
    assert_true(folder_conf_is_operator(&conf, STR("ops")));
    assert_false(folder_conf_is_operator(&conf, STR("admin ")));
    assert_false(folder_conf_is_operator(&conf, STR("Admin")));
    assert_false(folder_conf_is_operator(&conf, STR("admin,ops")));
    assert_false(folder_conf_is_operator(&conf, STR("")));
    assert_true(str_eq(folder_conf_first(&conf), STR("admin")));
}

TEST(folder_conf, names_fit_into_an_epoch)
{
    struct arena arena;
    struct buf list = { 0 };
    struct str packed;
    arena_init(&arena, 4 << 20);
    for (int i = 0; i < 10000; i++) {
        buf_printf(&list, "%soperator%d", i == 0 ? "" : ",", i);
    }
    const struct folder_conf conf = { .operators = buf_str(&list), .org_creators = STR("none") };
    assert_code(STATUS_INVALID_ARGUMENT, folder_conf_deciding(&conf, false, &arena, &packed));
    buf_release(&list);
    arena_release(&arena);
}

TEST(folder_conf, a_new_file_names_admin_and_none_names_nobody)
{
    char path[] = P_tmpdir "/folder-conf-XXXXXX";
    struct arena arena;
    struct folder_conf made;
    arena_init(&arena, 1 << 20);
    close(mkstemp(path));
    unlink(path);
    assert_code(STATUS_NOT_FOUND, folder_conf_read(path, &arena, &made));
    assert_ok(folder_conf_make(path));
    assert_ok(folder_conf_make(path)); /* it stays as it is */
    assert_ok(folder_conf_read(path, &arena, &made));
    assert_true(str_eq(made.operators, STR("admin")));
    assert_int_equal(made.org_creators.size, 0);
    assert_int_equal(made.rejections_per_minute, 60);
    assert_int_equal(made.repeats_known_days, 0);
    unlink(path);
    arena_release(&arena);
}
