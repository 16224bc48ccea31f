/* The keys that commands on a shared log are sealed with. At first it is the cluster key; a file
 * `seal.keys` in the data folder takes its place, so that they can be changed: the key of
 * identities never can, the log holds their hashes. */
#ifndef OPS_SEAL_KEYS_H
#define OPS_SEAL_KEYS_H

#include "core/auth/command_signature.h"

/* The new one, and old ones until the last command that they sealed has expired. */
enum { SEAL_KEYS_MAX = 8 };

struct seal_keys {
    struct command_signature_key keys[SEAL_KEYS_MAX]; /* the first makes new seals; all are taken */
    size_t count;
};

/* Reads the text of `seal.keys`: a key of 64 hexadecimal digits a line, '#' begins a comment line.
 * INVALID_ARGUMENT names the line. */
MUST_USE struct status seal_keys_parse(struct arena *arena, struct str text,
                                       struct seal_keys *keys);
/* Reads the file at `path`; where there is none, the cluster key is the only one. None at all for a
 * user who may not read them. The keys lie in the arena. UNAVAILABLE; INVALID_ARGUMENT as above. */
MUST_USE struct status seal_keys_read(struct arena *arena, const char *path, struct str cluster_key,
                                      struct seal_keys *keys);

#endif
