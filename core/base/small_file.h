/* Files that are read and written whole: configuration and keys. */
#ifndef CORE_BASE_SMALL_FILE_H
#define CORE_BASE_SMALL_FILE_H

#include "core/base/arena.h"

enum { SMALL_FILE_SIZE_MAX = 64 << 10 };

/* The bytes of a file, in the arena. NOT_FOUND, PERMISSION_DENIED, UNAVAILABLE; INVALID_ARGUMENT:
 * it is larger. */
MUST_USE struct status small_file_read(const char *path, struct arena *arena, struct str *bytes);
/* The same of a file that holds a secret. FAILED_PRECONDITION: others can read or write it. */
MUST_USE struct status small_file_read_secret(const char *path, struct arena *arena,
                                              struct str *bytes);
/* FAILED_PRECONDITION if others can read or write the open file; UNAVAILABLE. */
MUST_USE struct status small_file_secret(int file, const char *path);
/* Makes a file that only its owner can read, whole and on the disk, or not at all. ALREADY_EXISTS,
 * NOT_FOUND, PERMISSION_DENIED, UNAVAILABLE; INVALID_ARGUMENT: the path is too long. */
MUST_USE struct status small_file_create(const char *path, struct str bytes);
/* Puts one in the place of a file that is there (of one that a link leads to): at each moment the
 * old or the new is there, whole, and afterwards the new is on the disk. Statuses as above. */
MUST_USE struct status small_file_replace(const char *path, struct str bytes);
/* Puts on the disk which files a folder has: a new name is there when its folder is. Statuses as
 * above. */
MUST_USE struct status small_file_sync_folder(const char *path);

#endif
