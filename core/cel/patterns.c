/* matches(text, pattern). A constant pattern is compiled with the source, so that a wrong one is a
 * problem of the source, and a loop neither compiles nor keeps it again and again. */
#include "core/base/num.h"
#include "core/cel/program.h"
#include "core/cel/regex.h"
#include "core/cel/standard.h"

enum { PATTERN_GAS = 100000 }; /* of all constant patterns of a source */

static bool pattern_matches(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    const struct cel_regex *regex;
    bool matched;
    if (!cel_regex_compile(run, cel_str(args[1]), &regex) ||
        !cel_regex_match(run, regex, cel_str(args[0]), &matched)) {
        return false;
    }
    *result = cel_bool(matched);
    return true;
}

/* The constant pattern of a call of matches; NULL when it is no such call. */
static const struct cel_node *pattern_of(const struct cel_node *node)
{
    bool call = node->kind == CEL_NODE_CALL && node->overload_count > 0 && node->count == 2 &&
                node->overloads[0]->function == pattern_matches;
    const struct cel_node *pattern = call ? node->args[1] : NULL;
    bool constant = call && pattern->kind == CEL_NODE_CONST && pattern->constant.kind == CEL_STRING;
    return constant ? pattern : NULL;
}

void cel_patterns_compile(struct cel_compilation *c)
{
    struct cel_run run = { .arena = c->arena, .gas = { PATTERN_GAS } };
    for (uint32_t i = 0; i < c->order_count; i++) {
        const struct cel_node *pattern = pattern_of(c->order[i]);
        if (pattern == NULL) {
            continue;
        }
        if (!cel_regex_compile(&run, cel_str(pattern->constant), &c->order[i]->regex)) {
            c->order[i]->regex = NULL;
            cel_problem(c, pattern->begin, "%s", run.error.msg);
        }
    }
}

/* Every place of the program at every character; a pattern that is not constant is compiled before,
 * and may be as large as any. Sizes are in units of 16 bytes. */
uint64_t cel_patterns_gas(const struct cel_node *node)
{
    uint64_t text, gas, pattern = node->args[node->count - 1]->bound.size;
    uint64_t steps = node->regex != NULL ? cel_regex_steps(node->regex) : CEL_REGEX_STEPS_MAX;
    uint64_t compile = node->regex != NULL ? 0 : UINT64_MAX;
    if (node->regex == NULL && num_mul_u64(pattern, CEL_GAS_BYTES, &pattern)) {
        compile = cel_regex_compile_gas(pattern);
    }
    bool bounded = num_mul_u64(node->args[0]->bound.size, CEL_GAS_BYTES, &text) &&
                   num_add_u64(text, 2, &text) &&
                   num_mul_u64(text, 2 + steps / CEL_REGEX_STEPS_PER_GAS, &gas) &&
                   num_add_u64(gas, compile, &gas);
    return bounded ? gas : UINT64_MAX;
}

/* r[to] = r[to] matches the pattern */
const struct cel_op *cel_op_matches(struct cel_vm *vm, const struct cel_op *op)
{
    bool matched;
    if (!cel_regex_match(&vm->run, op->pointer, cel_str(vm->registers[op->to]), &matched)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = cel_bool(matched);
    return op + 1;
}

static const struct cel_overload pattern_rows[] = {
    { .name = "matches",
      .id = "matches",
      .cost = CEL_COST_REGEX,
      .function = pattern_matches,
      .result = &cel_type_bool,
      .params = { &cel_type_string, &cel_type_string } },
    { .name = "matches",
      .id = "matches_string",
      .member = true,
      .cost = CEL_COST_REGEX,
      .function = pattern_matches,
      .result = &cel_type_bool,
      .params = { &cel_type_string, &cel_type_string } },
};
const struct cel_overload_table cel_patterns = CEL_TABLE(pattern_rows);
