/* Instructions: operands, calls, fields. In comments r is the register file. */
#include "core/cel/program.h"

/* Values from containers and callers are of the kind that the checker was promised, or fail here:
 * the typed instructions behind trust it. */
static inline bool cel_op_kind_is(struct cel_vm *vm, const struct cel_op *op,
                                  const struct cel_value *value)
{
    if (op->kind == CEL_DYN || value->kind == op->kind) {
        return true;
    }
    return cel_fail(&vm->run, "expected a value of type %s, but found %s", cel_kind_name(op->kind),
                    cel_kind_name(value->kind));
}

/* r[to] = constant */
const struct cel_op *cel_op_constant(struct cel_vm *vm, const struct cel_op *op)
{
    vm->registers[op->to] = *op->constant;
    return op + 1;
}

bool cel_fail_unbound(struct cel_vm *vm, uint32_t variable, const struct cel_value *value)
{
    struct str name = vm->program->env->variables[variable].name;
    return value->error == NULL ? cel_fail(&vm->run, "expected '%.*s' to be bound", STR_ARG(name))
                                : cel_fail(&vm->run, "%s", value->error->msg);
}

static bool cel_op_unbound(struct cel_vm *vm, const struct cel_op *op)
{
    return cel_fail_unbound(vm, (uint32_t)op->number, &vm->bindings[op->number]);
}

/* r[to] = bindings[number] */
const struct cel_op *cel_op_variable(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_value *value = &vm->bindings[op->number];
    if (value->kind == CEL_ERROR) {
        cel_op_unbound(vm, op);
        return cel_vm_fail(vm, op);
    }
    if (!cel_op_kind_is(vm, op, value)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = *value;
    return op + 1;
}

/* r[to] = r[a] */
const struct cel_op *cel_op_move(struct cel_vm *vm, const struct cel_op *op)
{
    cel_value_copy(&vm->registers[op->to], &vm->registers[op->a]);
    return op + 1;
}

/* Fails: the name (constant) means nothing. */
const struct cel_op *cel_op_error(struct cel_vm *vm, const struct cel_op *op)
{
    cel_fail(&vm->run, "expected a known name, but there is no '%.*s'",
             STR_ARG(cel_str(*op->constant)));
    return cel_vm_fail(vm, op);
}

/* Tells the trace that the node's value is r[a]. */
const struct cel_op *cel_op_trace(struct cel_vm *vm, const struct cel_op *op)
{
    if (vm->trace != NULL) {
        vm->trace->value(vm->trace, op->pointer, vm->registers[op->a]);
    }
    return op + 1;
}

/* r[to] = overload(r[to], r[to + 1] ...) */
const struct cel_op *cel_op_call(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value result;
    if (!op->overload->function(&vm->run, &vm->registers[op->to], &result) ||
        !cel_op_kind_is(vm, op, &result)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = result;
    return op + 1;
}

/* The same, the overload chosen now. */
const struct cel_op *cel_op_call_late(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value result;
    if (!cel_late_call(&vm->run, op->late, &vm->registers[op->to], &result) ||
        !cel_op_kind_is(vm, op, &result)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = result;
    return op + 1;
}

/* A message's type is also that of null. */
static inline bool cel_op_is_message(struct cel_vm *vm, const struct cel_op *op)
{
    if (vm->registers[op->to].kind == CEL_MESSAGE) {
        return true;
    }
    return cel_fail(&vm->run, "expected a message to select a field of, but found %s",
                    cel_kind_name(vm->registers[op->to].kind));
}

/* r[to] = r[to].field */
const struct cel_op *cel_op_field(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_provider *provider = vm->run.provider;
    struct cel_value result;
    if (!cel_op_is_message(vm, op) ||
        !provider->get(provider->self, &vm->run, vm->registers[op->to].message, op->field,
                       &result)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = result;
    return op + 1;
}

/* r[to] = has(r[to].field) */
const struct cel_op *cel_op_has_field(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_provider *provider = vm->run.provider;
    if (!cel_op_is_message(vm, op)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] =
        cel_bool(provider->has(provider->self, vm->registers[op->to].message, op->field));
    return op + 1;
}

/* r[to] = r[to].?field */
const struct cel_op *cel_op_field_optional(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value result;
    if (!cel_op_is_message(vm, op) ||
        !cel_field_optional(&vm->run, vm->registers[op->to].message, op->field, &result)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = result;
    return op + 1;
}

/* r[to] = r[to].name, whatever r[to] is */
const struct cel_op *cel_op_select(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value result;
    if (!cel_late_select(&vm->run, op->select, vm->registers[op->to], &result) ||
        !cel_op_kind_is(vm, op, &result)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = result;
    return op + 1;
}
