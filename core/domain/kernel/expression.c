/* A source is compiled for each thread that evaluates it and each environment, when it is first
 * met, and found by what it is: entities come and go in caches, sources stay the same.
 *
 * What was compiled is only forgotten between questions (expressions_trim), so that a question can
 * hold on to what it was given; where an expression asks questions itself, not before it is done
 * (expressions_hold). */
#include "core/domain/kernel/expression.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/hmap.h"
#include "core/base/memory.h"
#include "core/cel/generated.h"
#include "core/cel/program.h"
#include "core/domain/kernel/limit.h"

/* A typical program takes 10 KiB, that of the largest source less than 8 MiB. */
enum {
    EXPRESSIONS_KEPT_MAX = 16 << 20,
    EXPRESSIONS_MEMORY_MAX = 128 << 20,
    EXPRESSIONS_BUCKETS = 256, /* a power of two */
    ENVIRONMENTS_MAX = 512,    /* some for each command */
    ENVIRONMENTS_BUCKETS = 64,
    ENVIRONMENTS_MEMORY_MAX = 64 << 20,
    ENVIRONMENT_MORE_MAX = 8,
};

/* An environment as it was made of our messages. */
struct environment {
    const struct expression_environment *of;
    unsigned about;
    struct environment *next;
    const ProtobufCMessageDescriptor *messages[EXPRESSION_VARIABLES_MAX];
    struct cel_generated generated;
    struct cel_variable variables[EXPRESSION_VARIABLES_MAX];
    struct cel_env env;
};

struct expression_entry {
    const struct environment *environment;
    uint32_t profile;
    uint64_t hash;
    struct str source;
    struct expression expression;
    struct expression_entry *next;
};

struct expressions {
    struct arena own, made; /* of those that are kept */
    struct arena *programs; /* the arenas that are used */
    struct arena *lasting;
    struct expression_entry *buckets[EXPRESSIONS_BUCKETS];
    struct environment *environments[ENVIRONMENTS_BUCKETS]; /* by what they are about */
    size_t environments_count;
    unsigned held;
};

/* ---- life ---- */

struct expressions *expressions_new(void)
{
    struct expressions *expressions = mem_zalloc(1, sizeof *expressions);
    arena_init(&expressions->own, EXPRESSIONS_MEMORY_MAX);
    arena_init(&expressions->made, ENVIRONMENTS_MEMORY_MAX);
    expressions->programs = &expressions->own;
    expressions->lasting = &expressions->made;
    return expressions;
}

void expressions_free(struct expressions *expressions)
{
    if (expressions != NULL) {
        arena_release(&expressions->own);
        arena_release(&expressions->made);
        mem_free(expressions);
    }
}

struct status expressions_in(struct arena *arena, struct expressions **expressions)
{
    ARENA_TRY(arena, *expressions, arena_zalloc(arena, sizeof **expressions));
    (*expressions)->programs = (*expressions)->lasting = arena;
    return status_ok();
}

void expressions_trim(struct expressions *expressions)
{
    if (expressions->held == 0 && expressions->programs == &expressions->own &&
        expressions->own.used > EXPRESSIONS_KEPT_MAX) {
        arena_release(&expressions->own);
        memset(expressions->buckets, 0, sizeof expressions->buckets);
    }
}

void expressions_hold(struct expressions *expressions)
{
    expressions->held++;
}

void expressions_let_go(struct expressions *expressions)
{
    assert(expressions->held > 0);
    expressions->held--;
}

/* ---- environments ---- */

static struct status environment_variable(struct arena *arena,
                                          const struct expression_variable *declared,
                                          const ProtobufCMessageDescriptor *message,
                                          struct cel_variable *variable)
{
    *variable = (struct cel_variable){ .name = declared->name,
                                       .type = declared->type,
                                       .size_max = declared->size_max,
                                       .data_max = declared->data_max };
    if (message != NULL) {
        ARENA_TRY(arena, variable->type, cel_type_message(arena, str_z(message->name)));
    }
    if (declared->items_max > 0) {
        ARENA_TRY(arena, variable->type, cel_type_list_of(arena, variable->type));
        variable->size_max = declared->items_max;
    }
    return status_ok();
}

/* The messages of the variables. */
static struct status environment_messages(struct arena *arena, struct environment *environment)
{
    const struct expression_environment *of = environment->of;
    for (uint32_t i = 0; i < of->variables_count; i++) {
        const ProtobufCMessageDescriptor **message = &environment->messages[i];
        *message = of->variables[i].message;
        if (*message == NULL && of->message != NULL) {
            TRY(of->message(arena, environment->about, i, message));
        }
    }
    return status_ok();
}

/* All messages that an expression can meet by its variables and functions. */
static struct status environment_types(struct arena *arena, struct environment *environment)
{
    const ProtobufCMessageDescriptor *roots[EXPRESSION_VARIABLES_MAX + ENVIRONMENT_MORE_MAX];
    const struct expression_environment *of = environment->of;
    size_t roots_count = 0;
    for (uint32_t i = 0; i < of->variables_count; i++) {
        if (environment->messages[i] != NULL) {
            roots[roots_count++] = environment->messages[i];
        }
    }
    for (size_t i = 0; of->more != NULL && of->more[i] != NULL; i++) {
        assert(i < ENVIRONMENT_MORE_MAX);
        roots[roots_count++] = of->more[i];
    }
    return cel_generated_init(&environment->generated, arena, roots, roots_count);
}

static struct status environment_make(struct arena *arena, const struct expression_environment *of,
                                      unsigned about, struct environment *environment)
{
    assert(of->variables_count <= EXPRESSION_VARIABLES_MAX);
    environment->of = of;
    environment->about = about;
    TRY(environment_messages(arena, environment));
    for (uint32_t i = 0; i < of->variables_count; i++) {
        TRY(environment_variable(arena, &of->variables[i], environment->messages[i],
                                 &environment->variables[i]));
    }
    TRY(environment_types(arena, environment));
    environment->generated.limit = limit_of_field;
    environment->env = (struct cel_env){ .provider = &environment->generated.provider,
                                         .container = STR("agency.v1"),
                                         .variables = environment->variables,
                                         .variable_count = of->variables_count,
                                         .functions = of->functions,
                                         .function_count = of->functions_count,
                                         .result = of->result,
                                         .estimate_max = CEL_GAS_MAX };
    return status_ok();
}

static struct status expressions_environment(struct expressions *expressions,
                                             const struct expression_environment *of,
                                             unsigned about, struct environment **environment)
{
    struct environment **bucket = &expressions->environments[about % ENVIRONMENTS_BUCKETS];
    for (*environment = *bucket; *environment != NULL; *environment = (*environment)->next) {
        if ((*environment)->of == of && (*environment)->about == about) {
            return status_ok();
        }
    }
    assert(expressions->environments_count < ENVIRONMENTS_MAX);
    ARENA_TRY(expressions->lasting, *environment,
              arena_zalloc(expressions->lasting, sizeof **environment));
    TRY(environment_make(expressions->lasting, of, about, *environment));
    (*environment)->next = *bucket;
    *bucket = *environment;
    expressions->environments_count++;
    return status_ok();
}

/* ---- compiling ---- */

/* The field of the environment's data that a node reads without asking whether it is there; empty
 * where it reads none. */
static struct str expression_need(const struct expression_environment *of,
                                  const struct cel_node *node)
{
    bool select = node->kind == CEL_NODE_SELECT && !node->test && !node->optional;
    bool index = node->kind == CEL_NODE_CALL && str_eq(node->name, STR("_[_]"));
    if ((!select && !index) || node->args[0]->meaning != CEL_MEANS_VARIABLE ||
        node->args[0]->slot != of->data) {
        return (struct str){ 0 };
    }
    if (select) {
        return node->name;
    }
    const struct cel_node *key = node->args[1];
    bool text = key->kind == CEL_NODE_CONST && key->constant.kind == CEL_STRING;
    return text ? cel_str(key->constant) : (struct str){ 0 };
}

static void expression_add_need(struct expression *expression, struct str need)
{
    for (size_t i = 0; i < expression->needs_count; i++) {
        if (str_eq(expression->needs[i], need)) {
            return;
        }
    }
    expression->needs[expression->needs_count++] = need;
}

/* What the program refers to. */
static struct status expression_read(struct arena *arena, const struct environment *environment,
                                     struct expression *expression)
{
    const struct cel_program *program = expression->program;
    expression->messages = environment->messages;
    ARENA_TRY(arena, expression->needs,
              arena_alloc(arena, (program->node_count + 1) * sizeof *expression->needs));
    for (uint32_t i = 0; i < program->order_count; i++) {
        const struct cel_node *node = program->order[i];
        if (node->meaning == CEL_MEANS_VARIABLE) {
            assert(node->slot < environment->of->variables_count);
            expression->uses |= UINT32_C(1) << node->slot;
        }
        const struct str need = expression_need(environment->of, node);
        if (need.size > 0) {
            expression_add_need(expression, need);
        }
    }
    return status_ok();
}

static struct status expression_set_problem(struct arena *arena, const char *problem,
                                            struct expression *expression)
{
    ARENA_TRY(arena, expression->problem, arena_copy(arena, str_z(problem)).data);
    return status_ok();
}

static struct status expression_refuse(struct arena *arena, const char *problem,
                                       struct expression *expression)
{
    expression->program = NULL;
    return expression_set_problem(arena, problem, expression);
}

/* The first node that its environment says is wrong, as the checker would tell it. */
static bool expression_misfit(const struct environment *environment,
                              const struct cel_program *program, char *problem, size_t size)
{
    char msg[160];
    for (uint32_t i = 0; environment->of->fits != NULL && i < program->order_count; i++) {
        const struct cel_node *node = program->order[i];
        if (!environment->of->fits(environment->about, node, msg, sizeof msg)) {
            const struct cel_position at = cel_position_of(program->source, node->at);
            snprintf(problem, size, "%" PRIu32 ":%" PRIu32 ": %s", at.line, at.column, msg);
            return true;
        }
    }
    return false;
}

static struct status expression_compile(struct arena *arena, const struct environment *environment,
                                        struct expression_entry *entry)
{
    struct cel_problems problems;
    char problem[STATUS_MSG_MAX];
    if (entry->profile != CEL_PROFILE) {
        char text[96];
        snprintf(text, sizeof text,
                 "expected CEL profile %d, but it was checked under profile %" PRIu32, CEL_PROFILE,
                 entry->profile);
        return expression_set_problem(arena, text, &entry->expression);
    }
    struct status st =
        cel_compile(&environment->env, entry->source, arena, &entry->expression.program, &problems);
    if (st.code == STATUS_INVALID_ARGUMENT) {
        return expression_refuse(arena, st.msg, &entry->expression);
    }
    TRY(st);
    return expression_misfit(environment, entry->expression.program, problem, sizeof problem)
               ? expression_refuse(arena, problem, &entry->expression)
               : expression_read(arena, environment, &entry->expression);
}

static struct status expressions_add(struct expressions *expressions,
                                     const struct expression_entry *wanted,
                                     struct expression_entry **entry)
{
    struct arena *arena = expressions->programs;
    ARENA_TRY(arena, *entry, arena_alloc(arena, sizeof **entry));
    **entry = *wanted;
    (*entry)->source = arena_copy(arena, wanted->source);
    if ((*entry)->source.data == NULL) {
        return arena_full(arena);
    }
    TRY(expression_compile(arena, wanted->environment, *entry));
    struct expression_entry **bucket =
        &expressions->buckets[wanted->hash & (EXPRESSIONS_BUCKETS - 1)];
    (*entry)->next = *bucket;
    *bucket = *entry;
    return status_ok();
}

struct status expressions_get(struct expressions *expressions,
                              const struct expression_environment *environment, unsigned about,
                              struct str source, uint32_t profile,
                              const struct expression **expression)
{
    struct environment *made;
    TRY(expressions_environment(expressions, environment, about, &made));
    const struct expression_entry wanted = {
        .environment = made, .profile = profile, .hash = hmap_hash(source), .source = source
    };
    struct expression_entry *entry = expressions->buckets[wanted.hash & (EXPRESSIONS_BUCKETS - 1)];
    while (entry != NULL && !(entry->hash == wanted.hash && entry->environment == made &&
                              entry->profile == profile && str_eq(entry->source, source))) {
        entry = entry->next;
    }
    if (entry == NULL) {
        TRY(expressions_add(expressions, &wanted, &entry));
    }
    *expression = &entry->expression;
    return status_ok();
}
