#include "core/cel/program.h"

#include <stdio.h>

/* Registers on the stack for the usual program; the arena has room for the others. */
enum { CEL_REGISTERS_FEW = 48 };

const char *cel_kind_name(uint32_t kind)
{
    static const char *const names[CEL_KINDS] = {
        [CEL_NULL] = "null",         [CEL_BOOL] = "bool",
        [CEL_INT] = "int",           [CEL_UINT] = "uint",
        [CEL_DOUBLE] = "double",     [CEL_STRING] = "string",
        [CEL_BYTES] = "bytes",       [CEL_TIMESTAMP] = "timestamp",
        [CEL_DURATION] = "duration", [CEL_LIST] = "list",
        [CEL_MAP] = "map",           [CEL_MESSAGE] = "message",
        [CEL_TYPE] = "type",         [CEL_OPTIONAL] = "optional",
        [CEL_IP] = "net.IP",         [CEL_CIDR] = "net.CIDR",
        [CEL_ERROR] = "error",       [CEL_DYN] = "dyn",
        [CEL_WRAPPER] = "wrapper",   [CEL_ANY] = "any",
        [CEL_PARAM] = "any",
    };
    return kind < CEL_KINDS ? names[kind] : "unknown";
}

/* The run ends here. */
static const struct cel_op *cel_vm_give_up(struct cel_vm *vm)
{
    vm->failed = true;
    return vm->program->ops + vm->program->op_count;
}

const struct cel_op *cel_vm_fail(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_program *program = vm->program;
    size_t i = (size_t)(op - program->ops);
    if (vm->run.error.node == UINT32_MAX) {
        vm->run.error.node = program->op_nodes[i];
    }
    uint16_t handler = program->op_handlers[i];
    if (handler == CEL_NO_HANDLER || vm->run.error.kind != CEL_ERROR_VALUE) {
        return cel_vm_give_up(vm);
    }
    struct cel_error *copy = cel_alloc(&vm->run, sizeof *copy);
    if (copy == NULL) {
        return cel_vm_give_up(vm);
    }
    *copy = vm->run.error;
    vm->run.error.node = UINT32_MAX;
    vm->registers[program->handlers[handler].to] =
        (struct cel_value){ .kind = CEL_ERROR, .error = copy };
    return program->handlers[handler].jump;
}

CEL_UNUSUAL static bool cel_vm_no_gas(struct cel_vm *vm, const struct cel_op *op)
{
    vm->run.error.node = vm->program->op_nodes[op - vm->program->ops];
    return cel_fail_gas(&vm->run);
}

/* The end of the row is the end of the run; its result is in r[0]. */
static inline bool cel_vm_loop(struct cel_vm *vm, struct cel_value *result)
{
    const struct cel_op *op = vm->program->ops, *end = op + vm->program->op_count;
    do {
        if (vm->run.gas.left == 0) {
            return cel_vm_no_gas(vm, op);
        }
        vm->run.gas.left--;
        op = op->run(vm, op);
    } while (op != end);
    cel_value_copy(result, vm->registers);
    return !vm->failed;
}

CEL_UNUSUAL static bool cel_vm_run_many(struct cel_vm *vm, struct cel_value *result)
{
    vm->registers = arena_alloc(vm->run.arena, vm->program->registers * sizeof(struct cel_value));
    return vm->registers == NULL ? cel_fail_memory(&vm->run) : cel_vm_loop(vm, result);
}

CEL_UNUSUAL static bool cel_vm_other_kind(struct cel_vm *vm, const struct cel_value *result)
{
    vm->run.error.node = vm->program->root->id;
    return cel_fail(&vm->run, "expected %s for the result, but found %s",
                    cel_kind_name(vm->program->result_kind), cel_kind_name(result->kind));
}

/* What only the run can tell: whoever asked for a bool gets no other value. */
static inline bool cel_vm_end(struct cel_vm *vm, bool done, const struct cel_value *result)
{
    const uint32_t kind = vm->program->result_kind;
    return !done || kind == CEL_DYN || result->kind == kind ? done : cel_vm_other_kind(vm, result);
}

static inline bool cel_vm_start(struct cel_vm *vm, struct cel_value *result)
{
    struct cel_value few[CEL_REGISTERS_FEW];
    vm->failed = false;
    vm->run.error.node = UINT32_MAX;
    if (vm->program->registers > CEL_REGISTERS_FEW) {
        return cel_vm_end(vm, cel_vm_run_many(vm, result), result);
    }
    vm->registers = few;
    bool done = cel_vm_loop(vm, result);
    vm->registers = NULL;
    return cel_vm_end(vm, done, result);
}

bool cel_vm_run(struct cel_vm *vm, struct cel_value *result)
{
    return cel_vm_start(vm, result);
}

void cel_outcome_place(const struct cel_program *program, struct cel_outcome *outcome)
{
    if (outcome->error.node >= program->node_count) {
        outcome->position = cel_position_of(program->source, 0);
        outcome->part = program->source;
        return;
    }
    const struct cel_node *node = program->nodes[outcome->error.node];
    outcome->position = cel_position_of(program->source, node->at);
    outcome->part = str_make(program->source.data + node->begin, node->end - node->begin);
}

bool cel_eval(const struct cel_program *program, const struct cel_value *bindings,
              struct arena *arena, uint64_t gas, struct cel_outcome *outcome)
{
    return cel_eval_for(program, bindings, NULL, arena, gas, outcome);
}

bool cel_eval_for(const struct cel_program *program, const struct cel_value *bindings, void *host,
                  struct arena *arena, uint64_t gas, struct cel_outcome *outcome)
{
    struct cel_vm vm;
    vm.run.host = host;
    vm.run.arena = arena;
    vm.run.gas.left = gas;
    vm.run.provider = program->env->provider;
    vm.run.depth = 0;
    vm.run.error.kind = CEL_ERROR_NONE;
    vm.bindings = bindings;
    vm.program = program;
    vm.trace = NULL;
    bool done = cel_vm_start(&vm, &outcome->value);
    outcome->gas_used = gas - vm.run.gas.left;
    outcome->error.kind = CEL_ERROR_NONE;
    if (done) {
        return true;
    }
    outcome->error = vm.run.error;
    cel_outcome_place(program, outcome);
    return false;
}
