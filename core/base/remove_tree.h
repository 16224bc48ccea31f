/* Removes a folder with all that is in it. */
#ifndef CORE_BASE_REMOVE_TREE_H
#define CORE_BASE_REMOVE_TREE_H

#include "core/base/status.h"

/* Where there is nothing, it is done. Links are removed, not followed. UNAVAILABLE. */
MUST_USE struct status remove_tree(const char *path);

#endif
