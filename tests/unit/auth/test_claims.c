#include "core/auth/claims.h"

#include "tests/lib/test.h"

static struct arena claims_arena;

static const Google__Protobuf__Struct *claims_of(const char *json)
{
    const Google__Protobuf__Struct *claims;
    arena_release(&claims_arena);
    arena_init(&claims_arena, 1 << 20);
    assert_ok(claims_read(&claims_arena, str_z(json), &claims));
    return claims;
}

TEST(claims, are_one_object_with_each_name_once)
{
    static const char *const wrong[] = { "",
                                         "[]",
                                         "{} {}",
                                         "{\"a\":1,\"a\":1}",
                                         "{\"a\":{\"b\":1,\"b\":2}}",
                                         "{\"a\":1,\"\\u0061\":2}",
                                         "{\"a\":\"\\u0000\"}",
                                         "{\"a\":\"\xff\"}",
                                         "{'a':1}",
                                         "{\"a\":1,}" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const Google__Protobuf__Struct *claims;
        struct arena arena;
        arena_init(&arena, 1 << 20);
        assert_code(STATUS_INVALID_ARGUMENT, claims_read(&arena, str_z(wrong[i]), &claims));
        arena_release(&arena);
    }
    claims_of("{}");
    arena_release(&claims_arena);
}

TEST(claims, give_texts)
{
    struct str text;
    const Google__Protobuf__Struct *claims =
        claims_of("{\"a\":\"x\",\"b\":\"\",\"c\":1,\"d\":null}");
    assert_ok(claims_text(claims, "a", &text));
    assert_true(str_eq(text, STR("x")));
    assert_ok(claims_text(claims, "absent", &text));
    assert_null(text.data);
    assert_code(STATUS_INVALID_ARGUMENT, claims_text(claims, "c", &text));
    assert_code(STATUS_INVALID_ARGUMENT, claims_text(claims, "d", &text));
    assert_code(STATUS_INVALID_ARGUMENT, claims_text_needed(claims, "b", &text));
    assert_code(STATUS_INVALID_ARGUMENT, claims_text_needed(claims, "absent", &text));
    arena_release(&claims_arena);
}

TEST(claims, give_times_in_seconds_whole_or_not)
{
    int64_t time_us;
    bool is_there;
    const Google__Protobuf__Struct *claims = claims_of(
        "{\"a\":1.5,\"b\":-1,\"c\":\"1\",\"d\":1e300,\"e\":253402300799,\"f\":253402300800}");
    assert_ok(claims_time(claims, "a", &time_us, &is_there));
    assert_true(is_there && time_us == 1500000);
    assert_ok(claims_time(claims, "e", &time_us, &is_there));
    assert_ok(claims_time(claims, "absent", &time_us, &is_there));
    assert_false(is_there);
    for (const char *name = "bcdf"; *name != '\0'; name++) {
        char one[2] = { *name, '\0' };
        assert_code(STATUS_INVALID_ARGUMENT, claims_time(claims, one, &time_us, &is_there));
    }
    arena_release(&claims_arena);
}

TEST(claims, give_one_text_or_several)
{
    struct claims_texts texts;
    const Google__Protobuf__Struct *claims =
        claims_of("{\"a\":\"x\",\"b\":[\"x\",\"y\"],\"c\":[],\"d\":[1],\"e\":{}}");
    assert_ok(claims_texts(&claims_arena, claims, "a", &texts));
    assert_true(texts.count == 1 && claims_texts_have(&texts, STR("x")));
    assert_ok(claims_texts(&claims_arena, claims, "b", &texts));
    assert_true(texts.count == 2 && claims_texts_have(&texts, STR("y")));
    assert_false(claims_texts_have(&texts, STR("X")));
    assert_ok(claims_texts(&claims_arena, claims, "c", &texts));
    assert_int_equal(texts.count, 0);
    assert_ok(claims_texts(&claims_arena, claims, "absent", &texts));
    assert_int_equal(texts.count, 0);
    assert_code(STATUS_INVALID_ARGUMENT, claims_texts(&claims_arena, claims, "d", &texts));
    assert_code(STATUS_INVALID_ARGUMENT, claims_texts(&claims_arena, claims, "e", &texts));
    arena_release(&claims_arena);
}

TEST(claims, give_truth_and_objects)
{
    bool truth;
    const Google__Protobuf__Struct *object;
    const Google__Protobuf__Struct *claims = claims_of("{\"a\":true,\"b\":{\"c\":1},\"d\":0}");
    assert_ok(claims_bool(claims, "a", false, &truth));
    assert_true(truth);
    assert_ok(claims_bool(claims, "absent", true, &truth));
    assert_true(truth);
    assert_code(STATUS_INVALID_ARGUMENT, claims_bool(claims, "d", true, &truth));
    assert_ok(claims_object(claims, "b", &object));
    assert_non_null(claims_find(object, "c"));
    assert_ok(claims_object(claims, "absent", &object));
    assert_null(object);
    assert_code(STATUS_INVALID_ARGUMENT, claims_object(claims, "a", &object));
    arena_release(&claims_arena);
}
