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

const struct cel_op *cel_vm_fail(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_program *program = vm->program;
    size_t i = (size_t)(op - program->ops);
    if (vm->run.error.node == UINT32_MAX) {
        vm->run.error.node = program->op_nodes[i];
    }
    uint16_t handler = program->op_handlers[i];
    if (handler == CEL_NO_HANDLER || vm->run.error.kind != CEL_ERROR_VALUE) {
        vm->failed_at = op;
        return NULL;
    }
    struct cel_error *copy = cel_alloc(&vm->run, sizeof *copy);
    if (copy == NULL) {
        vm->failed_at = op;
        return NULL;
    }
    *copy = vm->run.error;
    vm->run.error.node = UINT32_MAX;
    vm->registers[program->handlers[handler].to] =
        (struct cel_value){ .kind = CEL_ERROR, .error = copy };
    return program->handlers[handler].jump;
}

static bool cel_vm_loop(struct cel_vm *vm)
{
    const struct cel_op *op = vm->program->ops;
    vm->failed_at = NULL;
    vm->run.error.node = UINT32_MAX;
    do {
        if (vm->run.gas.left == 0) {
            vm->run.error.node = vm->program->op_nodes[op - vm->program->ops];
            return cel_fail_gas(&vm->run);
        }
        vm->run.gas.left--;
        op = op->run(vm, op);
    } while (op != NULL);
    return vm->failed_at == NULL;
}

bool cel_vm_run(struct cel_vm *vm, struct cel_trace *trace)
{
    struct cel_value few[CEL_REGISTERS_FEW];
    vm->registers = few;
    vm->trace = trace;
    if (vm->program->registers > CEL_REGISTERS_FEW) {
        vm->registers = arena_alloc(vm->run.arena, vm->program->registers * sizeof few[0]);
        if (vm->registers == NULL) {
            return cel_fail_memory(&vm->run);
        }
    }
    bool done = cel_vm_loop(vm);
    vm->registers = NULL;
    return done;
}

/* Where the node that failed stands in the source. */
static void cel_eval_place(const struct cel_program *program, struct cel_outcome *outcome)
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
    struct cel_vm vm;
    vm.run.arena = arena;
    vm.run.gas.left = gas;
    vm.run.provider = program->env->provider;
    vm.run.error.kind = CEL_ERROR_NONE;
    vm.bindings = bindings;
    vm.program = program;
    bool done = cel_vm_run(&vm, NULL);
    outcome->gas_used = gas - vm.run.gas.left;
    outcome->error.kind = CEL_ERROR_NONE;
    if (done) {
        cel_value_copy(&outcome->value, &vm.result);
        return true;
    }
    outcome->error = vm.run.error;
    cel_eval_place(program, outcome);
    return false;
}
