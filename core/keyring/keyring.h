/* The port `keyring`: the keys that personal data is sealed with, one a subject, and those that
 * personal ids are found by. Beside the log it is the one durable thing, and it is backed up apart:
 * what is destroyed here is unreadable in every copy of the log.
 *
 * A key is on the disk before anybody seals with it, and gone from it before destroying it has
 * succeeded; of what was destroyed no key is ever made again. Every operation may be repeated.
 * Thread-safe. Backends: a folder (keyring_file.h), memory (keyring_mem.h). */
#ifndef CORE_KEYRING_KEYRING_H
#define CORE_KEYRING_KEYRING_H

#include "core/base/status.h"
#include "core/base/str.h"

enum {
    KEYRING_KEY_SIZE = 32,
    /* Of index keys in use: the newest, and those that rows are still kept under. */
    KEYRING_INDEX_KEYS_MAX = 4,
    KEYRING_ID_SIZE = 17,
};

/* Whoever has one wipes it when it is done. */
struct keyring_key {
    uint8_t bytes[KEYRING_KEY_SIZE];
};

/* A key of the index, and how rows name it: by digits that tell nothing else about it. */
struct keyring_index_key {
    struct keyring_key key;
    char id[KEYRING_ID_SIZE];
};

struct keyring_index_keys {
    struct keyring_index_key items[KEYRING_INDEX_KEYS_MAX]; /* the newest first */
    size_t count;
};

struct keyring_ops {
    struct status (*make)(void *self, struct str org_id, struct str subject_id,
                          struct keyring_key *key);
    struct status (*find)(void *self, struct str org_id, struct str subject_id,
                          struct keyring_key *key);
    struct status (*destroy)(void *self, struct str org_id, struct str subject_id);
    struct status (*destroy_org)(void *self, struct str org_id);
    struct status (*index_keys)(void *self, struct keyring_index_keys *keys);
    struct status (*rotate)(void *self, struct keyring_index_key *added);
    struct status (*retire)(void *self, struct str key_id);
    void (*close)(void *self);
};

/* A zeroed one is the keyring of a process that has none: it makes no key, finds none, and has
 * nothing to destroy. */
struct keyring {
    const struct keyring_ops *ops;
    void *self;
};

/* The subject's key: a new one if it has none yet. FAILED_PRECONDITION: it was destroyed, or all of
 * its org were, or there is no keyring. UNAVAILABLE, DATA_LOSS (a damaged key). */
MUST_USE struct status keyring_make(const struct keyring *keyring, struct str org_id,
                                    struct str subject_id, struct keyring_key *key);
/* NOT_FOUND: it has none, or it was destroyed; else as above. */
MUST_USE struct status keyring_find(const struct keyring *keyring, struct str org_id,
                                    struct str subject_id, struct keyring_key *key);
/* Destroys the subject's key, for ever, if it has one or not. UNAVAILABLE: it may be there still.
 */
MUST_USE struct status keyring_destroy(const struct keyring *keyring, struct str org_id,
                                       struct str subject_id);
/* Destroys the keys of all subjects of the org, for ever. UNAVAILABLE, as above. */
MUST_USE struct status keyring_destroy_org(const struct keyring *keyring, struct str org_id);
/* The index keys in use, one at least. FAILED_PRECONDITION: there is no keyring. UNAVAILABLE,
 * INVALID_ARGUMENT (what somebody wrote). */
MUST_USE struct status keyring_index_keys(const struct keyring *keyring,
                                          struct keyring_index_keys *keys);
/* Puts a new index key before the others, and gives it: from now on ids are hashed under it, too.
 * FAILED_PRECONDITION: there are KEYRING_INDEX_KEYS_MAX, or there is no keyring. UNAVAILABLE. */
MUST_USE struct status keyring_rotate(const struct keyring *keyring,
                                      struct keyring_index_key *added);
/* Takes an index key out, for ever: what has no hash under another one is found no more, so whoever
 * calls this has looked. NOT_FOUND: there is none of that id. FAILED_PRECONDITION: it is the only
 * one, or there is no keyring. UNAVAILABLE. */
MUST_USE struct status keyring_retire(const struct keyring *keyring, struct str key_id);
void keyring_close(struct keyring *keyring);

/* What a personal id is found by: its code under one key of the index. */
struct keyring_code {
    char key_id[KEYRING_ID_SIZE];
    char hmac[2 * KEYRING_KEY_SIZE + 1]; /* 64 hexadecimal digits */
};

struct keyring_codes {
    struct keyring_code items[KEYRING_INDEX_KEYS_MAX]; /* by the newest key first */
    size_t count;
};

/* The codes of `value` in an outside system, for one org: HMAC-SHA-256 under every index key in
 * use. The same value has the same codes for as long as the keys are used. Statuses of
 * keyring_index_keys. */
MUST_USE struct status keyring_index(const struct keyring *keyring, struct str org_id,
                                     struct str system, struct str value,
                                     struct keyring_codes *codes);

#endif
