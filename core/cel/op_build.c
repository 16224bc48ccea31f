/* Instructions that make lists, maps and messages, and the loops that feed them. While it grows, a
 * list or map is a builder that only its register knows. */
#include "core/cel/program.h"

struct cel_builder {
    uint32_t count, max;
    union {
        struct cel_value *items;
        struct cel_entry *entries;
    };
};

/* r[to] = an empty builder; number: how many are expected. Flag: of entries. */
const struct cel_op *cel_op_builder(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_builder *builder = cel_alloc(&vm->run, sizeof *builder);
    if (builder == NULL) {
        return cel_vm_fail(vm, op);
    }
    size_t size = op->flag ? sizeof *builder->entries : sizeof *builder->items;
    *builder = (struct cel_builder){ .max = (uint32_t)op->number };
    if (op->number > 0) {
        builder->items = cel_alloc(&vm->run, op->number * size);
        if (builder->items == NULL) {
            return cel_vm_fail(vm, op);
        }
    }
    vm->registers[op->to].message = builder;
    return op + 1;
}

static struct cel_builder *cel_builder_of(struct cel_vm *vm, const struct cel_op *op)
{
    union {
        const void *read;
        struct cel_builder *write;
    } builder = { vm->registers[op->to].message };
    return builder.write;
}

static bool cel_builder_grow(struct cel_run *run, struct cel_builder *builder, size_t size)
{
    if (builder->count < builder->max) {
        return true;
    }
    uint32_t max = builder->max < 4 ? 8 : builder->max * 2;
    void *more = cel_alloc(run, max * size);
    if (more == NULL) {
        return false;
    }
    if (builder->count > 0) {
        memcpy(more, builder->items, builder->count * size);
    }
    builder->items = more;
    builder->max = max;
    return true;
}

/* What stands behind a '?': its content, or nothing (*skip). */
static bool cel_builder_unwrap(struct cel_run *run, struct cel_value *value, bool *skip)
{
    *skip = false;
    if (value->kind != CEL_OPTIONAL) {
        return cel_fail(run, "expected an optional after '?', but found %s",
                        cel_kind_name(value->kind));
    }
    *skip = value->content == NULL;
    if (!*skip) {
        *value = *value->content;
    }
    return true;
}

/* Builder r[to] gets r[a]; flag: if it is an optional with content. */
const struct cel_op *cel_op_append(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_builder *builder = cel_builder_of(vm, op);
    struct cel_value item = vm->registers[op->a];
    bool skip = false;
    if ((op->flag && !cel_builder_unwrap(&vm->run, &item, &skip)) ||
        !cel_builder_grow(&vm->run, builder, sizeof item)) {
        return cel_vm_fail(vm, op);
    }
    if (!skip) {
        builder->items[builder->count++] = item;
    }
    return op + 1;
}

/* Builder r[to] gets r[a]: r[b]; flag: if r[b] is an optional with content. */
const struct cel_op *cel_op_put(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_builder *builder = cel_builder_of(vm, op);
    struct cel_entry entry = { vm->registers[op->a], vm->registers[op->b] };
    bool skip = false;
    if ((op->flag && !cel_builder_unwrap(&vm->run, &entry.value, &skip)) ||
        !cel_builder_grow(&vm->run, builder, sizeof entry)) {
        return cel_vm_fail(vm, op);
    }
    if (!skip) {
        builder->entries[builder->count++] = entry;
    }
    return op + 1;
}

/* Builder r[to] gets all entries of the map r[a]. */
const struct cel_op *cel_op_merge(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_builder *builder = cel_builder_of(vm, op);
    struct cel_value more = vm->registers[op->a];
    if (more.kind != CEL_MAP) {
        cel_fail(&vm->run, "expected a map of new entries, but found %s", cel_kind_name(more.kind));
        return cel_vm_fail(vm, op);
    }
    for (uint32_t i = 0; i < more.map->count; i++) {
        if (!cel_charge(&vm->run, 1) ||
            !cel_builder_grow(&vm->run, builder, sizeof *builder->entries)) {
            return cel_vm_fail(vm, op);
        }
        builder->entries[builder->count++] = more.map->entries[i];
    }
    return op + 1;
}

/* r[to] = the list that builder r[a] holds */
const struct cel_op *cel_op_list(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_builder *builder = vm->registers[op->a].message;
    struct cel_list *list = cel_alloc(&vm->run, sizeof *list);
    if (list == NULL) {
        return cel_vm_fail(vm, op);
    }
    *list = (struct cel_list){ builder->count, builder->items };
    vm->registers[op->to] = cel_list_value(list);
    return op + 1;
}

/* r[to] = the map that builder r[a] holds */
const struct cel_op *cel_op_map(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_builder *builder = vm->registers[op->a].message;
    struct cel_value result;
    if (!cel_map_new(&vm->run, builder->entries, builder->count, &result)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = result;
    return op + 1;
}

/* r[to] = a new message of the type (pointer) */
const struct cel_op *cel_op_message(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_provider *provider = vm->run.provider;
    void *message;
    if (!provider->make(provider->self, &vm->run, op->pointer, &message)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = cel_message(message);
    return op + 1;
}

/* r[to].field = r[a]; flag: if it is an optional with content */
const struct cel_op *cel_op_set(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_provider *provider = vm->run.provider;
    struct cel_value value = vm->registers[op->a];
    union {
        const void *read;
        void *write;
    } message = { vm->registers[op->to].message };
    bool skip = false;
    if (op->flag && !cel_builder_unwrap(&vm->run, &value, &skip)) {
        return cel_vm_fail(vm, op);
    }
    if (!skip && !provider->set(provider->self, &vm->run, message.write, op->field, value)) {
        return cel_vm_fail(vm, op);
    }
    return op + 1;
}

/* r[to] = what the complete message r[to] stands for */
const struct cel_op *cel_op_message_end(struct cel_vm *vm, const struct cel_op *op)
{
    const struct cel_provider *provider = vm->run.provider;
    struct cel_value result;
    if (!provider->adapt(provider->self, &vm->run, vm->registers[op->to].message, &result)) {
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to] = result;
    return op + 1;
}

/* Begins a walk over r[to]; r[to + 1] counts. */
const struct cel_op *cel_op_loop(struct cel_vm *vm, const struct cel_op *op)
{
    uint32_t kind = vm->registers[op->to].kind;
    if (kind != CEL_LIST && kind != CEL_MAP) {
        cel_fail(&vm->run, "expected a list or map to walk over, but found %s",
                 cel_kind_name(kind));
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to + 1] = cel_int(0);
    return op + 1;
}

static bool cel_next_kind(struct cel_vm *vm, struct cel_value value, uint32_t kind)
{
    if (kind == CEL_DYN || value.kind == kind) {
        return true;
    }
    return cel_fail(&vm->run, "expected items of type %s, but found %s", cel_kind_name(kind),
                    cel_kind_name(value.kind));
}

/* The next entry, or the next item with its index; or items of another kind than promised. */
__attribute__((noinline)) static const struct cel_op *cel_next_other(struct cel_vm *vm,
                                                                     const struct cel_op *op)
{
    struct cel_value range = vm->registers[op->to];
    struct cel_value *variable = &vm->registers[op->a];
    int64_t at = vm->registers[op->to + 1].integer++;
    bool is_map = range.kind == CEL_MAP;
    if (at == (is_map ? range.map->count : range.list->count)) {
        return op + 1;
    }
    if (is_map) {
        variable[0] = range.map->entries[at].key;
        variable[1] = range.map->entries[at].value;
    } else {
        variable[0] = op->flag ? cel_int(at) : range.list->items[at];
        variable[1] = range.list->items[at];
    }
    if (!cel_next_kind(vm, variable[0], op->kind) ||
        (op->flag && !cel_next_kind(vm, variable[1], op->b))) {
        return cel_vm_fail(vm, op);
    }
    return op->jump;
}

/* r[a] (and, with flag, r[a + 1]) = the next of r[to], and jump; on when there is none. Kinds:
 * kind, b. */
const struct cel_op *cel_op_next(struct cel_vm *vm, const struct cel_op *op)
{
    struct cel_value *range = &vm->registers[op->to];
    if (range[0].kind != CEL_LIST || op->flag) {
        return cel_next_other(vm, op);
    }
    uint64_t at = range[1].unsigned_integer;
    const struct cel_list *list = range[0].list;
    if (at == list->count) {
        return op + 1;
    }
    const struct cel_value *item = &list->items[at];
    if (op->kind != CEL_DYN && item->kind != op->kind) {
        return cel_next_other(vm, op);
    }
    range[1].unsigned_integer = at + 1;
    cel_value_copy(&vm->registers[op->a], item);
    return op->jump;
}

const struct cel_op *cel_op_true(struct cel_vm *vm, const struct cel_op *op)
{
    vm->registers[op->to] = cel_bool(true);
    return op + 1;
}

const struct cel_op *cel_op_false(struct cel_vm *vm, const struct cel_op *op)
{
    vm->registers[op->to] = cel_bool(false);
    return op + 1;
}

const struct cel_op *cel_op_zero(struct cel_vm *vm, const struct cel_op *op)
{
    vm->registers[op->to] = cel_int(0);
    return op + 1;
}

/* r[to] counts r[a]. */
const struct cel_op *cel_op_count(struct cel_vm *vm, const struct cel_op *op)
{
    if (vm->registers[op->a].kind != CEL_BOOL) {
        cel_fail(&vm->run, "expected a bool as condition, but found %s",
                 cel_kind_name(vm->registers[op->a].kind));
        return cel_vm_fail(vm, op);
    }
    vm->registers[op->to].integer += vm->registers[op->a].boolean;
    return op + 1;
}

/* r[to] = r[a] == 1 */
const struct cel_op *cel_op_is_one(struct cel_vm *vm, const struct cel_op *op)
{
    vm->registers[op->to] = cel_bool(vm->registers[op->a].integer == 1);
    return op + 1;
}
