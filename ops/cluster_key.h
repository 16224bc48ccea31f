/* The file cluster.key of a data folder: what identities are hidden under and, unless seal.keys
 * says otherwise, commands are sealed with. It is made once and never changed: the log holds hashes
 * that nothing else gives. */
#ifndef OPS_CLUSTER_KEY_H
#define OPS_CLUSTER_KEY_H

#include "core/base/arena.h"

/* The key, in the arena; empty where this user may not read it. NOT_FOUND. FAILED_PRECONDITION:
 * others can read it. DATA_LOSS: it has another size. UNAVAILABLE. */
MUST_USE struct status cluster_key_read(struct arena *arena, const char *path, struct str *key);
/* The key of another folder, which must be there and readable. INVALID_ARGUMENT: the file is none.
 * PERMISSION_DENIED; else as above. */
MUST_USE struct status cluster_key_read_given(struct arena *arena, const char *path,
                                              struct str *key);
/* Makes a key of random bytes, unless there is one. UNAVAILABLE. */
MUST_USE struct status cluster_key_make(const char *path);
/* Makes the key a copy of the one at `from`. FAILED_PRECONDITION: there is another. Statuses of
 * cluster_key_read_given. */
MUST_USE struct status cluster_key_copy(struct arena *arena, const char *path, const char *from);

#endif
