/* A list of ids in an arena: what walks and cascades collect. */
#ifndef CORE_DOMAIN_KERNEL_IDS_H
#define CORE_DOMAIN_KERNEL_IDS_H

#include "core/base/arena.h"

/* Starts as { .arena = arena }. */
struct ids {
    struct arena *arena;
    struct str *items; /* borrowed texts */
    size_t count;
    size_t cap;
};

MUST_USE struct status ids_add(struct ids *ids, struct str id);
MUST_USE struct status ids_add_all(struct ids *ids, const struct str *items, size_t items_count);

/* Puts them into byte order, each once. */
void ids_sort(struct ids *ids);

/* True if a sorted list has the id. */
bool ids_have(const struct ids *ids, struct str id);

/* The first of a few texts that stands before already; NULL: each is there once. */
const struct str *ids_again(const struct str *items, size_t items_count);

/* Whether a list of an entity has the id; whether two have the same ones in the same order. */
bool ids_listed(char *const *list, size_t count, struct str id);
bool ids_same(char *const *a, size_t a_count, char *const *b, size_t b_count);

/* The first text behind an id in byte order: where a page after it begins. */
MUST_USE struct status ids_behind(struct arena *arena, struct str id, struct str *behind);

#endif
