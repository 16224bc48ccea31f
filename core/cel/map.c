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

/* Whether entry number `i` has the key (made comparable). */
static bool cel_map_entry_is(const struct cel_map *map, uint32_t i, struct cel_value key)
{
    struct cel_value other = map->entries[i].key;
    return cel_map_key(&other) && cel_map_key_equal(key, other);
}

/* The number of the entry with the key; the count when there is none. */
static bool cel_map_walk(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                         uint32_t *entry)
{
    if (!cel_charge(run, map->count)) {
        return false;
    }
    *entry = 0;
    while (*entry < map->count && !cel_map_entry_is(map, *entry, key)) {
        ++*entry;
    }
    return true;
}

static bool cel_map_probe(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                          uint32_t *entry)
{
    *entry = map->count;
    for (uint32_t slot = cel_map_hash(key);; slot++) {
        uint32_t number = map->slots[slot & map->slots_mask];
        if (number == 0) {
            return true;
        }
        if (!cel_charge(run, 1)) {
            return false;
        }
        if (cel_map_entry_is(map, number - 1, key)) {
            *entry = number - 1;
            return true;
        }
    }
}

static bool cel_map_seek(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                         uint32_t *entry)
{
    *entry = map->count;
    if (!cel_map_key(&key)) {
        return true;
    }
    if (!cel_charge_bytes(run, key.kind == CEL_STRING ? key.size : 0)) {
        return false;
    }
    return map->slots == NULL ? cel_map_walk(run, map, key, entry)
                              : cel_map_probe(run, map, key, entry);
}

bool cel_map_find(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                  const struct cel_value **found)
{
    uint32_t entry;
    *found = NULL;
    if (!cel_map_seek(run, map, key, &entry)) {
        return false;
    }
    *found = entry < map->count ? &map->entries[entry].value : NULL;
    return true;
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

/* Room to find entries by hash; NULL with the error set. */
static uint32_t *cel_map_slots(struct cel_run *run, uint32_t count, uint32_t *mask)
{
    uint32_t slots = 16;
    while (slots < count * 2) {
        slots *= 2;
    }
    uint32_t *index = cel_alloc(run, slots * sizeof *index);
    if (index != NULL) {
        memset(index, 0, slots * sizeof *index);
        *mask = slots - 1;
    }
    return index;
}

/* Appends an entry whose key is not there yet. */
static void cel_map_append(struct cel_map *map, uint32_t *index, struct cel_entry *entries,
                           struct cel_entry entry)
{
    struct cel_value key = entry.key;
    entries[map->count++] = entry;
    if (index == NULL) {
        return;
    }
    cel_map_key(&key);
    uint32_t slot = cel_map_hash(key);
    while (index[slot & map->slots_mask] != 0) {
        slot++;
    }
    index[slot & map->slots_mask] = map->count;
}

/* Puts the entries in one after the other; of equal keys the last one's value stays, or it fails.
 */
static bool cel_map_fill(struct cel_run *run, struct cel_map *map, uint32_t *index,
                         struct cel_entry *entries, uint32_t count, bool last_stays)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t twice = map->count;
        if ((i > 0 || index != NULL) && !cel_map_seek(run, map, entries[i].key, &twice)) {
            return false;
        }
        if (twice == map->count) {
            cel_map_append(map, index, entries, entries[i]);
        } else if (last_stays) {
            entries[twice].value = entries[i].value;
        } else {
            return cel_map_no_twice(run, entries[i].key);
        }
    }
    return true;
}

static bool cel_map_make(struct cel_run *run, struct cel_entry *entries, uint32_t count,
                         bool last_stays, struct cel_value *result)
{
    struct cel_map *map = cel_alloc(run, sizeof *map);
    uint32_t *index = NULL;
    if (map == NULL) {
        return false;
    }
    *map = (struct cel_map){ .entries = entries };
    for (uint32_t i = 0; i < count; i++) {
        struct cel_value key = entries[i].key;
        if (key.kind == CEL_DOUBLE || !cel_map_key(&key)) {
            return cel_fail(run, "expected a key of type bool, int, uint or string");
        }
    }
    *result = cel_map_value(map);
    if (count > CEL_MAP_WALK_MAX) {
        index = cel_map_slots(run, count, &map->slots_mask);
        map->slots = index;
        if (index == NULL) {
            return false;
        }
    }
    return cel_map_fill(run, map, index, entries, count, last_stays);
}

bool cel_map_new(struct cel_run *run, struct cel_entry *entries, uint32_t count,
                 struct cel_value *result)
{
    return cel_map_make(run, entries, count, false, result);
}

bool cel_map_of_last(struct cel_run *run, struct cel_entry *entries, uint32_t count,
                     struct cel_value *result)
{
    return cel_map_make(run, entries, count, true, result);
}
