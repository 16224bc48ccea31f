/* Maps of many entries: found by their keys, kept in the order of their making, within the estimate
 * whatever the keys are. */
#include "tests/lib/cel_world.h"
#include "tests/lib/test.h"

enum { MAP_ENTRIES = 500 };

struct map_world {
    struct arena arena;
    struct cel_run run;
    struct cel_entry entries[MAP_ENTRIES];
};

static void map_world_init(struct map_world *world)
{
    arena_init(&world->arena, 1 << 20);
    world->run = (struct cel_run){ .arena = &world->arena, .gas = { 1 << 24 } };
}

/* Key number `i`: ints, uints and texts by turns, none in order. */
static struct cel_value map_key(struct map_world *world, uint32_t i)
{
    uint32_t mixed = i * 7919 % 65536;
    if (i % 3 == 0) {
        return cel_int((int64_t)mixed - 30000);
    }
    if (i % 3 == 1) {
        return cel_uint(UINT64_MAX - mixed);
    }
    return cel_string(arena_printf(&world->arena, "k%u", mixed));
}

TEST(cel_map, every_key_is_found_and_no_other)
{
    struct map_world world;
    struct cel_value map;
    const struct cel_value *found;
    map_world_init(&world);
    for (uint32_t count = 1; count < MAP_ENTRIES; count += 7) {
        for (uint32_t i = 0; i < count; i++) {
            world.entries[i] = (struct cel_entry){ map_key(&world, i), cel_int(i) };
        }
        assert_true(cel_map_new(&world.run, world.entries, count, &map));
        for (uint32_t i = 0; i < count; i++) {
            assert_true(cel_map_find(&world.run, map.map, map_key(&world, i), &found));
            assert_int_equal(found->integer, i);
            assert_int_equal(map.map->entries[i].value.integer, i);
        }
        assert_true(cel_map_find(&world.run, map.map, map_key(&world, count), &found));
        assert_null(found);
    }
    arena_release(&world.arena);
}

TEST(cel_map, of_equal_keys_the_last_stays_where_the_first_was)
{
    struct map_world world;
    struct cel_value map;
    const struct cel_value *found;
    map_world_init(&world);
    for (uint32_t distinct = 1; distinct < 60; distinct++) {
        for (uint32_t i = 0; i < 3 * distinct; i++) {
            world.entries[i] = (struct cel_entry){ map_key(&world, i % distinct), cel_int(i) };
        }
        assert_true(cel_map_of_last(&world.run, world.entries, 3 * distinct, &map));
        assert_int_equal(map.map->count, distinct);
        for (uint32_t i = 0; i < distinct; i++) {
            assert_true(cel_map_find(&world.run, map.map, map_key(&world, i), &found));
            assert_int_equal(found->integer, 2 * distinct + i);
            assert_ptr_equal(found, &map.map->entries[i].value);
        }
    }
    arena_release(&world.arena);
}

TEST(cel_map, a_key_that_is_there_twice_is_refused_however_many_there_are)
{
    struct map_world world;
    struct cel_value map;
    map_world_init(&world);
    for (uint32_t count = 2; count < 40; count++) {
        for (uint32_t i = 0; i < count; i++) {
            world.entries[i] =
                (struct cel_entry){ map_key(&world, i == count - 1 ? 0 : i), cel_int(i) };
        }
        assert_false(cel_map_new(&world.run, world.entries, count, &map));
        assert_string_equal(world.run.error.msg,
                            "expected keys that differ, but -30000 is there twice");
    }
    arena_release(&world.arena);
}

/* The next of a row of numbers that look random (Marsaglia's xorshift). */
static uint64_t map_random(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % below;
}

/* Keys that an attacker would choose against a hash are keys like others. */
TEST(cel_map, a_map_keeps_to_its_estimate_whatever_its_keys_are)
{
    struct cel_world world;
    uint64_t random = 1;
    cel_world_init(&world);
    for (int round = 0; round < 200; round++) {
        struct buf source = { 0 }, told = { 0 };
        uint64_t count = 1 + map_random(&random, 200);
        buf_printf(&source, "x in {x:1");
        for (uint64_t i = 0; i < count; i++) {
            buf_printf(&source, ",'%llx':x", (unsigned long long)map_random(&random, 1 << 20));
        }
        buf_byte(&source, '}');
        cel_world_eval(&world, buf_str(&source), &told); /* asserts the estimate */
        buf_release(&told);
        buf_release(&source);
    }
    cel_world_release(&world);
}
