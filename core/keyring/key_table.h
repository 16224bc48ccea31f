/* A file of slots for keys: buckets of one page each, found by hash, so that one read answers and a
 * key is destroyed where it lies. Nothing is moved or copied, ever: no old copy of a key is left.
 * A table never grows; what finds its bucket full goes to the next table, of twice the size. */
#ifndef CORE_KEYRING_KEY_TABLE_H
#define CORE_KEYRING_KEY_TABLE_H

#include <assert.h>

#include "core/base/aead.h"
#include "core/base/hash.h"
#include "core/base/status.h"

enum key_state {
    KEY_FREE = 0,       /* never used */
    KEY_LIVE = 1,       /* holds a key */
    KEY_DESTROYED = 2,  /* holds none, and never will again */
    KEY_DESTROYING = 3, /* of an org: the keys of its subjects go, not all have gone */
};

enum { KEY_ORG_SIZE = 16, KEY_BUCKET_SLOTS = 32 };

/* As it lies in the file. */
struct key_slot {
    struct hash id;            /* what it is the key of */
    uint8_t org[KEY_ORG_SIZE]; /* what the ids of one org have in common */
    uint8_t nonce[AEAD_NONCE_SIZE];
    uint8_t wrapped[AEAD_KEY_SIZE + AEAD_TAG_SIZE]; /* the key, under the master key */
    uint8_t state;                                  /* enum key_state */
    uint8_t unused[15];
    uint8_t checksum[4]; /* CRC-32C of all before */
};
static_assert(sizeof(struct key_slot) == 128, "32 slots are a page");

struct key_table {
    int file;
    size_t buckets_count;
};

/* Where a slot lies: valid for as long as the table. */
struct key_place {
    size_t table;
    size_t bucket;
    size_t slot;
};

/* Opens table `number` in the open folder. NOT_FOUND: there is none. DATA_LOSS: its size is wrong.
 * UNAVAILABLE. */
MUST_USE struct status key_table_open(int folder, size_t number, struct key_table *table);
/* Makes it, empty and on the disk, unless it is there. UNAVAILABLE. */
MUST_USE struct status key_table_make(int folder, size_t number);
void key_table_close(struct key_table *table);

/* The slot of the id, or if it has none a free one of its bucket, or else KEY_BUCKET_SLOTS in
 * `place`: the bucket is full. `slot->state` says which. DATA_LOSS: a slot of the bucket is
 * damaged. UNAVAILABLE. */
MUST_USE struct status key_table_find(const struct key_table *table, const struct hash *id,
                                      struct key_place *place, struct key_slot *slot);
/* Reads a bucket, and checks it. Statuses of key_table_find. */
MUST_USE struct status key_table_read(const struct key_table *table, size_t bucket,
                                      struct key_slot slots[KEY_BUCKET_SLOTS]);
/* Writes a slot over what lies there, and sets its checksum. UNAVAILABLE. */
MUST_USE struct status key_table_write(const struct key_table *table, const struct key_place *place,
                                       struct key_slot *slot);
/* What was written is on the disk afterwards. UNAVAILABLE. */
MUST_USE struct status key_table_sync(const struct key_table *table);

#endif
