/* Indexes: pure functions from one entity to the rows that find it. The same rows serve deciders
 * and queries. */
#ifndef CORE_DOMAIN_KERNEL_INDEX_H
#define CORE_DOMAIN_KERNEL_INDEX_H

#include "core/base/status.h"
#include "core/domain/registry/registry.h"

/* Parts of an index key before the entity's id, at most. */
enum { INDEX_PARTS_MAX = 3 };

struct index_row {
    enum index_number index;
    struct str parts[INDEX_PARTS_MAX];
    size_t parts_count;
};

/* Called once per row; parts are borrowed for the call. */
struct index_sink {
    struct status (*row)(void *self, const struct index_row *row);
    void *self;
};

/* The rows of one entity in its present state; none for a removed or ended one. */
MUST_USE struct status index_rows(enum entity_kind kind, const ProtobufCMessage *entity,
                                  const struct index_sink *sink);

/* The parts of each row of an index. */
size_t index_parts(enum index_number index);
/* The first parts of an index's keys that every question gives: up to the first that is no kind. */
size_t index_parts_asked(enum index_number index);

/* A kind as a part of a key: its number as decimal text. Static memory. */
struct str index_kind(unsigned kind);

/* A set of indexes, by their numbers. Starts as { 0 }. */
struct index_set {
    uint64_t words[INDEX_NUMBERS_MAX / 64];
};

static inline void index_set_add(struct index_set *set, uint8_t index)
{
    set->words[index / 64] |= UINT64_C(1) << index % 64;
}

static inline bool index_set_has(const struct index_set *set, uint8_t index)
{
    return (set->words[index / 64] >> index % 64 & 1) != 0;
}

/* The part of GRANT_BY_CONTENT for a grant of this content: SHA-256 as hexadecimal text into `hex`.
 * The grantee's role types must be in byte order, as decide keeps them. */
struct str index_grant_content(const char *permission, const Agency__V1__Grantee *grantee,
                               const Agency__V1__GrantObject *on, char hex[65]);

#endif
