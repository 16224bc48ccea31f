/* Maps: entries in the order of their making, found by a walk while there are few and by open
 * addressing above that. The hash decides nothing that can be seen: neither order nor, since each
 * probe is charged alike, more than the gas of a lookup. */
#include "core/cel/run.h"

enum { CEL_MAP_WALK_MAX = 8 };

/* Numbers that are equal become one kind; false: such a key can be in no map. */
static bool cel_map_key(struct cel_value *key)
{
    if (key->kind == CEL_UINT && key->unsigned_integer <= INT64_MAX) {
        *key = cel_int((int64_t)key->unsigned_integer);
    } else if (key->kind == CEL_DOUBLE) {
        double number = key->number;
        if (number >= -0x1p63 && number < 0x1p63 && (double)(int64_t)number == number) {
            *key = cel_int((int64_t)number);
        } else if (number >= 0x1p63 && number < 0x1p64) {
            *key = cel_uint((uint64_t)number);
        } else {
            return false;
        }
    }
    return key->kind == CEL_BOOL || key->kind == CEL_INT || key->kind == CEL_UINT ||
           key->kind == CEL_STRING;
}

static bool cel_map_key_equal(struct cel_value a, struct cel_value b)
{
    if (a.kind != b.kind) {
        return false;
    }
    return a.kind == CEL_STRING ? str_eq(cel_str(a), cel_str(b)) : a.integer == b.integer;
}

static uint32_t cel_map_hash(struct cel_value key)
{
    uint64_t hash = 0xcbf29ce484222325 ^ key.kind;
    if (key.kind != CEL_STRING) {
        hash ^= key.unsigned_integer;
        hash *= 0x9E3779B97F4A7C15;
        return (uint32_t)(hash >> 32);
    }
    for (uint32_t i = 0; i < key.size; i++) {
        hash = (hash ^ (unsigned char)key.data[i]) * 0x100000001b3;
    }
    return (uint32_t)(hash >> 32 ^ hash);
}

static bool cel_map_walk(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                         const struct cel_value **found)
{
    if (!cel_charge(run, map->count)) {
        return false;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        struct cel_value other = map->entries[i].key;
        if (cel_map_key(&other) && cel_map_key_equal(key, other)) {
            *found = &map->entries[i].value;
            return true;
        }
    }
    return true;
}

bool cel_map_find(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                  const struct cel_value **found)
{
    *found = NULL;
    if (!cel_map_key(&key)) {
        return true;
    }
    uint64_t size = key.kind == CEL_STRING ? key.size : 0;
    if (!cel_charge_bytes(run, size)) {
        return false;
    }
    if (map->slots == NULL) {
        return cel_map_walk(run, map, key, found);
    }
    for (uint32_t slot = cel_map_hash(key);; slot++) {
        uint32_t entry = map->slots[slot & map->slots_mask];
        if (entry == 0) {
            return true;
        }
        struct cel_value other = map->entries[entry - 1].key;
        if (!cel_charge(run, 1)) {
            return false;
        }
        if (cel_map_key(&other) && cel_map_key_equal(key, other)) {
            *found = &map->entries[entry - 1].value;
            return true;
        }
    }
}

static bool cel_map_no_twice(struct cel_run *run, struct cel_value key)
{
    if (key.kind == CEL_STRING) {
        return cel_fail(run, "expected keys that differ, but '%.*s' is there twice",
                        STR_ARG(cel_str(key)));
    }
    return cel_fail(run, "expected keys that differ, but %lld is there twice",
                    (long long)key.integer);
}

static bool cel_map_index(struct cel_run *run, struct cel_map *map)
{
    uint32_t slots = 16;
    while (slots < map->count * 2) {
        slots *= 2;
    }
    uint32_t *index = cel_alloc(run, slots * sizeof *index);
    if (index == NULL) {
        return false;
    }
    memset(index, 0, slots * sizeof *index);
    map->slots = index;
    map->slots_mask = slots - 1;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct cel_value *twice;
        struct cel_value key = map->entries[i].key;
        if (!cel_map_find(run, map, key, &twice)) {
            return false;
        }
        if (twice != NULL) {
            return cel_map_no_twice(run, key);
        }
        cel_map_key(&key);
        uint32_t slot = cel_map_hash(key);
        while (index[slot & map->slots_mask] != 0) {
            slot++;
        }
        index[slot & map->slots_mask] = i + 1;
    }
    return true;
}

static bool cel_map_no_pairs(struct cel_run *run, const struct cel_map *map)
{
    for (uint32_t i = 1; i < map->count; i++) {
        const struct cel_value *twice;
        struct cel_map before = { .count = i, .entries = map->entries };
        if (!cel_map_find(run, &before, map->entries[i].key, &twice)) {
            return false;
        }
        if (twice != NULL) {
            return cel_map_no_twice(run, map->entries[i].key);
        }
    }
    return true;
}

bool cel_map_new(struct cel_run *run, const struct cel_entry *entries, uint32_t count,
                 struct cel_value *result)
{
    struct cel_map *map = cel_alloc(run, sizeof *map);
    if (map == NULL) {
        return false;
    }
    *map = (struct cel_map){ .count = count, .entries = entries };
    for (uint32_t i = 0; i < count; i++) {
        struct cel_value key = entries[i].key;
        if (key.kind == CEL_DOUBLE || !cel_map_key(&key)) {
            return cel_fail(run, "expected a key of type bool, int, uint or string");
        }
    }
    *result = cel_map_value(map);
    return count <= CEL_MAP_WALK_MAX ? cel_map_no_pairs(run, map) : cel_map_index(run, map);
}
