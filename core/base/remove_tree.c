#include "core/base/remove_tree.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

enum { REMOVE_TREE_DESCRIPTORS_MAX = 16 };

static int remove_tree_one(const char *path, const struct stat *found, int kind, struct FTW *where)
{
    (void)found;
    (void)kind;
    (void)where;
    return remove(path);
}

struct status remove_tree(const char *path)
{
    int failed = nftw(path, remove_tree_one, REMOVE_TREE_DESCRIPTORS_MAX, FTW_DEPTH | FTW_PHYS);
    return failed == 0 || errno == ENOENT
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected to remove '%s': %s", path,
                              strerror(errno));
}
