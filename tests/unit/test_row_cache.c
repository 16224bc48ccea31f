#include "core/model/row_cache.h"

#include "core/model/key.h"
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

static bool fixture_knows(struct fixture *fixture)
{
    struct str *keys;
    size_t count;
    bool found;
    assert_ok(row_cache_find(&fixture->cache, &fixture->arena, buf_str(&fixture->prefix), 10, &keys,
                             &count, &found));
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
    assert_ok(row_cache_keep(&fixture.cache, buf_str(&fixture.prefix), NULL, 0, true));
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
    assert_ok(row_cache_keep(&fixture.cache, buf_str(&fixture.prefix), rows, 3, false));
    assert_ok(row_cache_find(&fixture.cache, &fixture.arena, buf_str(&fixture.prefix), 2, &keys,
                             &count, &found));
    assert_true(found);
    assert_int_equal(count, 2);
    assert_true(str_eq(keys[1], STR("b")));
    assert_ok(row_cache_find(&fixture.cache, &fixture.arena, buf_str(&fixture.prefix), 4, &keys,
                             &count, &found));
    assert_false(found);
    fixture_release(&fixture);
}
