/* Files that say what the program prints: a change shows as a diff to be judged. */
#ifndef TESTS_LIB_GOLDEN_TOOL_H
#define TESTS_LIB_GOLDEN_TOOL_H

#include "core/base/str.h"

/* Fails the test unless the file holds this text; with GOLDEN_UPDATE=1 in the environment the file
 * is written anew before. */
void golden_tool_check(const char *file, struct str actual);

#endif
