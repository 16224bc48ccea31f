/* The rows of each kind, made from the fields that INDEXES of the registry names.
 *
 * A row is made from the fields of its own entity only, so that the fold can take the difference of
 * old and new rows without reading anything else. What has ended has no rows, what has not begun
 * only those of the indexes that WAITING names; what has expired still has them, as time alone
 * changes no state: who reads compares expires_at. An index of one
 * part is a relation, and one that is not set (no parent, no job space) gives no row; where an
 * index has several parts, an empty one means something (an assignment outside all job spaces, a
 * grant on the org), and the row stays. */
#include "core/domain/kernel/index.h"

#include "core/base/hex.h"
#include "core/base/num.h"
#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"

/* ---- the table ---- */

#define MESSAGE(Message) struct Agency__V1__##Message
#define ONE(Entity, field)                                                             \
    {                                                                                  \
        .type = INDEX_PART_ONE, .path = #field, .at = offsetof(MESSAGE(Entity), field) \
    }
#define KIND(Entity, field)                                                             \
    {                                                                                   \
        .type = INDEX_PART_KIND, .path = #field, .at = offsetof(MESSAGE(Entity), field) \
    }
#define MANY(Entity, field)                                                              \
    {                                                                                    \
        .type = INDEX_PART_MANY, .path = #field, .at = offsetof(MESSAGE(Entity), field), \
        .count_at = offsetof(MESSAGE(Entity), n_##field)                                 \
    }
#define ONE_IN(Entity, message, Message, field)                                              \
    {                                                                                        \
        .type = INDEX_PART_ONE, .path = #message "." #field,                                 \
        .outer = offsetof(MESSAGE(Entity), message), .at = offsetof(MESSAGE(Message), field) \
    }
#define KIND_IN(Entity, message, Message, field)                                             \
    {                                                                                        \
        .type = INDEX_PART_KIND, .path = #message "." #field,                                \
        .outer = offsetof(MESSAGE(Entity), message), .at = offsetof(MESSAGE(Message), field) \
    }
#define MADE(function)                                    \
    {                                                     \
        .type = INDEX_PART_MADE, .made = index_##function \
    }
#define MADE_MANY(function)                                          \
    {                                                                \
        .type = INDEX_PART_MADE_MANY, .made_item = index_##function, \
        .made_count = index_##function##_count                       \
    }
#define PARTS(...) sizeof((struct index_part[]){ __VA_ARGS__ }) / sizeof(struct index_part)

static const struct index_type types[] = {
    { .name = "NAME", .parts_asked = 2, .parts_count = 2 },        /* by hand: index_name */
    { .name = "EXTERNAL_ID", .parts_asked = 2, .parts_count = 4 }, /* by hand: index_external */
    { .name = "DUE", .latest = true, .parts_count = 2 },           /* by hand: index_due */
#define X(upper, number, entity_kind, asked, ...) \
    { .name = #upper,                             \
      .kind = ENTITY_##entity_kind,               \
      .parts_asked = (asked),                     \
      .parts_count = PARTS(__VA_ARGS__),          \
      .parts = { __VA_ARGS__ } },
    INDEXES(X)
#undef X
};

static const uint8_t numbers[] = { INDEX_NAME, INDEX_EXTERNAL_ID, INDEX_DUE,
#define X(upper, number, ...) INDEX_##upper,
                                   INDEXES(X)
#undef X
};

enum {
    INDEX_AT_NAME,
    INDEX_AT_EXTERNAL_ID,
    INDEX_AT_DUE,
#define X(upper, ...) INDEX_AT_##upper,
    INDEXES(X)
#undef X
        INDEX_TYPES
};

/* The place of a number in the table, plus one. */
static const uint8_t places[INDEX_NUMBERS_MAX] = { [INDEX_NAME] = INDEX_AT_NAME + 1,
                                                   [INDEX_EXTERNAL_ID] = INDEX_AT_EXTERNAL_ID + 1,
                                                   [INDEX_DUE] = INDEX_AT_DUE + 1,
#define X(upper, ...) [INDEX_##upper] = INDEX_AT_##upper + 1,
                                                   INDEXES(X)
#undef X
};

const struct index_type *index_types(size_t *count)
{
    *count = INDEX_TYPES;
    return types;
}

enum index_number index_number(const struct index_type *type)
{
    assert(type >= types && type < types + INDEX_TYPES);
    return (enum index_number)numbers[type - types];
}

enum index_waiting index_waiting(const struct index_type *type)
{
    static const uint8_t waiting[INDEX_NUMBERS_MAX] = {
#define X(upper, whether) [INDEX_##upper] = INDEX_WAITING_##whether,
        WAITING(X)
#undef X
    };
    return (enum index_waiting)waiting[index_number(type)];
}

const struct index_type *index_type(unsigned number)
{
    bool known = number < INDEX_NUMBERS_MAX && places[number] > 0;
    return known ? &types[places[number] - 1] : NULL;
}

#define INDEX_TEN(tens) \
    tens "0" tens "1" tens "2" tens "3" tens "4" tens "5" tens "6" tens "7" tens "8" tens "9"
#define INDEX_HUNDRED(hundreds) \
    INDEX_TEN(hundreds "0")     \
    INDEX_TEN(hundreds "1")     \
    INDEX_TEN(hundreds "2")     \
    INDEX_TEN(hundreds "3")     \
    INDEX_TEN(hundreds "4")     \
    INDEX_TEN(hundreds "5")     \
    INDEX_TEN(hundreds "6")     \
    INDEX_TEN(hundreds "7")     \
    INDEX_TEN(hundreds "8")     \
    INDEX_TEN(hundreds "9")

struct str index_kind(unsigned kind)
{
    static const char digits[] = INDEX_HUNDRED("0") INDEX_HUNDRED("1") INDEX_HUNDRED("2");
    static_assert((sizeof digits - 1) / 3 >= ENTITY_KINDS_MAX, "each kind has a text of its own");
    if (kind >= ENTITY_KINDS_MAX) {
        return STR("?"); /* a number that no program knows; decide refuses it */
    }
    size_t zeros = kind < 10 ? 2 : kind < 100 ? 1 : 0;
    return str_make(digits + (size_t)3 * kind + zeros, 3 - zeros);
}

/* ---- rows ---- */

static struct status index_name(const struct index_sink *sink, enum entity_kind kind,
                                const ProtobufCMessage *entity)
{
    static const size_t offsets[] = {
#define NAMED(pascal) offsetof(MESSAGE(pascal), name)
#define UNNAMED(pascal) 0
#define X(upper, pascal, snake, key_parts, plural, named, ...) [ENTITY_##upper] = named(pascal),
        ENTITIES(X)
#undef X
    };
    assert((size_t)kind < sizeof offsets / sizeof offsets[0]);
    if (offsets[kind] == 0) {
        return status_ok();
    }
    struct str name = str_z(*(char *const *)(const void *)((const char *)entity + offsets[kind]));
    struct index_row row = { INDEX_NAME, { index_kind(kind), name }, 2 };
    return name.size == 0 ? status_ok() : sink->row(sink->self, &row);
}

/* A value has no key; a personal one has a row for each of its hashes. */
static struct status index_external_row(const struct index_sink *sink, enum entity_kind kind,
                                        const Agency__V1__ExternalId *id, const char *key_id,
                                        const char *value)
{
    struct index_row row = { INDEX_EXTERNAL_ID,
                             { index_kind(kind), str_z(id->system), str_z(key_id), str_z(value) },
                             4 };
    return sink->row(sink->self, &row);
}

static struct status index_external(const struct index_sink *sink, enum entity_kind kind,
                                    const ProtobufCMessage *entity)
{
    size_t count;
    Agency__V1__ExternalId *const *ids = registry_external_ids(kind, entity, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < ids[i]->n_hashes; j++) {
            TRY(index_external_row(sink, kind, ids[i], ids[i]->hashes[j]->key_id,
                                   ids[i]->hashes[j]->hmac));
        }
        if (!ids[i]->personal) {
            TRY(index_external_row(sink, kind, ids[i], "", ids[i]->value));
        }
    }
    return status_ok();
}

/* The message that holds the field of a part; NULL if it is missing. */
static const char *index_holder(const struct index_part *part, const ProtobufCMessage *entity)
{
    const char *holder = (const char *)entity;
    if (part->outer > 0) {
        memcpy(&holder, holder + part->outer, sizeof holder);
    }
    return holder;
}

/* How many rows a part makes by its number of items. */
static size_t index_part_count(const struct index_part *part, const ProtobufCMessage *entity)
{
    size_t count = 1;
    if (part->type == INDEX_PART_MANY) {
        memcpy(&count, index_holder(part, entity) + part->count_at, sizeof count);
    } else if (part->type == INDEX_PART_MADE_MANY) {
        count = part->made_count(entity);
    }
    return count;
}

/* What a function of a kind makes, kept: most of it is empty. */
static struct str index_part_made(const struct index_part *part, const ProtobufCMessage *entity,
                                  struct arena *arena)
{
    char room[INDEX_MADE_MAX];
    struct str made = part->made(entity, room);
    assert(made.size <= sizeof room);
    return made.size == 0 ? STR("") : arena_copy(arena, made);
}

/* The text of a part; `item` counts where there are many. No data: the arena is full. */
static struct str index_part_text(const struct index_part *part, const ProtobufCMessage *entity,
                                  size_t item, struct arena *arena)
{
    char *const *list;
    const void *at = index_holder(part, entity) + part->at;
    switch (part->type) {
    case INDEX_PART_ONE:
        return str_z(*(char *const *)at);
    case INDEX_PART_MANY:
        list = *(char *const *const *)at;
        return str_z(list[item]);
    case INDEX_PART_KIND:
        return index_kind(*(const unsigned *)at);
    case INDEX_PART_MADE:
        return index_part_made(part, entity, arena);
    case INDEX_PART_MADE_MANY:
        return part->made_item(entity, item);
    }
    return (struct str){ 0 };
}

/* The row of one item; none for a relation that is not set. Where several parts are many, each item
 * of one goes with each of the others. */
static struct status index_row_of(const struct index_type *type, const ProtobufCMessage *entity,
                                  const size_t counts[INDEX_PARTS_MAX], size_t item,
                                  const struct index_sink *sink)
{
    struct index_row row = { .index = index_number(type), .parts_count = type->parts_count };
    for (size_t i = 0; i < type->parts_count; i++) {
        size_t at = counts[i] == 1 ? 0 : item % counts[i]; /* few are many, and dividing is slow */
        item = counts[i] == 1 ? item : item / counts[i];
        row.parts[i] = index_part_text(&type->parts[i], entity, at, sink->arena);
        if (row.parts[i].data == NULL) {
            return arena_full(sink->arena);
        }
    }
    assert(item == 0); /* each item of each part has its turn */
    bool unset = type->parts_count == 1 && row.parts[0].size == 0;
    return unset ? status_ok() : sink->row(sink->self, &row);
}

static struct status index_rows_of(const struct index_type *type, const ProtobufCMessage *entity,
                                   const struct index_sink *sink)
{
    size_t counts[INDEX_PARTS_MAX], count = 1;
    assert(type->parts_count > 0 && type->parts_count <= INDEX_PARTS_MAX);
    for (size_t i = 0; i < type->parts_count; i++) {
        if (index_holder(&type->parts[i], entity) == NULL) {
            return status_error(STATUS_DATA_LOSS, "expected %s in an entity that has rows",
                                type->parts[i].path);
        }
        counts[i] = index_part_count(&type->parts[i], entity);
        count *= counts[i];
    }
    for (size_t i = 0; i < count; i++) {
        TRY(index_row_of(type, entity, counts, i, sink));
    }
    return status_ok();
}

/* ---- times in keys ---- */

static const uint64_t index_bias = (uint64_t)1 << 63; /* times before 1970 come first */

static struct str index_hex(uint64_t number, char room[INDEX_MADE_MAX])
{
    uint8_t bytes[INDEX_TIME_SIZE / 2];
    num_put_u64be(bytes, number);
    hex_write(bytes, sizeof bytes, room);
    return str_make(room, INDEX_TIME_SIZE);
}

static uint64_t index_hex_number(struct str hex)
{
    uint8_t bytes[INDEX_TIME_SIZE / 2] = { 0 };
    bool read = hex_read(hex, bytes, sizeof bytes);
    assert(read);
    return num_get_u64be(bytes);
}

struct str index_time(int64_t time_us, char room[INDEX_MADE_MAX])
{
    return index_hex((uint64_t)time_us + index_bias, room);
}

int64_t index_time_us(struct str time)
{
    return (int64_t)(index_hex_number(time) - index_bias);
}

/* The one row of what waits for a time, whatever its status. */
static struct status index_due(const struct index_sink *sink, enum entity_kind kind,
                               const ProtobufCMessage *entity)
{
    char room[INDEX_MADE_MAX];
    int64_t time_us;
    if (!due_row_time(kind, entity, &time_us)) {
        return status_ok();
    }
    struct str time = arena_copy(sink->arena, index_time(time_us, room));
    struct index_row row = { INDEX_DUE, { time, index_kind(kind) }, 2 };
    return time.data == NULL ? arena_full(sink->arena) : sink->row(sink->self, &row);
}

struct str index_end(const Google__Protobuf__Timestamp *expires_at, char room[INDEX_MADE_MAX])
{
    return expires_at == NULL
               ? STR("")
               : index_hex(UINT64_MAX - ((uint64_t)fields_time_us(expires_at) + index_bias), room);
}

int64_t index_end_time(struct str end)
{
    return end.size == 0 ? INT64_MAX : (int64_t)(UINT64_MAX - index_hex_number(end) - index_bias);
}

struct status index_rows(enum entity_kind kind, const ProtobufCMessage *entity,
                         const struct index_sink *sink)
{
    assert(registry_entity(kind) != NULL);
    TRY(index_due(sink, kind, entity));
    if (fields_is_over(entity)) {
        return status_ok();
    }
    TRY(index_name(sink, kind, entity));
    TRY(index_external(sink, kind, entity));
    const enum index_waiting none =
        fields_status(entity) == LIFE_SCHEDULED ? INDEX_WAITING_NEVER : INDEX_WAITING_ALONE;
    for (size_t i = INDEX_AT_DUE + 1; i < INDEX_TYPES; i++) {
        if (types[i].kind == kind && index_waiting(&types[i]) != none) {
            TRY(index_rows_of(&types[i], entity, sink));
        }
    }
    return status_ok();
}
