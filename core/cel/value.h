/* Values: 16 bytes, passed by value; what they point to lies in an arena, in the program or in the
 * caller's messages, and is borrowed. Immutable once made. */
#ifndef CORE_CEL_VALUE_H
#define CORE_CEL_VALUE_H

#include "core/cel/type.h"

struct cel_value {
    uint32_t kind; /* enum cel_kind, below CEL_VALUE_KINDS */
    union {
        uint32_t size; /* CEL_STRING, CEL_BYTES: bytes */
        int32_t nanos; /* CEL_TIMESTAMP, CEL_DURATION: 0..999,999,999, added to seconds */
    };
    union {
        bool boolean;
        int64_t integer;
        uint64_t unsigned_integer;
        double number;
        int64_t seconds;  /* CEL_TIMESTAMP since 1970, CEL_DURATION; rounded down */
        const char *data; /* CEL_STRING (valid UTF-8), CEL_BYTES */
        const struct cel_list *list;
        const struct cel_map *map;
        const struct cel_type *type;
        const void *message;               /* the provider knows what it is */
        const struct cel_value *content;   /* CEL_OPTIONAL: NULL for none */
        const struct cel_address *address; /* CEL_IP, CEL_CIDR */
        const struct cel_error *error;
    };
};
static_assert(sizeof(struct cel_value) == 16, "two words");

struct cel_list {
    uint32_t count;
    const struct cel_value *items;
};

struct cel_entry {
    struct cel_value key; /* bool, int, uint or string */
    struct cel_value value;
};

/* Entries stay in the order in which they were put; look up with cel_map_find. */
struct cel_map {
    uint32_t count;
    const struct cel_entry *entries;
    const uint32_t *order; /* entry numbers by key; NULL: few, or the entries are in that order */
};

/* An address, or a network with its prefix length; IPv4 in the first four bytes. */
struct cel_address {
    uint8_t bytes[16];
    uint8_t size;        /* 4 or 16 */
    uint8_t prefix_bits; /* CEL_CIDR */
};

/* A copy by its two words: a value that was just written word by word is read back at once, which a
 * load of both words together would wait for. */
static inline void cel_value_copy(struct cel_value *to, const struct cel_value *from)
{
    to->kind = from->kind;
    to->size = from->size;
    to->integer = from->integer;
}

static inline struct cel_value cel_null(void)
{
    return (struct cel_value){ .kind = CEL_NULL };
}

static inline struct cel_value cel_bool(bool boolean)
{
    return (struct cel_value){ .kind = CEL_BOOL, .integer = boolean };
}

static inline struct cel_value cel_int(int64_t integer)
{
    return (struct cel_value){ .kind = CEL_INT, .integer = integer };
}

static inline struct cel_value cel_uint(uint64_t integer)
{
    return (struct cel_value){ .kind = CEL_UINT, .unsigned_integer = integer };
}

static inline struct cel_value cel_double(double number)
{
    return (struct cel_value){ .kind = CEL_DOUBLE, .number = number };
}

static inline struct cel_value cel_string(struct str s)
{
    return (struct cel_value){ .kind = CEL_STRING, .size = (uint32_t)s.size, .data = s.data };
}

static inline struct cel_value cel_bytes(struct str s)
{
    return (struct cel_value){ .kind = CEL_BYTES, .size = (uint32_t)s.size, .data = s.data };
}

/* Normalised: `nanos` 0..999,999,999 above `seconds`, also below zero (-0.5 s is -1 s + 5e8 ns). */
static inline struct cel_value cel_timestamp(int64_t seconds, int32_t nanos)
{
    return (struct cel_value){ .kind = CEL_TIMESTAMP, .nanos = nanos, .seconds = seconds };
}

static inline struct cel_value cel_duration(int64_t seconds, int32_t nanos)
{
    return (struct cel_value){ .kind = CEL_DURATION, .nanos = nanos, .seconds = seconds };
}

static inline struct cel_value cel_type_value(const struct cel_type *type)
{
    return (struct cel_value){ .kind = CEL_TYPE, .type = type };
}

static inline struct cel_value cel_message(const void *message)
{
    return (struct cel_value){ .kind = CEL_MESSAGE, .message = message };
}

static inline struct cel_value cel_list_value(const struct cel_list *list)
{
    return (struct cel_value){ .kind = CEL_LIST, .list = list };
}

static inline struct cel_value cel_map_value(const struct cel_map *map)
{
    return (struct cel_value){ .kind = CEL_MAP, .map = map };
}

/* `content` NULL: none. */
static inline struct cel_value cel_optional(const struct cel_value *content)
{
    return (struct cel_value){ .kind = CEL_OPTIONAL, .content = content };
}

/* The bytes of a CEL_STRING or CEL_BYTES. */
static inline struct str cel_str(struct cel_value value)
{
    return (struct str){ value.data, value.size };
}

#endif
