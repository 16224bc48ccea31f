/* The state root: one hash over a set of rows, kept up to date by adding and removing single rows
 * in any order. LtHash16-1024: a row becomes 1,024 numbers of 16 bits, SHA-256(row) expanded by
 * AES-256-CTR; the sum of all rows, lane by lane, with their count, is hashed. Two different sets
 * with one sum would solve a hard lattice problem (128 bit).
 *
 * The sum is kept in 256 parts by a hash of the row's key, so that a difference is located at once
 * and a small batch rewrites little. */
#ifndef CORE_STORE_ROOT_H
#define CORE_STORE_ROOT_H

#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/base/str.h"

enum {
    ROOT_PARTS = 256,
    ROOT_LANES = 1024,
    ROOT_PART_SIZE = ROOT_LANES * 2, /* bytes of a part as stored: little-endian lanes */
};

struct root;

/* The root of no rows. Gives it. Not thread-safe. */
struct root *root_new(void);
void root_free(struct root *root); /* NULL is fine */

void root_add(struct root *root, struct str key, uint64_t version, struct str value);
/* Takes a row out that was added. */
void root_remove(struct root *root, struct str key, uint64_t version, struct str value);

/* What follows can be taken back. */
void root_begin(struct root *root);
/* Takes back all since root_begin. */
void root_rollback(struct root *root);

struct hash root_hash(const struct root *root);
uint64_t root_count(const struct root *root);
/* A part as bytes, borrowed until the next change. */
struct str root_part(const struct root *root, unsigned part);
/* Replaces a part or the count, when a root is loaded. DATA_LOSS for a wrong size. */
MUST_USE struct status root_set_part(struct root *root, unsigned part, struct str bytes);
void root_set_count(struct root *root, uint64_t count);
/* Whether a part may differ from what was stored; root_set_part and root_saved make it false. */
bool root_changed(const struct root *root, unsigned part);
void root_saved(struct root *root);

#endif
