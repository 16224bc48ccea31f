/* Indexes: pure functions from one entity to the rows that find it. The same rows serve deciders
 * and queries. */
#ifndef CORE_DOMAIN_KERNEL_INDEX_H
#define CORE_DOMAIN_KERNEL_INDEX_H

#include "core/base/status.h"
#include "core/domain/registry/registry.h"

/* Parts of an index key before the entity's id, at most. */
enum { INDEX_PARTS_MAX = 7 };
/* Bytes of a part that is MADE: a hash as hexadecimal text. */
enum { INDEX_MADE_MAX = 65 };

struct index_row {
    enum index_number index;
    struct str parts[INDEX_PARTS_MAX];
    size_t parts_count;
};

/* Called once per row. Its parts live as long as the entity and the arena, and the row for the
 * call. */
struct index_sink {
    struct status (*row)(void *self, const struct index_row *row);
    void *self;
    struct arena *arena;
};

/* Where a part of a key comes from (the parts of INDEXES, registry.h). */
enum index_part_type {
    INDEX_PART_ONE,
    INDEX_PART_MANY,
    INDEX_PART_KIND,
    INDEX_PART_MADE,
    INDEX_PART_MADE_MANY,
};

struct index_part {
    enum index_part_type type;
    const char *path; /* "grantee.kind", as filters name the field; NULL: of no single field */
    size_t outer;     /* of the field that holds the message; 0: the entity itself */
    size_t at;        /* of the field in its message */
    size_t count_at;  /* of the list's length */
    struct str (*made)(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX]);
    struct str (*made_item)(const ProtobufCMessage *entity, size_t item);
    size_t (*made_count)(const ProtobufCMessage *entity);
};

struct index_type {
    const char *name;      /* "ROLE_BY_GROUP" */
    enum entity_kind kind; /* ENTITY_ANY: of several */
    bool latest;           /* it has no history: only what is now is asked */
    size_t parts_asked;    /* the first parts that every question gives */
    size_t parts_count;
    struct index_part parts[INDEX_PARTS_MAX];
};

/* NAME, EXTERNAL_ID and the rows of INDEXES in their order. Static memory. */
const struct index_type *index_types(size_t *count);
/* The number of a row of index_types. */
enum index_number index_number(const struct index_type *type);
/* Whether an index has rows of what is SCHEDULED. */
enum index_waiting {
    INDEX_WAITING_NEVER,
    INDEX_WAITING_TOO,
    INDEX_WAITING_ALONE, /* of nothing else: each such entity has one row */
};
enum index_waiting index_waiting(const struct index_type *type);
/* By number; NULL for one that is in no list. */
const struct index_type *index_type(unsigned number);

/* The rows of one entity in its present state; none for a removed or ended one. DATA_LOSS where a
 * message that a key needs is missing. */
MUST_USE struct status index_rows(enum entity_kind kind, const ProtobufCMessage *entity,
                                  const struct index_sink *sink);

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

/* A time as a part, so that what is earlier comes first: 16 hexadecimal digits; and back. */
enum { INDEX_TIME_SIZE = 16 };
struct str index_time(int64_t time_us, char room[INDEX_MADE_MAX]);
int64_t index_time_us(struct str time);

/* A time at which something ends, so that what lasts longest comes first: 16 hexadecimal digits,
 * none for what has no end. */
struct str index_end(const Google__Protobuf__Timestamp *expires_at, char room[INDEX_MADE_MAX]);
/* When what has this part ends; INT64_MAX: never. */
int64_t index_end_time(struct str end);

/* The functions of parts that are MADE, each beside its kind. */
struct str index_grant_content(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX]);
struct str index_grant_end(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX]);
struct str index_grant_how(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX]);
struct str index_assignment_end(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX]);
struct str index_assignment_as(const ProtobufCMessage *entity, size_t item);
size_t index_assignment_as_count(const ProtobufCMessage *entity);
struct str index_constraint_for(const ProtobufCMessage *entity, size_t item);
size_t index_constraint_for_count(const ProtobufCMessage *entity);
struct str index_constraint_of_org(const ProtobufCMessage *entity, size_t item);
size_t index_constraint_of_org_count(const ProtobufCMessage *entity);

#endif
