/* cel: for people who write constraints. Checks an expression, evaluates it on examples, explains a
 * result, tells what it may cost. Variables are declared on the command line:
 *
 *   agencyctl cel eval 'role.name == "lead" && n < 3' role:Role='{"name":"lead"}' n=2
 *
 * NAME=JSON takes the type from the value; NAME:TYPE declares without a value, for check and cost.
 * Needs no data folder. */
#include <stdio.h>

#include "core/base/limits.h"
#include "core/cel/cel.h"
#include "core/cel/generated.h"
#include "core/cel/json.h"
#include "core/domain/kernel/limit.h"
#include "core/pb/json.h"
#include "ops/ctl/cel_report.h"
#include "ops/ctl/ctl.h"

enum { CEL_VARIABLES_MAX = 32, CEL_ROOTS_MAX = 64, CEL_VERB_ARENA = 8 << 20 };

struct ctl_cel {
    struct ctl *ctl;
    struct cel_generated generated;
    struct cel_variable variables[CEL_VARIABLES_MAX];
    struct cel_value bindings[CEL_VARIABLES_MAX];
    uint32_t variables_count;
    struct cel_run reading; /* of bindings */
    const struct cel_program *program;
    const char *what; /* check, eval ... */
    bool json;
    struct cel_report report; /* when json */
};

static struct status cel_roots(struct ctl_cel *cel)
{
    const ProtobufCMessageDescriptor *roots[CEL_ROOTS_MAX];
    size_t count = 0;
    for (unsigned kind = 0; kind < ENTITY_KINDS_END && count < CEL_ROOTS_MAX; kind++) {
        const struct entity_type *entity = registry_entity(kind);
        if (entity != NULL) {
            roots[count++] = entity->descriptor;
        }
    }
    TRY(cel_generated_init(&cel->generated, &cel->ctl->arena, roots, count));
    cel->generated.limit = limit_of_field;
    return status_ok();
}

/* A type by the word that people write: int, list, Role, google.protobuf.Timestamp ... */
static struct status cel_type_named(struct ctl_cel *cel, struct str name,
                                    const struct cel_type **type)
{
    static const struct cel_type *const simple[] = {
        &cel_type_bool,  &cel_type_int,  &cel_type_uint, &cel_type_double, &cel_type_string,
        &cel_type_bytes, &cel_type_list, &cel_type_map,  &cel_type_dyn,
    };
    for (size_t i = 0; i < sizeof simple / sizeof simple[0]; i++) {
        if (str_eq(name, simple[i]->name)) {
            *type = simple[i];
            return status_ok();
        }
    }
    struct cel_provider *provider = &cel->generated.provider;
    struct str full = str_eq(name, STR("timestamp"))  ? STR("google.protobuf.Timestamp")
                      : str_eq(name, STR("duration")) ? STR("google.protobuf.Duration")
                                                      : name;
    if (provider->find_message(provider->self, full) == NULL) {
        full = arena_printf(&cel->ctl->arena, "agency.v1.%.*s", STR_ARG(name));
    }
    if (provider->find_message(provider->self, full) == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a type such as int, list, timestamp or Role, but it is "
                            "'%.*s'",
                            STR_ARG(name));
    }
    *type = cel_type_well_known(full);
    if (*type == NULL) {
        ARENA_TRY(&cel->ctl->arena, *type, cel_type_message(&cel->ctl->arena, full));
    }
    return status_ok();
}

static struct status cel_bind_message(struct ctl_cel *cel, struct str type_name, struct str json,
                                      struct cel_value *value)
{
    struct cel_provider *provider = &cel->generated.provider;
    const void *descriptor = provider->find_message(provider->self, type_name);
    ProtobufCMessage *message;
    TRY(pb_from_json(&cel->ctl->arena, descriptor, json, &message));
    if (!provider->adapt(provider->self, &cel->reading, message, value)) {
        return status_error(STATUS_INVALID_ARGUMENT, "%s", cel->reading.error.msg);
    }
    return status_ok();
}

/* The message whose JSON is that of the type; empty for what JSON says by itself (a string, too,
 * which may hold NULs here). */
static struct str cel_json_message(const struct cel_type *type)
{
    static const struct str wrappers[CEL_KINDS] = {
        [CEL_BOOL] = { "google.protobuf.BoolValue", 25 },
        [CEL_INT] = { "google.protobuf.Int64Value", 26 },
        [CEL_UINT] = { "google.protobuf.UInt64Value", 27 },
        [CEL_DOUBLE] = { "google.protobuf.DoubleValue", 27 },
        [CEL_BYTES] = { "google.protobuf.BytesValue", 26 },
    };
    bool message =
        type->kind == CEL_MESSAGE || type->kind == CEL_TIMESTAMP || type->kind == CEL_DURATION;
    return message                     ? type->name
           : type->kind == CEL_WRAPPER ? wrappers[type->params[0]->kind]
                                       : wrappers[type->kind];
}

/* The value as the declared type has it: JSON tells no int from a uint or double, no bytes from
 * text. */
static struct status cel_bind_json(struct ctl_cel *cel, const struct cel_type *type,
                                   struct str json, struct cel_value *value)
{
    struct str message = type == NULL ? (struct str){ 0 } : cel_json_message(type);
    bool absent = type != NULL && type->kind == CEL_WRAPPER && str_eq(json, STR("null"));
    return message.size == 0 || absent ? cel_from_json(&cel->reading, json, value)
                                       : cel_bind_message(cel, message, json, value);
}

/* NAME=JSON, NAME:TYPE or NAME:TYPE=JSON. */
static struct status cel_declare(struct ctl_cel *cel, struct str word)
{
    const char *equals = memchr(word.data, '=', word.size);
    size_t size = equals == NULL ? word.size : (size_t)(equals - word.data);
    const char *colon = memchr(word.data, ':', size);
    struct str name = str_make(word.data, colon == NULL ? size : (size_t)(colon - word.data));
    if (name.size == 0 || (colon == NULL && equals == NULL)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected NAME=JSON or NAME:TYPE, but it is '%.*s'", STR_ARG(word));
    }
    if (cel->variables_count == CEL_VARIABLES_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d variables",
                            CEL_VARIABLES_MAX);
    }
    for (size_t i = 0; i < cel->variables_count; i++) {
        if (str_eq(cel->variables[i].name, name)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected each variable once, but there is another '%.*s'",
                                STR_ARG(name));
        }
    }
    const struct cel_type *type = NULL;
    struct cel_value value = { .kind = CEL_ERROR };
    if (colon != NULL) {
        TRY(cel_type_named(cel, str_make(colon + 1, size - name.size - 1), &type));
    }
    if (equals != NULL) {
        TRY(status_prefix(cel_bind_json(cel, type, str_from(word, size + 1), &value), "%.*s",
                          STR_ARG(name)));
    }
    if (type == NULL && !cel_type_of(&cel->reading, value, &type)) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "%s", cel->reading.error.msg);
    }
    bool text = type->kind == CEL_STRING || type->kind == CEL_BYTES;
    cel->bindings[cel->variables_count] = value;
    cel->variables[cel->variables_count++] =
        (struct cel_variable){ .name = name,
                               .type = type,
                               .size_max = text ? TEXT_SIZE_MAX : LIST_ITEMS_MAX,
                               .item_max = TEXT_SIZE_MAX };
    return status_ok();
}

/* ---- answers, for a person or as one line of JSON ---- */

static void cel_say_cost(struct ctl_cel *cel)
{
    struct cel_cost_estimate cost = cel_cost(cel->program);
    struct buf *out = &cel->ctl->out;
    if (cost.gas_max == UINT64_MAX) {
        buf_append(out, STR("cost: no bound; nothing bounds "));
    } else {
        buf_printf(out, "cost: at most %llu gas of %d; most of it in ",
                   (unsigned long long)cost.gas_max, CEL_GAS_MAX);
    }
    buf_printf(out, "'%.*s' (%u:%u)\n", STR_ARG(cost.part), cost.position.line,
               cost.position.column);
}

/* check and cost */
static struct status cel_tell(struct ctl_cel *cel)
{
    struct buf *out = &cel->ctl->out;
    if (cel->json) {
        return status_ok();
    }
    if (strcmp(cel->what, "check") == 0) {
        buf_append(out, STR("type: "));
        cel_type_print(out, cel_program_type(cel->program));
        buf_byte(out, '\n');
    }
    cel_say_cost(cel);
    return status_ok();
}

static struct status cel_tell_value(struct ctl_cel *cel, const struct cel_outcome *outcome)
{
    if (outcome->error.kind != CEL_ERROR_NONE) {
        return status_error(STATUS_FAILED_PRECONDITION, "%u:%u: %s, in '%.*s'",
                            outcome->position.line, outcome->position.column, outcome->error.msg,
                            STR_ARG(outcome->part));
    }
    cel_value_print(&cel->ctl->out, &cel->generated.provider, outcome->value);
    buf_byte(&cel->ctl->out, '\n');
    return status_ok();
}

static struct status cel_eval_and_tell(struct ctl_cel *cel)
{
    struct arena arena;
    struct cel_outcome outcome;
    arena_init(&arena, CEL_ARENA_MAX);
    bool done = cel_eval(cel->program, cel->bindings, &arena, CEL_GAS_MAX, &outcome);
    cel->ctl->exit = done ? CTL_OK : CTL_FAILED;
    struct status st =
        cel->json ? cel_report_outcome(&cel->report, &outcome) : cel_tell_value(cel, &outcome);
    arena_release(&arena);
    return st;
}

static struct status cel_explain_and_tell(struct ctl_cel *cel)
{
    struct cel_explanation explanation;
    TRY(cel_explain(cel->program, cel->bindings, &cel->ctl->arena, CEL_GAS_MAX, &explanation));
    cel->ctl->exit = explanation.outcome.error.kind == CEL_ERROR_NONE ? CTL_OK : CTL_FAILED;
    if (cel->json) {
        return cel_report_steps(&cel->report, &explanation);
    }
    cel_explanation_print(&cel->ctl->out, &cel->generated.provider, &explanation);
    return status_ok();
}

static struct status cel_tell_problems(struct ctl_cel *cel, struct str source,
                                       const struct cel_problems *problems)
{
    cel->ctl->exit = CTL_FAILED;
    if (cel->json) {
        return cel_report_problems(&cel->report, problems);
    }
    cel_problems_print(&cel->ctl->out, source, problems);
    return status_ok();
}

/* The verbs of `agencyctl cel`. */
static const struct cel_verb {
    const char *name;
    struct status (*tell)(struct ctl_cel *cel);
} cel_verbs[] = {
    { "check", cel_tell },
    { "eval", cel_eval_and_tell },
    { "explain", cel_explain_and_tell },
    { "cost", cel_tell },
};

static struct status cel_verb_find(const char *what, const struct cel_verb **verb)
{
    for (size_t i = 0; i < sizeof cel_verbs / sizeof cel_verbs[0]; i++) {
        if (strcmp(what, cel_verbs[i].name) == 0) {
            *verb = &cel_verbs[i];
            return status_ok();
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected check, eval, explain or cost, but it is '%s'", what);
}

static struct status cel_compile_and_tell(struct ctl_cel *cel, const struct cel_verb *verb,
                                          struct str source)
{
    struct cel_problems problems;
    const struct cel_env env = { .provider = &cel->generated.provider,
                                 .container = STR("agency.v1"),
                                 .variables = cel->variables,
                                 .variable_count = cel->variables_count };
    struct status st = cel_compile(&env, source, &cel->ctl->arena, &cel->program, &problems);
    if (st.code == STATUS_INVALID_ARGUMENT) {
        return cel_tell_problems(cel, source, &problems);
    }
    TRY(st);
    if (cel->json) {
        TRY(cel_report_program(&cel->report, cel->program));
    }
    return verb->tell(cel);
}

struct status ctl_cel(struct ctl *ctl)
{
    const struct cel_verb *verb = NULL;
    TRY(cel_verb_find(ctl->argv[0], &verb));
    struct ctl_cel cel = { .ctl = ctl,
                           .what = verb->name,
                           .json = ctl->options.output == CTL_JSON,
                           .report = { .arena = &ctl->arena,
                                       .provider = &cel.generated.provider,
                                       .report = AGENCY__V1__CEL_REPORT__INIT } };
    TRY(cel_roots(&cel));
    cel.reading = (struct cel_run){ .arena = &ctl->arena,
                                    .gas = { CEL_VERB_ARENA },
                                    .provider = &cel.generated.provider };
    for (int i = 2; i < ctl->argc; i++) {
        TRY(cel_declare(&cel, str_z(ctl->argv[i])));
    }
    TRY(cel_compile_and_tell(&cel, verb, str_z(ctl->argv[1])));
    return cel.json ? ctl_json(ctl, &cel.report.report.base) : status_ok();
}
