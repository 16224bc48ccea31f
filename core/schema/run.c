/* Evaluates a plan. Cost: each evaluation of a schema, each member, item and comparison is charged
 * for before it is done; gas that is used up makes every further charge fail at once, so that a run
 * ends as soon as it must. */
#include "core/schema/run.h"

#include <stdarg.h>

#include "core/base/utf8.h"

enum { SCHEMA_EXPECTED_MAX = 400 };

bool schema_stop(struct schema_run *run, const char *limit)
{
    if (run->cel.error.kind == CEL_ERROR_NONE) {
        cel_fail(&run->cel, "expected %s", limit);
        run->cel.error.kind = CEL_ERROR_GAS;
    }
    run->cel.gas.left = 0;
    return false;
}

bool schema_is_quick(const struct schema_run *run)
{
    return run->silent > 0 || run->explaining || run->verdict->more ||
           run->cel.error.kind != CEL_ERROR_NONE;
}

static size_t schema_spot_size(const struct schema_spot *spot)
{
    return spot->kind == SCHEMA_OBJECT ? spot->value->struct_value->n_fields
           : spot->kind == SCHEMA_LIST ? spot->value->list_value->n_values
                                       : 0;
}

static bool schema_run_checks(struct schema_run *run, const struct schema_node *node,
                              const struct schema_spot *spot)
{
    bool holds = true;
    for (uint32_t i = 0; i < node->count && (holds || !schema_is_quick(run)); i++) {
        const struct schema_check *check = &node->checks[i];
        if ((check->keyword->kinds & SCHEMA_BIT(spot->kind)) == 0) {
            continue;
        }
        holds = check->keyword->check(run, check, spot) && holds;
    }
    return holds;
}

bool schema_holds(struct schema_run *run, const struct schema_node *node,
                  const struct schema_spot *spot)
{
    struct schema_mark_set outer;
    bool collects = node->collects || run->marks.set.active;
    if (!cel_charge(&run->cel, 1 + node->count)) {
        return schema_stop(run, "less gas");
    }
    if (run->depth == SCHEMA_EVALUATIONS_MAX) {
        return schema_stop(run, "at most 256 schemas that refer to each other at once");
    }
    if (collects && !schema_marks_push(&run->marks, &run->cel, schema_spot_size(spot), &outer)) {
        return schema_stop(run, "less memory");
    }
    run->depth++;
    bool holds = schema_run_checks(run, node, spot);
    run->depth--;
    if (collects) {
        schema_marks_pop(&run->marks, outer, holds);
    }
    return holds;
}

bool schema_holds_below(struct schema_run *run, const struct schema_node *node,
                        const struct schema_spot *up, const char *name, size_t index,
                        const Google__Protobuf__Value *value)
{
    struct schema_mark_set outer = run->marks.set;
    struct schema_spot spot = { { &up->place, name, (uint32_t)index }, schema_kind(value), value };
    run->marks.set = (struct schema_mark_set){ 0 };
    bool holds = schema_holds(run, node, &spot);
    run->marks.set = outer;
    return holds;
}

bool schema_holds_silently(struct schema_run *run, const struct schema_node *node,
                           const struct schema_spot *spot)
{
    run->silent++;
    bool holds = schema_holds(run, node, spot);
    run->silent--;
    return holds;
}

/* The text of a place in the arena; `keyword` may be NULL. */
static struct str schema_print(struct schema_run *run, const struct schema_place *place,
                               const char *keyword)
{
    struct buf text = { 0 };
    struct schema_place last = { place, keyword, 0 };
    schema_place_print(keyword == NULL ? place : &last, &text);
    struct str copy = arena_copy(run->cel.arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

static bool schema_add(struct schema_run *run, const struct schema_check *check,
                       const char *keyword, const struct schema_spot *spot, const char *expected)
{
    struct schema_verdict *verdict = run->verdict;
    if (verdict->problem_count == SCHEMA_PROBLEMS_MAX) {
        verdict->more = true;
        return false;
    }
    struct schema_problem *problem = &verdict->problems[verdict->problem_count];
    problem->instance = schema_print(run, &spot->place, NULL);
    problem->keyword = schema_print(run, check->place, keyword);
    problem->expected = arena_copy(run->cel.arena, str_z(expected));
    if (problem->instance.data == NULL || problem->keyword.data == NULL ||
        problem->expected.data == NULL) {
        return schema_stop(run, "less memory");
    }
    verdict->problem_count++;
    return false;
}

static bool schema_note_va(struct schema_run *run, const struct schema_check *check,
                           const char *keyword, const struct schema_spot *spot, const char *format,
                           va_list args)
{
    char expected[SCHEMA_EXPECTED_MAX];
    if (run->silent > 0 || run->cel.error.kind != CEL_ERROR_NONE) {
        return false;
    }
    utf8_print(expected, sizeof expected, format, args);
    return schema_add(run, check, keyword, spot, expected);
}

bool schema_note(struct schema_run *run, const struct schema_check *check,
                 const struct schema_spot *spot, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    schema_note_va(run, check, check->keyword->name, spot, format, args);
    va_end(args);
    return false;
}

bool schema_note_at(struct schema_run *run, const struct schema_check *check, const char *keyword,
                    const struct schema_spot *spot, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    schema_note_va(run, check, keyword, spot, format, args);
    va_end(args);
    return false;
}

static struct status schema_judge(struct schema_run *run, const struct schema *schema,
                                  const Google__Protobuf__Value *value)
{
    if (schema_value_sound(&run->cel, value)) {
        struct schema_spot root = { { 0 }, schema_kind(value), value };
        bool holds = schema_holds(run, schema->root, &root);
        if (run->cel.error.kind == CEL_ERROR_NONE) {
            assert(holds == (run->verdict->problem_count == 0));
            run->verdict->valid = holds;
            return status_ok();
        }
    }
    bool unsound = run->cel.error.kind == CEL_ERROR_VALUE;
    return status_error(unsound ? STATUS_INVALID_ARGUMENT : STATUS_RESOURCE_EXHAUSTED,
                        "validate a value: %s", run->cel.error.msg);
}

struct status schema_validate(const struct schema *schema, struct arena *arena, struct cel_gas *gas,
                              const Google__Protobuf__Value *value, struct schema_verdict *verdict)
{
    struct schema_run run = { .cel = { .arena = arena, .gas = *gas }, .verdict = verdict };
    verdict->valid = false;
    verdict->more = false;
    verdict->problem_count = 0;
    struct status status = schema_judge(&run, schema, value);
    *gas = run.cel.gas;
    if (status.code != STATUS_OK) {
        verdict->problem_count = 0;
    }
    return status;
}

struct status schema_validate_struct(const struct schema *schema, struct arena *arena,
                                     struct cel_gas *gas, const Google__Protobuf__Struct *value,
                                     struct schema_verdict *verdict)
{
    Google__Protobuf__Value whole = GOOGLE__PROTOBUF__VALUE__INIT;
    whole.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE;
    whole.struct_value = (Google__Protobuf__Struct *)(uintptr_t)value;
    return schema_validate(schema, arena, gas, &whole, verdict);
}
