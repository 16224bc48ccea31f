/* A borrowed slice of bytes: text or binary, not NUL-terminated. Passed by value. */
#ifndef CORE_BASE_STR_H
#define CORE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *data; /* may be NULL when size is 0 */
    size_t size;      /* bytes */
};

/* A slice of a string literal. */
#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).size, (s).data

/* Borrows a NUL-terminated string; NULL gives the empty slice. */
static inline struct str str_z(const char *z)
{
    return (struct str){ z, z == NULL ? 0 : strlen(z) };
}

static inline struct str str_make(const void *data, size_t size)
{
    return (struct str){ (const char *)data, size };
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Bytewise order; a prefix comes first. Like memcmp: below, at or above zero. */
static inline int str_cmp(struct str a, struct str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.size >= prefix.size &&
           (prefix.size == 0 || memcmp(s.data, prefix.data, prefix.size) == 0);
}

/* The slice from byte `from` (at most size) to the end. */
static inline struct str str_from(struct str s, size_t from)
{
    return (struct str){ s.data == NULL ? NULL : s.data + from, s.size - from };
}

/* Takes off the text what stands before the first `at`, and that too; all where there is none. */
static inline struct str str_cut(struct str *text, char at)
{
    const char *end = text->size == 0 ? NULL : (const char *)memchr(text->data, at, text->size);
    struct str part = str_make(text->data, end == NULL ? text->size : (size_t)(end - text->data));
    *text = str_from(*text, part.size + (end != NULL));
    return part;
}

#endif
