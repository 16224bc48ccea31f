/* A small file in memory, shared with whoever maps it, too: writing to it costs no system call. */
#ifndef CORE_BASE_MAPPED_FILE_H
#define CORE_BASE_MAPPED_FILE_H

#include <stddef.h>

#include "core/base/status.h"

/* Opens the file, or makes it, for its owner alone; new bytes are zero. Its place on the disk is
 * taken here: a full disk is told now, and is no fatal signal at the first write. Unmap the page.
 * UNAVAILABLE. */
MUST_USE struct status mapped_file_open(const char *path, size_t size, void **page);

#endif
