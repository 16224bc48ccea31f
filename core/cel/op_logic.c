/* Instructions of && || ?: and of lazy values. An operand that failed is a CEL_ERROR in its
 * register: && is false when any operand is, || true when any is, whatever failed before; else the
 * first failure by source order stands. */
#include "core/cel/program.h"

const struct cel_op *cel_op_jump(struct cel_vm *vm, const struct cel_op *op)
{
    (void)vm;
    return op->jump;
}

/* On when r[a] is true, jump when false. */
const struct cel_op *cel_op_jump_if_not(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_value *condition = &vm->registers[op->a];
    if (condition->kind != CEL_BOOL) {
        cel_fail(&vm->run, "expected a bool as condition, but found %s",
                 cel_kind_name(condition->kind));
        return cel_vm_fail(vm, op);
    }
    return condition->boolean ? op + 1 : op->jump;
}

/* A value that is neither true nor false fails, here as a value. */
CEL_UNUSUAL static bool cel_logic_operand(struct cel_vm *vm, const struct cel_op *op,
                                          struct cel_value *operand)
{
    if (operand->kind == CEL_BOOL || operand->kind == CEL_ERROR) {
        return true;
    }
    struct cel_error *error = cel_alloc(&vm->run, sizeof *error);
    if (error == NULL) {
        return false;
    }
    cel_fail(&vm->run, "expected a bool as operand of '&&' or '||', but found %s",
             cel_kind_name(operand->kind));
    vm->run.error.node = vm->program->op_nodes[op - vm->program->ops];
    *error = vm->run.error;
    vm->run.error.node = UINT32_MAX;
    *operand = (struct cel_value){ .kind = CEL_ERROR, .error = error };
    return true;
}

/* The operand r[a] decides (jump), or joins what is in r[to]. */
CEL_UNUSUAL static const struct cel_op *cel_logic_join_other(struct cel_vm *vm,
                                                             const struct cel_op *op)
{
    struct cel_value *operand = &vm->registers[op->a], *joined = &vm->registers[op->to];
    if (!cel_logic_operand(vm, op, operand)) {
        return cel_vm_fail(vm, op);
    }
    if (joined->kind != CEL_ERROR) {
        cel_value_copy(joined, operand);
    }
    return op + 1;
}

static inline const struct cel_op *cel_logic_join(struct cel_vm *vm, const struct cel_op *op,
                                                  bool deciding)
{
    const struct cel_value *operand = &vm->registers[op->a];
    if (operand->kind != CEL_BOOL) {
        return cel_logic_join_other(vm, op);
    }
    if (operand->boolean != deciding) {
        return op + 1;
    }
    vm->registers[op->to] = cel_bool(deciding);
    return op->jump;
}

const struct cel_op *cel_op_and(struct cel_vm *vm, const struct cel_op *op)
{
    return cel_logic_join(vm, op, false);
}

const struct cel_op *cel_op_or(struct cel_vm *vm, const struct cel_op *op)
{
    return cel_logic_join(vm, op, true);
}

/* The first operand, already in r[to]. */
static inline const struct cel_op *cel_logic_first(struct cel_vm *vm, const struct cel_op *op,
                                                   bool deciding)
{
    struct cel_value *operand = &vm->registers[op->to];
    if (operand->kind == CEL_BOOL) {
        return operand->boolean == deciding ? op->jump : op + 1;
    }
    return cel_logic_operand(vm, op, operand) ? op + 1 : cel_vm_fail(vm, op);
}

const struct cel_op *cel_op_and_first(struct cel_vm *vm, const struct cel_op *op)
{
    return cel_logic_first(vm, op, false);
}

const struct cel_op *cel_op_or_first(struct cel_vm *vm, const struct cel_op *op)
{
    return cel_logic_first(vm, op, true);
}

static const struct cel_op *cel_op_raise(struct cel_vm *vm, const struct cel_op *op,
                                         const struct cel_value *error)
{
    vm->run.error = *error->error;
    return cel_vm_fail(vm, op);
}

/* The last operand r[a] of a chain: what r[to] ends as. */
CEL_UNUSUAL static const struct cel_op *cel_logic_last_other(struct cel_vm *vm,
                                                             const struct cel_op *op, bool deciding)
{
    struct cel_value *operand = &vm->registers[op->a], *joined = &vm->registers[op->to];
    if (operand->kind != CEL_BOOL && !cel_logic_operand(vm, op, operand)) {
        return cel_vm_fail(vm, op);
    }
    bool decided = operand->kind == CEL_BOOL && operand->boolean == deciding;
    if (joined->kind == CEL_ERROR && !decided) {
        return cel_op_raise(vm, op, joined);
    }
    if (operand->kind == CEL_ERROR) {
        return cel_op_raise(vm, op, operand);
    }
    *joined = cel_bool(operand->boolean);
    return op + 1;
}

static inline const struct cel_op *cel_logic_last(struct cel_vm *vm, const struct cel_op *op,
                                                  bool deciding)
{
    const struct cel_value *operand = &vm->registers[op->a];
    struct cel_value *joined = &vm->registers[op->to];
    if (operand->kind != CEL_BOOL || joined->kind != CEL_BOOL) {
        return cel_logic_last_other(vm, op, deciding);
    }
    *joined = cel_bool(operand->boolean);
    return op + 1;
}

const struct cel_op *cel_op_and_last(struct cel_vm *vm, const struct cel_op *op)
{
    return cel_logic_last(vm, op, false);
}

const struct cel_op *cel_op_or_last(struct cel_vm *vm, const struct cel_op *op)
{
    return cel_logic_last(vm, op, true);
}

/* A failure in r[to] that nothing decided against stands. */
const struct cel_op *cel_op_logic_end(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_value *joined = &vm->registers[op->to];
    return joined->kind == CEL_ERROR ? cel_op_raise(vm, op, joined) : op + 1;
}

/* optional.or(x) and, with flag, .orValue(x): jump with what r[to] holds, else on to compute x. */
const struct cel_op *cel_op_or_value(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value *optional = &vm->registers[op->to];
    if (optional->kind != CEL_OPTIONAL) {
        cel_fail(&vm->run, "expected an optional, but found %s", cel_kind_name(optional->kind));
        return cel_vm_fail(vm, op);
    }
    if (optional->content == NULL) {
        return op + 1;
    }
    if (op->flag) {
        *optional = *optional->content;
    }
    return op->jump;
}

/* A lazy value takes two registers: r[n] the value, r[n + 1] whether it is there (kind CEL_BOOL) or
 * where to go on once it is (kind CEL_NULL). */
const struct cel_op *cel_op_lazy_reset(struct cel_vm *vm, const struct cel_op *op)
{
    vm->registers[op->to + 1] = cel_null();
    return op->jump;
}

/* r[to] = the lazy value at r[a]; first time: jump to what computes it, which comes back here. */
const struct cel_op *cel_op_lazy(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value *lazy = &vm->registers[op->a];
    if (lazy[1].kind != CEL_BOOL) {
        lazy[1].message = op;
        return op->jump;
    }
    if (lazy[0].kind == CEL_ERROR) {
        return cel_op_raise(vm, op, lazy);
    }
    vm->registers[op->to] = lazy[0];
    return op + 1;
}

/* The lazy value at r[to] is r[a]; back to who asked. */
const struct cel_op *cel_op_lazy_store(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value *lazy = &vm->registers[op->to];
    const struct cel_op *back = lazy[1].message;
    lazy[0] = vm->registers[op->a];
    lazy[1] = cel_bool(true);
    return back;
}
