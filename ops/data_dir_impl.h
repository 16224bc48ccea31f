/* What opening, making and copying a data folder share. */
#ifndef OPS_DATA_DIR_IMPL_H
#define OPS_DATA_DIR_IMPL_H

#include "ops/data_dir.h"

/* There from the first to the last moment of making a folder. */
#define DATA_DIR_UNFINISHED "unfinished"

/* INVALID_ARGUMENT: it is too long. */
MUST_USE struct status data_dir_path(char out[DATA_DIR_PATH_MAX], const char *path,
                                     const char *name);
/* UNAVAILABLE with the system's reason. */
MUST_USE struct status data_dir_system(const char *what, const char *path);
/* Whether there is something of that name in the folder. */
bool data_dir_has(const char *path, const char *name);

#endif
