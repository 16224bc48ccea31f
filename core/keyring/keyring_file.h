/* A keyring in a folder of its own:
 *
 *   DIR/master.key   wraps all keys; may be a link to a file that lies elsewhere
 *   DIR/index.keys   a key of 64 hexadecimal digits a line, the newest first; '#' begins a comment
 *   DIR/keys.NN      the wrapped keys (key_table.h)
 *   DIR/lock         held while a key is made or destroyed
 *
 * Several processes may have it open. */
#ifndef CORE_KEYRING_KEYRING_FILE_H
#define CORE_KEYRING_KEYRING_FILE_H

#include "core/keyring/keyring.h"

/* Makes the folder with new keys, or what it lacks of them. Safe to repeat. UNAVAILABLE. */
MUST_USE struct status keyring_file_make(const char *path);
/* NOT_FOUND: there is none. PERMISSION_DENIED: it is not this user's. FAILED_PRECONDITION: others
 * can read it. DATA_LOSS: its master key is gone, or no key. UNAVAILABLE. */
MUST_USE struct status keyring_file_open(const char *path, struct keyring *keyring);

#endif
