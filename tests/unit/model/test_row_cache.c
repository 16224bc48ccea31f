#include "core/model/row_cache.h"

#include "core/model/key.h"
#include "core/store/key.h"
#include "tests/lib/test.h"

struct fixture {
    struct arena arena;
    struct row_cache cache;
    struct buf prefix;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){ 0 };
    arena_init(&fixture->arena, 1 << 20);
    row_cache_init(&fixture->cache, &fixture->arena);
    struct str part = STR("g1"), parts = { 0 };
    assert_ok(key_parts(&fixture->arena, &part, 1, &parts));
    key_index(&fixture->prefix, STR("acme"), INDEX_ASSIGNMENT_BY_GROUP, parts);
}

static void fixture_release(struct fixture *fixture)
{
    row_cache_release(&fixture->cache);
    buf_release(&fixture->prefix);
    arena_release(&fixture->arena);
}

static struct source_range range_of(const struct fixture *fixture, size_t limit)
{
    struct str prefix = buf_str(&fixture->prefix);
    return (struct source_range){ .prefix = { prefix, hmap_hash(prefix) }, .limit = limit };
}

static bool fixture_knows(struct fixture *fixture)
{
    struct source_range range = range_of(fixture, 10);
    struct str *keys;
    size_t count;
    bool found;
    assert_ok(row_cache_find(&fixture->cache, &fixture->arena, &range, &keys, &count, &found));
    return found;
}

static void forget(struct fixture *fixture, const char *group, const char *type)
{
    struct buf key = { 0 };
    struct str parts[] = { str_z(group), str_z(type), STR("r~s") }, joined = { 0 };
    assert_ok(key_parts(&fixture->arena, parts, 3, &joined));
    key_index(&key, STR("acme"), INDEX_ASSIGNMENT_BY_GROUP, joined);
    assert_ok(row_cache_forget(&fixture->cache, buf_str(&key)));
    buf_release(&key);
}

TEST(row_cache, a_row_below_the_prefix_makes_it_forget_the_list)
{
    struct fixture fixture;
    fixture_init(&fixture);
    struct source_range range = range_of(&fixture, 10);
    assert_ok(row_cache_keep(&fixture.cache, &range, NULL, 0));
    assert_true(fixture_knows(&fixture));
    forget(&fixture, "g2", "lead");
    assert_true(fixture_knows(&fixture));
    forget(&fixture, "g1", "lead");
    assert_false(fixture_knows(&fixture));
    fixture_release(&fixture);
}

TEST(row_cache, gives_no_more_than_asked_for)
{
    struct fixture fixture;
    struct str rows[] = { STR("a"), STR("b"), STR("c") }, *keys;
    size_t count;
    bool found;
    fixture_init(&fixture);
    struct source_range three = range_of(&fixture, 3), fewer = range_of(&fixture, 2),
                        more = range_of(&fixture, 4);
    assert_ok(row_cache_keep(&fixture.cache, &three, rows, 3));
    assert_ok(row_cache_find(&fixture.cache, &fixture.arena, &fewer, &keys, &count, &found));
    assert_true(found);
    assert_int_equal(count, 2);
    assert_true(str_eq(keys[1], STR("b")));
    assert_ok(row_cache_find(&fixture.cache, &fixture.arena, &more, &keys, &count, &found));
    assert_false(found);
    fixture_release(&fixture);
}

TEST(row_cache, a_list_of_more_parts_is_forgotten_with_a_row_below_it)
{
    struct fixture fixture;
    fixture_init(&fixture);
    key_put_str(&fixture.prefix, STR("lead"));
    struct source_range range = range_of(&fixture, 10);
    assert_ok(row_cache_keep(&fixture.cache, &range, NULL, 0));
    forget(&fixture, "g1", "member");
    assert_true(fixture_knows(&fixture));
    forget(&fixture, "g1", "lead");
    assert_false(fixture_knows(&fixture));
    fixture_release(&fixture);
}
