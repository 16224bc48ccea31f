/* Maps: entries in the order of their making. A few are found by a walk, more by halves: by the
 * entries themselves where they are in the order of their keys, as those of a message mostly are,
 * else by a sorted list of their numbers. (No hash: chosen keys could make one slow, or cost more
 * than was estimated.) */
#include "core/cel/sort.h"

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

/* Keys by kind, then by value: -1, 0 or 1. Both comparable, as cel_map_key makes them. */
static int cel_map_key_order(struct cel_value a, struct cel_value b)
{
    if (a.kind != b.kind) {
        return a.kind < b.kind ? -1 : 1;
    }
    if (a.kind == CEL_STRING) {
        int bytes = str_cmp(cel_str(a), cel_str(b));
        return (bytes > 0) - (bytes < 0);
    }
    return a.kind == CEL_UINT ? (a.unsigned_integer > b.unsigned_integer) -
                                    (a.unsigned_integer < b.unsigned_integer)
                              : (a.integer > b.integer) - (a.integer < b.integer);
}

static struct cel_value cel_map_key_of(const struct cel_entry *entry)
{
    struct cel_value key = entry->key;
    cel_map_key(&key);
    return key;
}

static uint64_t cel_map_key_size(struct cel_value key)
{
    return key.kind == CEL_STRING ? key.size : 0;
}

/* The number of the entry with the key; the count when there is none. */
static bool cel_map_walk(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                         uint32_t *entry)
{
    if (!cel_charge(run, cel_gas_bytes(cel_map_key_size(key)) + map->count)) {
        return false;
    }
    *entry = 0;
    while (*entry < map->count &&
           cel_map_key_order(key, cel_map_key_of(&map->entries[*entry])) != 0) {
        ++*entry;
    }
    return true;
}

/* The same by halves; each may compare the whole key. */
static bool cel_map_halve(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                          uint32_t *entry)
{
    uint32_t low = 0, high = map->count;
    uint64_t steps = cel_gas_halves(map->count);
    *entry = map->count;
    if (!cel_charge(run, steps * cel_gas_bytes(cel_map_key_size(key)))) {
        return false;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t number = map->order == NULL ? middle : map->order[middle];
        int order = cel_map_key_order(key, cel_map_key_of(&map->entries[number]));
        if (order == 0) {
            *entry = number;
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return true;
}

bool cel_map_find(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                  const struct cel_value **found)
{
    uint32_t entry;
    *found = NULL;
    if (!cel_map_key(&key)) {
        return true;
    }
    if (map->count <= CEL_MAP_WALK_MAX ? !cel_map_walk(run, map, key, &entry)
                                       : !cel_map_halve(run, map, key, &entry)) {
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

/* Puts a few entries in one after the other; of equal keys the last one's value stays, or it fails.
 */
static bool cel_map_fill(struct cel_run *run, struct cel_map *map, struct cel_entry *entries,
                         uint32_t count, bool last_stays)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t twice = 0;
        if (i > 0 && !cel_map_walk(run, map, cel_map_key_of(&entries[i]), &twice)) {
            return false;
        }
        if (twice == map->count) {
            entries[map->count++] = entries[i];
        } else if (last_stays) {
            entries[twice].value = entries[i].value;
        } else {
            return cel_map_no_twice(run, entries[i].key);
        }
    }
    return true;
}

static bool cel_map_compare(struct cel_run *run, const void *of, uint32_t a, uint32_t b, int *order)
{
    const struct cel_entry *entries = of;
    struct cel_value first = cel_map_key_of(&entries[a]), second = cel_map_key_of(&entries[b]);
    uint64_t size = cel_map_key_size(first), other = cel_map_key_size(second);
    *order = cel_map_key_order(first, second);
    return cel_charge(run, (size < other ? size : other) / CEL_GAS_BYTES);
}

/* Whether each key is above the one before. */
static bool cel_map_in_order(struct cel_run *run, const struct cel_entry *entries, uint32_t count,
                             bool *in_order)
{
    *in_order = true;
    for (uint32_t i = 1; *in_order && i < count; i++) {
        int order;
        if (!cel_charge(run, 1) || !cel_map_compare(run, entries, i - 1, i, &order)) {
            return false;
        }
        *in_order = order < 0;
    }
    return true;
}

/* Of entries with equal keys, which are neighbours in `order`, the first gets the last one's value,
 * and the others go. `numbers`: room for what becomes of each entry's number. */
static uint32_t cel_map_merge(struct cel_entry *entries, uint32_t *order, uint32_t *numbers,
                              uint32_t count)
{
    uint32_t kept = 0, sorted = 0, first = order[0];
    memset(numbers, 0, count * sizeof *numbers);
    for (uint32_t i = 1; i < count; i++) {
        bool same = cel_map_key_order(cel_map_key_of(&entries[first]),
                                      cel_map_key_of(&entries[order[i]])) == 0;
        if (same) {
            entries[first].value = entries[order[i]].value;
            numbers[order[i]] = UINT32_MAX;
        } else {
            first = order[i];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (numbers[i] != UINT32_MAX) {
            entries[kept] = entries[i];
            numbers[i] = kept++;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (numbers[order[i]] != UINT32_MAX) {
            order[sorted++] = numbers[order[i]];
        }
    }
    return kept;
}

static bool cel_map_sort(struct cel_run *run, struct cel_map *map, struct cel_entry *entries,
                         uint32_t count, bool last_stays)
{
    bool in_order;
    map->count = count;
    if (!cel_map_in_order(run, entries, count, &in_order) || in_order) {
        return in_order;
    }
    uint32_t *order = cel_sort(run, count, cel_map_compare, entries);
    map->order = order;
    for (uint32_t i = 1; order != NULL && i < count; i++) {
        struct cel_value before = cel_map_key_of(&entries[order[i - 1]]);
        if (cel_map_key_order(before, cel_map_key_of(&entries[order[i]])) != 0) {
            continue;
        }
        if (!last_stays) {
            return cel_map_no_twice(run, entries[order[i]].key);
        }
        map->count = cel_map_merge(entries, order, order + count, count);
        return true;
    }
    return order != NULL;
}

static bool cel_map_make(struct cel_run *run, struct cel_entry *entries, uint32_t count,
                         bool last_stays, struct cel_value *result)
{
    struct cel_map *map = cel_alloc(run, sizeof *map);
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
    return count <= CEL_MAP_WALK_MAX ? cel_map_fill(run, map, entries, count, last_stays)
                                     : cel_map_sort(run, map, entries, count, last_stays);
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
