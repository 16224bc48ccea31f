/* A data folder of one machine: the log, the stores, the cluster key.
 *
 *   DIR/log          the embedded log
 *   DIR/stores/pNN   the store of each partition: may be deleted at any time
 *   DIR/cluster.key  seals identities: the one thing beside the log to back up
 *   DIR/readers/...  files of readers beside an owner, removed by them
 */
#ifndef OPS_DATA_DIR_H
#define OPS_DATA_DIR_H

#include "core/base/arena.h"
#include "core/evlog/evlog.h"

enum { DATA_DIR_PATH_MAX = 4096 };

struct data_dir {
    char log[DATA_DIR_PATH_MAX];
    char stores[DATA_DIR_PATH_MAX];
    char readers[DATA_DIR_PATH_MAX];
    struct str cluster_key; /* in the arena */
};

/* Opens the folder at `path`; makes it, with a log and a key, where there is none and `create` says
 * so. NOT_FOUND (nothing there), PERMISSION_DENIED (it belongs to somebody else, and `create`: only
 * its owner may write), INVALID_ARGUMENT (path too long, something else there), UNAVAILABLE. */
MUST_USE struct status data_dir_open(struct data_dir *dir, struct arena *arena, const char *path,
                                     bool create);
/* The folder of a partition's store. */
void data_dir_store(const struct data_dir *dir, uint32_t partition, char out[DATA_DIR_PATH_MAX]);
/* Opens its log. Statuses of evlog_local_open. */
MUST_USE struct status data_dir_open_log(const struct data_dir *dir, bool read_only,
                                         struct evlog **log);
/* Removes a folder and all in it, links not followed; nothing there is fine. UNAVAILABLE. */
MUST_USE struct status data_dir_remove(const char *path);

#endif
