#include "core/base/remove_tree.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

TEST(remove_tree, takes_all_that_is_below_and_no_more)
{
    char folder[FOLDER_TOOL_PATH_MAX], kept[FOLDER_TOOL_PATH_MAX], path[FOLDER_TOOL_PATH_MAX + 32];
    folder_tool_make(folder);
    folder_tool_make(kept);
    snprintf(path, sizeof path, "%s/a", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/a/link", folder);
    assert_int_equal(symlink(kept, path), 0);
    assert_ok(remove_tree(folder));
    assert_int_equal(access(folder, F_OK), -1);
    assert_int_equal(access(kept, F_OK), 0);
    assert_ok(remove_tree(folder)); /* there is nothing any more */
    folder_tool_remove(kept);
}
