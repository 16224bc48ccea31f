/* The file of a keyring's index keys: 64 hexadecimal digits a line, the newest first; '#' begins a
 * comment. */
#ifndef CORE_KEYRING_INDEX_KEYS_H
#define CORE_KEYRING_INDEX_KEYS_H

#include "core/keyring/keyring.h"

/* DATA_LOSS: it is gone. INVALID_ARGUMENT names the line that is no key. UNAVAILABLE. */
MUST_USE struct status index_keys_read(const char *path, struct keyring_index_keys *keys);
/* Puts a new key before the others. Statuses of keyring_rotate. */
MUST_USE struct status index_keys_add(const char *path, struct keyring_index_key *added);
/* Takes a key out. Statuses of keyring_retire. */
MUST_USE struct status index_keys_drop(const char *path, struct str key_id);

#endif
