#include "core/pb/field.h"

#include "test/v1/everything.pb-c.h"
#include "tests/lib/test.h"

static const ProtobufCFieldDescriptor *find(const char *name)
{
    return pb_field_find(&test__v1__everything__descriptor, str_z(name));
}

static void share(const char *name, const Test__V1__Everything *source,
                  Test__V1__Everything *target)
{
    pb_field_share(&source->base, find(name), &target->base, find(name));
}

static void assert_found(const char *name, uint32_t number)
{
    const ProtobufCFieldDescriptor *field = find(name);
    assert_non_null(field);
    assert_int_equal(field->id, number);
}

TEST(field, is_found_by_both_its_names)
{
    assert_found("int32_value", 1);
    assert_found("int32Value", 1);
    assert_found("colour", 16);
    assert_found("field_1", 90);
    assert_found("field1", 90);
    assert_found("_odd__Name", 91);
    assert_found("OddName", 91);
}

TEST(field, is_not_found_by_other_names)
{
    assert_null(find(""));
    assert_null(find("int32value"));
    assert_null(find("Int32Value"));
    assert_null(find("int32_Value"));
    assert_null(find("choice"));
    assert_null(pb_field_find(&test__v1__everything__descriptor, str_make("colour\0", 7)));
}

TEST(field, has_a_value_when_it_is_not_its_default)
{
    Test__V1__Everything message = TEST__V1__EVERYTHING__INIT;
    Test__V1__Inner inner = TEST__V1__INNER__INIT;
    assert_false(pb_field_has(&message.base, find("string_value")));
    assert_false(pb_field_has(&message.base, find("inner")));
    assert_false(pb_field_has(&message.base, find("choice_int32")));
    message.inner = &inner;
    message.choice_case = TEST__V1__EVERYTHING__CHOICE_CHOICE_INT32;
    message.string_value = (char *)(uintptr_t) "x";
    assert_true(pb_field_has(&message.base, find("string_value")));
    assert_true(pb_field_has(&message.base, find("inner")));
    assert_true(pb_field_has(&message.base, find("choice_int32")));
    assert_false(pb_field_has(&message.base, find("choice_string")));
}

TEST(field, sharing_takes_the_value_or_its_absence)
{
    Test__V1__Everything source = TEST__V1__EVERYTHING__INIT, target = TEST__V1__EVERYTHING__INIT;
    int32_t items[] = { 1, 2 };
    target.n_int32_list = 1;
    target.int32_list = items;
    target.string_value = (char *)(uintptr_t) "x";
    source.n_int32_list = 2;
    source.int32_list = items;
    share("int32_list", &source, &target);
    share("string_value", &source, &target);
    assert_int_equal(target.n_int32_list, 2);
    assert_string_equal(target.string_value, "");
}

TEST(field, a_oneof_has_one_member)
{
    Test__V1__Everything source = TEST__V1__EVERYTHING__INIT, target = TEST__V1__EVERYTHING__INIT;
    target.choice_case = TEST__V1__EVERYTHING__CHOICE_CHOICE_INT32;
    target.choice_int32 = 7;
    share("choice_string", &source, &target);
    assert_int_equal(target.choice_case, TEST__V1__EVERYTHING__CHOICE_CHOICE_INT32);
    source.choice_case = TEST__V1__EVERYTHING__CHOICE_CHOICE_STRING;
    source.choice_string = (char *)(uintptr_t) "x";
    share("choice_string", &source, &target);
    assert_int_equal(target.choice_case, TEST__V1__EVERYTHING__CHOICE_CHOICE_STRING);
    assert_string_equal(target.choice_string, "x");
    pb_field_clear(&target.base, find("choice_string"));
    assert_int_equal(target.choice_case, 0);
}
