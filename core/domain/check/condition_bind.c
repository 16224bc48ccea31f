/* What conditions see: bound when one names it first. `context` is read whole, and costs by its
 * size; what lies in entities is read where it lies. */
#include "agency/v1/condition.pb-c.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/cel/generated.h"
#include "core/domain/check/condition_inside.h"

enum { CONDITION_LOOKUP_GAS = 10 }; /* an entity that a variable holds */

const struct expression_environment *condition_environment(void)
{
    static const struct cel_type context = { .kind = CEL_MAP,
                                             .name = { "map", 3 },
                                             .params = { &cel_type_string, &cel_type_dyn } };
    static const struct expression_variable variables[VARIABLES_COUNT] = {
        [VARIABLE_SUBJECT] = { { "subject", 7 }, &agency__v1__subject__descriptor, 0, NULL, 0, 0 },
        [VARIABLE_OBJECT] = { { "object", 6 },
                              &agency__v1__condition_object__descriptor,
                              0,
                              NULL,
                              0,
                              0 },
        [VARIABLE_CONTEXT] = { { "context", 7 }, NULL, 0, &context, 0, CONTEXT_SIZE_MAX },
        [VARIABLE_ACTORS] = { { "actors", 6 },
                              &agency__v1__subject__descriptor,
                              ACTORS_MAX + 1,
                              NULL,
                              0,
                              0 },
        [VARIABLE_PERMISSION] = { { "permission", 10 }, NULL, 0, &cel_type_string, ID_SIZE_MAX, 0 },
        [VARIABLE_NOW] = { { "now", 3 }, NULL, 0, &cel_type_timestamp, 0, 0 },
    };
    static const struct expression_environment environment = { .name = "condition",
                                                               .variables = variables,
                                                               .variables_count = VARIABLES_COUNT,
                                                               .data = VARIABLE_CONTEXT,
                                                               .result = &cel_type_bool };
    return &environment;
}

/* ---- gas ---- */

uint64_t *conditions_gas(const struct conditions *conditions)
{
    uint64_t *shared = conditions->question->gas_used;
    return shared == NULL ? &conditions->state->gas_used : shared;
}

uint64_t conditions_gas_left(const struct conditions *conditions)
{
    uint64_t used = *conditions_gas(conditions);
    return used < CONDITIONS_GAS_MAX ? CONDITIONS_GAS_MAX - used : 0;
}

struct status conditions_exhausted(void)
{
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected conditions within %d gas together, but they need more",
                        CONDITIONS_GAS_MAX);
}

static struct status conditions_charge(struct conditions *conditions, uint64_t gas)
{
    bool enough = gas <= conditions_gas_left(conditions);
    *conditions_gas(conditions) += gas;
    return enough ? status_ok() : conditions_exhausted();
}

/* ---- what they see ---- */

static struct status bind_subject(struct conditions *conditions, struct cel_value *value)
{
    *value = cel_generated_value(&conditions->subject->base);
    return status_ok();
}

/* The entity that an object is, in the field of its kind. */
static struct status bind_object_entity(struct conditions *conditions,
                                        Agency__V1__ConditionObject *object)
{
    const struct view *view = conditions->view;
    const struct str id = conditions->question->object.id;
    switch (conditions->question->object.kind) {
    case OBJECT_ORG:
        return view_org(view, view->org_id, (const Agency__V1__Org **)&object->org);
    case OBJECT_ASSET:
        return view_asset(view, id, (const Agency__V1__Asset **)&object->asset);
    case OBJECT_GROUP:
        return view_group(view, id, (const Agency__V1__Group **)&object->group);
    case OBJECT_JOB_SPACE:
        return view_job_space(view, id, (const Agency__V1__JobSpace **)&object->job_space);
    case OBJECT_SUBJECT:
        return view_subject(view, id, (const Agency__V1__Subject **)&object->subject);
    case OBJECT_ASSET_TYPE:
        break; /* is not asked about */
    }
    return status_ok();
}

static struct status bind_object(struct conditions *conditions, struct cel_value *value)
{
    const struct object asked = conditions->question->object;
    Agency__V1__ConditionObject *object;
    ARENA_TRY(conditions->arena, object, arena_alloc(conditions->arena, sizeof *object));
    agency__v1__condition_object__init(object);
    object->kind = (Agency__V1__ObjectKind)asked.kind;
    TRY(arena_text(conditions->arena,
                   asked.kind == OBJECT_ORG ? conditions->view->org_id : asked.id, &object->id));
    TRY(conditions_charge(conditions, CONDITION_LOOKUP_GAS));
    *value = cel_generated_value(&object->base);
    return bind_object_entity(conditions, object);
}

static struct status bind_context(struct conditions *conditions, struct cel_value *value)
{
    static const Google__Protobuf__Struct empty = GOOGLE__PROTOBUF__STRUCT__INIT;
    const Google__Protobuf__Struct *context = conditions->question->context;
    const struct cel_provider *provider = conditions->state->provider;
    const uint64_t gas = conditions_gas_left(conditions);
    struct cel_run run = { .arena = conditions->arena, .gas = { gas }, .provider = provider };
    if (!provider->adapt(provider->self, &run, context == NULL ? &empty : context, value)) {
        return run.error.kind == CEL_ERROR_GAS
                   ? conditions_exhausted()
                   : status_error(STATUS_RESOURCE_EXHAUSTED, "context: %s", run.error.msg);
    }
    return conditions_charge(conditions, gas - run.gas.left);
}

/* Of who is not there, only the id is known. */
static struct status bind_actor(struct conditions *conditions, struct str id,
                                struct cel_value *value)
{
    const Agency__V1__Subject *actor;
    TRY(view_subject(conditions->view, id, &actor));
    if (actor == NULL) {
        Agency__V1__Subject *unknown;
        ARENA_TRY(conditions->arena, unknown, arena_alloc(conditions->arena, sizeof *unknown));
        agency__v1__subject__init(unknown);
        TRY(arena_text(conditions->arena, id, &unknown->subject_id));
        actor = unknown;
    }
    *value = cel_generated_value(&actor->base);
    return conditions_charge(conditions, CONDITION_LOOKUP_GAS);
}

static struct status bind_actors(struct conditions *conditions, struct cel_value *value)
{
    const struct check_question *question = conditions->question;
    struct cel_list *list;
    struct cel_value *items;
    ARENA_TRY(conditions->arena, list, arena_alloc(conditions->arena, sizeof *list));
    ARENA_TRY(conditions->arena, items,
              arena_alloc(conditions->arena, (question->actors_count + 1) * sizeof *items));
    for (size_t i = 0; i < question->actors_count; i++) {
        TRY(bind_actor(conditions, question->actors[i], &items[i]));
    }
    *list = (struct cel_list){ (uint32_t)question->actors_count, items };
    *value = cel_list_value(list);
    return status_ok();
}

static struct status bind_permission(struct conditions *conditions, struct cel_value *value)
{
    *value = cel_string(conditions->question->permission);
    return status_ok();
}

static struct status bind_now(struct conditions *conditions, struct cel_value *value)
{
    int64_t seconds;
    int32_t nanos;
    time_split(conditions->at_us, &seconds, &nanos);
    *value = cel_timestamp(seconds, nanos);
    return status_ok();
}

struct status conditions_bind(struct conditions *conditions, const struct expression *expression)
{
    static struct status (*const binds[VARIABLES_COUNT])(struct conditions *,
                                                         struct cel_value *) = {
        [VARIABLE_SUBJECT] = bind_subject, [VARIABLE_OBJECT] = bind_object,
        [VARIABLE_CONTEXT] = bind_context, [VARIABLE_ACTORS] = bind_actors,
        [VARIABLE_NOW] = bind_now,         [VARIABLE_PERMISSION] = bind_permission,
    };
    conditions->state->provider = cel_program_provider(expression->program);
    for (uint32_t i = 0; i < VARIABLES_COUNT; i++) {
        const uint32_t bit = UINT32_C(1) << i;
        if ((expression->uses & bit) != 0 && (conditions->state->bound & bit) == 0) {
            TRY(binds[i](conditions, &conditions->state->bindings[i]));
            conditions->state->bound |= bit;
        }
    }
    return status_ok();
}
