/* Instructions that do at once what rules do most: take a variable, or a field of one, and compare
 * it with a constant or look it up among constants. The operand is r[a] or, with the flag,
 * bindings[a]; with a path, the field at its end. What is out of the ordinary (another kind, not
 * bound) goes the long way, which gives the same answers as the plain instructions. */
#include "core/cel/program.h"

static inline const struct cel_value *cel_operand(const struct cel_vm *vm, const struct cel_op *op)
{
    return (op->flag & CEL_OPERAND_BOUND ? vm->bindings : vm->registers) + op->a;
}

/* Whether a bound operand is there and of its declared kind; with the error set if not. */
CEL_UNUSUAL static bool cel_operand_is_fine(struct cel_vm *vm, const struct cel_op *op,
                                            const struct cel_value *operand, uint32_t kind)
{
    if (operand->kind == CEL_ERROR) {
        return cel_fail_unbound(vm, op->a, operand);
    }
    return kind == CEL_DYN || operand->kind == kind ||
           cel_fail(&vm->run, "expected a value of type %s, but found %s", cel_kind_name(kind),
                    cel_kind_name(operand->kind));
}

static bool cel_compare_long(struct cel_vm *vm, struct cel_value value, uint32_t relation,
                             struct cel_value constant, bool *holds)
{
    if (relation == CEL_RELATION_EQUAL || relation == CEL_RELATION_NOT_EQUAL) {
        bool equal;
        if (!cel_equal(&vm->run, value, constant, &equal)) {
            return false;
        }
        *holds = equal == (relation == CEL_RELATION_EQUAL);
        return true;
    }
    int order;
    if (!cel_compare(&vm->run, value, constant, &order)) {
        return false;
    }
    *holds = order != CEL_UNORDERED && cel_relation_holds(relation, order);
    return true;
}

static inline bool cel_both_int(const struct cel_value *a, const struct cel_value *b)
{
    return a->kind == CEL_INT && b->kind == CEL_INT;
}

static inline bool cel_ints_hold(const struct cel_value *a, uint32_t relation,
                                 const struct cel_value *b)
{
    int order = (a->integer > b->integer) - (a->integer < b->integer);
    return cel_relation_holds(relation, order);
}

/* r[to] = holds, and on. With the flag what the && or || behind would do is done here, for the gas
 * that it would take; where it is out of the ordinary it is left to do it. */
static inline const struct cel_op *cel_compared(struct cel_vm *vm, const struct cel_op *op,
                                                bool holds)
{
    const struct cel_op *logic = op + 1;
    vm->registers[op->to] = cel_bool(holds);
    if (!(op->flag & CEL_THEN_LOGIC) || vm->run.gas.left == 0) {
        return logic;
    }
    if (op->flag & CEL_THEN_LAST) {
        if (vm->registers[logic->to].kind != CEL_BOOL) {
            return logic;
        }
        vm->run.gas.left--;
        vm->registers[logic->to] = cel_bool(holds);
        return logic + 1;
    }
    vm->run.gas.left--;
    if (holds != ((op->flag & CEL_THEN_OR) != 0)) {
        return logic + 1;
    }
    vm->registers[logic->to] = cel_bool(holds);
    return logic->jump;
}

__attribute__((noinline)) static const struct cel_op *
cel_compare_other(struct cel_vm *vm, const struct cel_op *op, const struct cel_value *operand)
{
    bool holds;
    if (!cel_operand_is_fine(vm, op, operand, op->kind) ||
        !cel_compare_long(vm, *operand, op->b, *op->constant, &holds)) {
        return cel_vm_fail(vm, op);
    }
    return cel_compared(vm, op, holds);
}

/* r[to] = operand (relation b) constant */
const struct cel_op *cel_op_compare(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_value *operand = cel_operand(vm, op);
    if (!cel_both_int(operand, op->constant)) {
        return cel_compare_other(vm, op, operand);
    }
    return cel_compared(vm, op, cel_ints_hold(operand, op->b, op->constant));
}

/* The place of the field at the path's end; NULL: a message on the way is absent. */
static inline const void *cel_path_walk(const struct cel_path *path, const void *message)
{
    const char *at = message;
    uint32_t last = path->count - 1;
    for (uint32_t i = 0; i < last && at != NULL; i++) {
        at = *(const char *const *)(at + path->offsets[i]);
    }
    return at == NULL ? NULL : at + path->offsets[last];
}

static struct cel_value cel_direct_value(const void *at, enum cel_direct direct)
{
    assert(direct != CEL_DIRECT_MESSAGE && direct != CEL_DIRECT_NONE); /* scalars end a path */
    switch (direct) {
    case CEL_DIRECT_BOOL:
        return cel_bool(*(const int *)at != 0);
    case CEL_DIRECT_INT32:
        return cel_int(*(const int32_t *)at);
    case CEL_DIRECT_INT64:
        return cel_int(*(const int64_t *)at);
    case CEL_DIRECT_UINT32:
        return cel_uint(*(const uint32_t *)at);
    case CEL_DIRECT_UINT64:
        return cel_uint(*(const uint64_t *)at);
    case CEL_DIRECT_FLOAT:
        return cel_double((double)*(const float *)at);
    case CEL_DIRECT_DOUBLE:
        return cel_double(*(const double *)at);
    case CEL_DIRECT_CSTRING:
        return cel_string(str_z(*(const char *const *)at));
    case CEL_DIRECT_MESSAGE:
    case CEL_DIRECT_NONE:
        break;
    }
    return cel_null();
}

/* What the field at the path's end holds; zero or "" when a message on the way is absent. */
static struct cel_value cel_path_value(const struct cel_path *path, const void *at)
{
    static const uint64_t zero = 0;
    static const char *const empty = "";
    if (at == NULL) {
        at = path->last == CEL_DIRECT_CSTRING ? (const void *)&empty : &zero;
    }
    return cel_direct_value(at, path->last);
}

static inline bool cel_path_operand(struct cel_vm *vm, const struct cel_op *op, const void **at)
{
    const struct cel_value *operand = cel_operand(vm, op);
    *at = NULL;
    if (operand->kind != CEL_MESSAGE) {
        return cel_operand_is_fine(vm, op, operand, CEL_MESSAGE);
    }
    *at = cel_path_walk(op->path, operand->message);
    return true;
}

/* r[to] = operand.a.b.c */
const struct cel_op *cel_op_path(struct cel_vm *vm, const struct cel_op *op)
{
    const void *at;
    if (!cel_path_operand(vm, op, &at)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = cel_path_value(op->path, at);
    return op + 1;
}

/* Comparing short texts is part of the instruction; longer ones are charged by size. */
static inline bool cel_charge_long(struct cel_run *run, uint32_t size)
{
    return size < CEL_GAS_BYTES || cel_charge(run, size / CEL_GAS_BYTES);
}

/* Equality of a NUL-terminated text with a constant that has no NUL, without its length. A call for
 * a few bytes would take longer than they do. */
static inline bool cel_path_is_text(const char *text, const struct cel_value *constant)
{
    uint32_t size = constant->size, same = 0;
    if (size >= CEL_GAS_BYTES) {
        return strncmp(text, constant->data, size) == 0 && text[size] == '\0';
    }
    while (same < size && text[same] == constant->data[same]) {
        same++;
    }
    return same == size && text[size] == '\0';
}

__attribute__((noinline)) static const struct cel_op *
cel_path_compare_value(struct cel_vm *vm, const struct cel_op *op, const void *at)
{
    struct cel_value value = cel_path_value(op->path, at);
    const struct cel_value *constant = &op->path->constant;
    bool holds;
    if (cel_both_int(&value, constant)) {
        return cel_compared(vm, op, cel_ints_hold(&value, op->b, constant));
    }
    if (!cel_compare_long(vm, value, op->b, *constant, &holds)) {
        return cel_vm_fail(vm, op);
    }
    return cel_compared(vm, op, holds);
}

/* r[to] = operand.a.b.c (relation b) constant */
const struct cel_op *cel_op_path_compare(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_value *constant = &op->path->constant;
    const void *at;
    if (!cel_path_operand(vm, op, &at)) {
        return cel_vm_fail(vm, op);
    }
    if (!op->path->text || at == NULL) {
        return cel_path_compare_value(vm, op, at);
    }
    if (!cel_charge_long(&vm->run, constant->size)) {
        return cel_vm_fail(vm, op);
    }
    bool same = cel_path_is_text(*(const char *const *)at, constant);
    return cel_compared(vm, op, same == (op->b == CEL_RELATION_EQUAL));
}

/* The same for two texts of the same size. */
static inline bool cel_same_text(const char *a, const char *b, uint32_t size)
{
    uint32_t same = 0;
    if (size >= CEL_GAS_BYTES) {
        return memcmp(a, b, size) == 0;
    }
    while (same < size && a[same] == b[same]) {
        same++;
    }
    return same == size;
}

static inline bool cel_in_texts(const struct cel_list *list, const struct cel_value *text)
{
    const struct cel_value *item = list->items, *end = item + list->count;
    while (item < end &&
           (item->size != text->size || !cel_same_text(item->data, text->data, text->size))) {
        item++;
    }
    return item < end;
}

/* Among constants that are not a few texts, or an operand that is no text. */
__attribute__((noinline)) static const struct cel_op *
cel_in_others(struct cel_vm *vm, const struct cel_op *op, const struct cel_value *operand)
{
    const struct cel_constants *constants = op->pointer;
    const struct cel_value *entry = NULL;
    if (!cel_operand_is_fine(vm, op, operand, op->kind) ||
        (constants->map != NULL && !cel_map_find(&vm->run, constants->map, *operand, &entry))) {
        return cel_vm_fail(vm, op);
    }
    bool found = entry != NULL;
    if (constants->map == NULL && operand->kind == CEL_STRING) {
        found = cel_in_texts(constants->texts, operand);
        if (!cel_charge_long(&vm->run, operand->size)) {
            return cel_vm_fail(vm, op);
        }
    }
    return cel_compared(vm, op, found);
}

/* r[to] = operand in constants */
const struct cel_op *cel_op_in(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_value *operand = cel_operand(vm, op);
    const struct cel_constants *constants = op->pointer;
    bool usual = operand->kind == CEL_STRING && operand->size < CEL_GAS_BYTES &&
                 (op->kind == CEL_STRING || op->kind == CEL_DYN) && constants->map == NULL;
    if (!usual) {
        return cel_in_others(vm, op, operand);
    }
    return cel_compared(vm, op, cel_in_texts(constants->texts, operand));
}
