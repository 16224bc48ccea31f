#include "query/cel_filter.h"

#include "core/cel/ast.h"
#include "core/cel/generated.h"
#include "core/domain/kernel/limit.h"
#include "core/model/filter.h"

enum { FILTER_FIELDS_MAX = 64, FILTER_PATH_MAX = 128 };

struct cel_filter {
    enum entity_kind kind;
    struct cel_generated generated;
    const ProtobufCMessageDescriptor *descriptor;
    struct cel_variable variables[FILTER_FIELDS_MAX + 1]; /* the last one is the entity */
    struct cel_field fields[FILTER_FIELDS_MAX];
    struct cel_value bindings[FILTER_FIELDS_MAX + 1];
    struct cel_env env;
    struct str source;
    const struct cel_node *root; /* as parsed: for what an index can serve */
    bool used[FILTER_FIELDS_MAX];
    const struct cel_program *program;
    struct arena evaluation;
};

/* ---- making ---- */

static struct status cel_filter_declare(struct cel_filter *filter, struct arena *arena)
{
    const struct cel_provider *provider = &filter->generated.provider;
    const struct str name = str_z(filter->descriptor->name);
    const struct cel_message_type *type = provider->find_message(provider->self, name);
    uint32_t count = 0;
    for (unsigned i = 0; i < filter->descriptor->n_fields && i < FILTER_FIELDS_MAX; i++) {
        struct cel_field *field = &filter->fields[count];
        const struct str field_name = str_z(filter->descriptor->fields[i].name);
        if (limit_hides(&filter->descriptor->fields[i])) {
            continue;
        }
        if (!provider->find_field(provider->self, type, field_name, arena, field)) {
            return arena_full(arena);
        }
        filter->variables[count++] = (struct cel_variable){ .name = field_name,
                                                            .type = field->type,
                                                            .size_max = field->size_max,
                                                            .item_max = field->item_max,
                                                            .data_max = field->data_max };
    }
    filter->variables[count] = (struct cel_variable){ .name = STR("it") };
    ARENA_TRY(arena, filter->variables[count].type, cel_type_message(arena, name));
    filter->env = (struct cel_env){ .provider = provider,
                                    .container = STR("agency.v1"),
                                    .variables = filter->variables,
                                    .variable_count = count + 1,
                                    .result = &cel_type_bool,
                                    .estimate_max = CEL_GAS_MAX };
    return status_ok();
}

static struct status cel_filter_compile(struct cel_filter *filter, struct arena *arena)
{
    struct cel_problems problems;
    struct status st =
        cel_compile(&filter->env, filter->source, arena, &filter->program, &problems);
    if (st.code != STATUS_INVALID_ARGUMENT || problems.count == 0) {
        return st;
    }
    const struct cel_problem *first = &problems.items[0];
    return status_error(STATUS_INVALID_ARGUMENT, "filter, column %u: %s", first->position.column,
                        first->msg);
}

/* Which fields it names: others are not read, which of a Struct is dear. */
static struct status cel_filter_parse(struct cel_filter *filter, struct arena *arena)
{
    struct cel_problems problems = { 0 };
    struct cel_compilation parsed = {
        .env = &filter->env, .source = filter->source, .arena = arena, .problems = &problems
    };
    if (!cel_parse(&parsed)) {
        return parsed.arena_full ? arena_full(arena)
                                 : status_error(STATUS_INTERNAL, "expected a filter that compiled");
    }
    filter->root = parsed.root;
    for (uint32_t i = 0; i < parsed.node_count; i++) {
        const struct cel_node *node = parsed.nodes[i];
        for (uint32_t j = 0; j + 1 < filter->env.variable_count; j++) {
            filter->used[j] = filter->used[j] || (node->kind == CEL_NODE_IDENT &&
                                                  str_eq(node->name, filter->variables[j].name));
        }
    }
    return status_ok();
}

struct status cel_filter_make(struct arena *arena, enum entity_kind kind, struct str source,
                              struct cel_filter **out)
{
    struct cel_filter *filter;
    const ProtobufCMessageDescriptor *descriptor = registry_entity(kind)->descriptor;
    ARENA_TRY(arena, filter, arena_zalloc(arena, sizeof *filter));
    filter->kind = kind;
    filter->descriptor = descriptor;
    filter->source = source;
    arena_init(&filter->evaluation, CEL_ARENA_MAX);
    TRY(cel_generated_init(&filter->generated, arena, &descriptor, 1));
    filter->generated.limit = limit_of_field;
    TRY(cel_filter_declare(filter, arena));
    TRY(cel_filter_compile(filter, arena));
    TRY(cel_filter_parse(filter, arena));
    *out = filter;
    return status_ok();
}

void cel_filter_release(struct cel_filter *filter)
{
    if (filter != NULL) {
        arena_release(&filter->evaluation);
    }
}

/* ---- what an index can serve ---- */

/* "on.id" of on.id or it.on.id; false if the node is no field. */
static bool cel_filter_path(const struct cel_node *node, char path[FILTER_PATH_MAX], size_t *size)
{
    bool select = node->kind == CEL_NODE_SELECT && !node->test && !node->optional;
    if (select && !cel_filter_path(node->args[0], path, size)) {
        return false;
    }
    if (!select && node->kind != CEL_NODE_IDENT) {
        return false;
    }
    if (!select && str_eq(node->name, STR("it"))) {
        *size = 0;
        return true;
    }
    size_t dot = select && *size > 0;
    size_t begin = select ? *size + dot : 0;
    if (begin + node->name.size > FILTER_PATH_MAX) {
        return false;
    }
    path[begin - dot] = dot > 0 ? '.' : path[begin - dot];
    memcpy(path + begin, node->name.data, node->name.size);
    *size = begin + node->name.size;
    return true;
}

/* A constant text, or the last name of an enum's value; another name is no value of an enum. */
static bool cel_filter_constant(const struct cel_filter *filter, const struct cel_node *node,
                                struct list_filter *equality)
{
    struct filter served;
    bool text = node->kind == CEL_NODE_CONST && node->constant.kind == CEL_STRING;
    bool name = node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_IDENT;
    equality->value = text ? str_make(node->constant.data, node->constant.size) : node->name;
    return (text || name) && filter_init(&served, filter->kind, equality).code == STATUS_OK &&
           served.field->type == (text ? PROTOBUF_C_TYPE_STRING : PROTOBUF_C_TYPE_ENUM);
}

static struct status cel_filter_equality(const struct cel_filter *filter, struct arena *arena,
                                         const struct cel_node *field,
                                         const struct cel_node *constant,
                                         struct list_filter *equalities, size_t *count)
{
    char path[FILTER_PATH_MAX];
    struct list_filter equality = { .field = { .data = path } };
    if (!cel_filter_path(field, path, &equality.field.size) ||
        !cel_filter_constant(filter, constant, &equality)) {
        return status_ok();
    }
    equality.field = arena_copy(arena, equality.field);
    equality.value = arena_copy(arena, equality.value);
    if (equality.field.data == NULL || equality.value.data == NULL) {
        return arena_full(arena);
    }
    equalities[(*count)++] = equality;
    return status_ok();
}

static struct status cel_filter_walk(const struct cel_filter *filter, struct arena *arena,
                                     const struct cel_node *node, struct list_filter *equalities,
                                     size_t max, size_t *count)
{
    if (node->kind == CEL_NODE_AND) {
        for (uint32_t i = 0; i < node->count; i++) {
            TRY(cel_filter_walk(filter, arena, node->args[i], equalities, max, count));
        }
    }
    bool equals = node->kind == CEL_NODE_CALL && str_eq(node->name, STR("_==_"));
    if (!equals || *count == max) {
        return status_ok();
    }
    bool turned = node->args[0]->kind == CEL_NODE_CONST;
    return cel_filter_equality(filter, arena, node->args[turned ? 1 : 0],
                               node->args[turned ? 0 : 1], equalities, count);
}

struct status cel_filter_equalities(const struct cel_filter *filter, struct arena *arena,
                                    struct list_filter *equalities, size_t max, size_t *count)
{
    *count = 0;
    return cel_filter_walk(filter, arena, filter->root, equalities, max, count);
}

/* ---- an entity ---- */

static bool cel_filter_bind(struct cel_filter *filter, const void *entity, struct cel_run *run)
{
    const struct cel_provider *provider = &filter->generated.provider;
    uint32_t count = filter->env.variable_count - 1;
    for (uint32_t i = 0; i < count; i++) {
        filter->bindings[i] = (struct cel_value){ .kind = CEL_ERROR };
        if (filter->used[i] &&
            !provider->get(provider->self, run, entity, &filter->fields[i], &filter->bindings[i])) {
            return false;
        }
    }
    filter->bindings[count] = cel_generated_value(entity);
    return true;
}

static struct status cel_filter_exhausted(void)
{
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected a filter within its gas and memory for each entity");
}

struct status cel_filter_passes(struct cel_filter *filter, const void *entity, bool *passes,
                                uint64_t *gas)
{
    struct cel_outcome outcome;
    arena_reset(&filter->evaluation);
    struct cel_run run = { .arena = &filter->evaluation,
                           .gas = { CEL_GAS_MAX },
                           .provider = &filter->generated.provider };
    *passes = false;
    if (!cel_filter_bind(filter, entity, &run)) {
        return cel_filter_exhausted();
    }
    bool done =
        cel_eval(filter->program, filter->bindings, &filter->evaluation, run.gas.left, &outcome);
    *gas = CEL_GAS_MAX - run.gas.left + outcome.gas_used;
    *passes = done && outcome.value.boolean;
    bool exhausted =
        !done && (outcome.error.kind == CEL_ERROR_GAS || outcome.error.kind == CEL_ERROR_MEMORY);
    return exhausted ? cel_filter_exhausted() : status_ok();
}
