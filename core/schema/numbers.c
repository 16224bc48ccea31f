/* minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf. */
#include "core/cel/number.h"
#include "core/schema/compile.h"
#include "core/schema/run.h"

static bool number_note(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot, const char *relation, double limit)
{
    char text[CEL_NUMBER_TEXT_MAX], shown[SCHEMA_SHOWN_MAX];
    struct str number = cel_number_shortest(limit, text);
    return schema_note(run, check, spot, "expected %s %.*s, but it is %s", relation,
                       STR_ARG(number), schema_value_show(spot->value, shown));
}

static bool number_minimum(struct schema_run *run, const struct schema_check *check,
                           const struct schema_spot *spot)
{
    return spot->value->number_value >= check->number ||
           number_note(run, check, spot, "at least", check->number);
}

static bool number_maximum(struct schema_run *run, const struct schema_check *check,
                           const struct schema_spot *spot)
{
    return spot->value->number_value <= check->number ||
           number_note(run, check, spot, "at most", check->number);
}

static bool number_above(struct schema_run *run, const struct schema_check *check,
                         const struct schema_spot *spot)
{
    return spot->value->number_value > check->number ||
           number_note(run, check, spot, "a number above", check->number);
}

static bool number_below(struct schema_run *run, const struct schema_check *check,
                         const struct schema_spot *spot)
{
    return spot->value->number_value < check->number ||
           number_note(run, check, spot, "a number below", check->number);
}

static bool number_multiple(struct schema_run *run, const struct schema_check *check,
                            const struct schema_spot *spot)
{
    double value = spot->value->number_value;
    if (!cel_charge(&run->cel, cel_number_gas(value) + cel_number_gas(check->step.number))) {
        return schema_stop(run, "less gas");
    }
    return schema_decimal_divides(check->step, value) ||
           number_note(run, check, spot, "a multiple of", check->step.number);
}

static const struct schema_keyword number_limits[] = {
    { "minimum", number_minimum, SCHEMA_BIT(SCHEMA_NUMBER), false },
    { "maximum", number_maximum, SCHEMA_BIT(SCHEMA_NUMBER), false },
    { "exclusiveMinimum", number_above, SCHEMA_BIT(SCHEMA_NUMBER), false },
    { "exclusiveMaximum", number_below, SCHEMA_BIT(SCHEMA_NUMBER), false },
};
static const struct schema_keyword number_multiple_of = { "multipleOf", number_multiple,
                                                          SCHEMA_BIT(SCHEMA_NUMBER), false };

static bool number_compile_limit(struct schema_draft *draft, const struct schema_keyword *keyword)
{
    const Google__Protobuf__Value *value = schema_draft_get(draft, keyword->name);
    if (value == NULL) {
        return true;
    }
    if (schema_kind(value) != SCHEMA_NUMBER) {
        return schema_draft_fail(draft, keyword->name, "a number");
    }
    schema_draft_add(draft, keyword)->number = value->number_value;
    return true;
}

bool schema_compile_numbers(struct schema_draft *draft)
{
    const Google__Protobuf__Value *step = schema_draft_get(draft, "multipleOf");
    for (size_t i = 0; i < sizeof number_limits / sizeof *number_limits; i++) {
        if (!number_compile_limit(draft, &number_limits[i])) {
            return false;
        }
    }
    if (step == NULL) {
        return true;
    }
    if (schema_kind(step) != SCHEMA_NUMBER || step->number_value <= 0) {
        return schema_draft_fail(draft, "multipleOf", "a number above 0");
    }
    schema_draft_add(draft, &number_multiple_of)->step = schema_decimal_of(step->number_value);
    return true;
}
