/* Constraints as things that are put and removed; constraints.c judges commands by them.
 *
 * Whoever puts one binds others by it: so he needs `delegate` on all that it is for. One that is
 * there binds him, too: so it is changed and removed by those only who hold `delegate` on the org,
 * whom no constraint keeps from removing it (constraints.c). */
#include "core/base/limits.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/kernel/targets.h"
#include "core/domain/policy/deciding.h"

/* What one constraint names at most; with its commands these make its rows. */
enum { CONSTRAINT_TARGETS_MAX = 32, CONSTRAINT_COMMANDS_MAX = 32 };
static_assert((int)CONSTRAINT_TARGETS_MAX < (int)TARGETS_MAX, "each is asked about");
static_assert(CONSTRAINT_TARGETS_MAX * CONSTRAINT_COMMANDS_MAX < DECISION_ROWS_MAX,
              "a decision can change them");

/* Bytes of an expression that is compiled once for each of its commands, all together: some
 * milliseconds. */
enum { CONSTRAINT_COMPILED_MAX = 64 * 1024 };

static size_t constraint_targets_count(const Agency__V1__Constraint *constraint)
{
    return constraint->n_group_ids + constraint->n_asset_ids + constraint->n_job_space_ids +
           constraint->n_subject_ids;
}

/* ---- index ---- */

static const Agency__V1__Constraint *constraint_in(const ProtobufCMessage *entity)
{
    assert(entity->descriptor == &agency__v1__constraint__descriptor);
    return (const Agency__V1__Constraint *)(const void *)entity;
}

size_t index_constraint_for_count(const ProtobufCMessage *entity)
{
    const Agency__V1__Constraint *constraint = constraint_in(entity);
    size_t count = constraint->n_commands + constraint->n_kinds;
    return count == 0 ? 1 : count;
}

struct str index_constraint_for(const ProtobufCMessage *entity, size_t item)
{
    const Agency__V1__Constraint *constraint = constraint_in(entity);
    if (item < constraint->n_commands) {
        return str_z(constraint->commands[item]);
    }
    item -= constraint->n_commands;
    return item < constraint->n_kinds ? index_kind((unsigned)constraint->kinds[item])
                                      : STR(CONSTRAINT_FOR_ALL);
}

size_t index_constraint_of_org_count(const ProtobufCMessage *entity)
{
    return constraint_targets_count(constraint_in(entity)) > 0 ? 0
                                                               : index_constraint_for_count(entity);
}

struct str index_constraint_of_org(const ProtobufCMessage *entity, size_t item)
{
    return index_constraint_for(entity, item);
}

/* ---- what it is for ---- */

static struct status constraint_check_counts(struct decide *d, const Agency__V1__Constraint *wanted)
{
    if (wanted->n_commands + wanted->n_kinds > CONSTRAINT_COMMANDS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected at most %d commands and kinds, but there are %zu",
                             CONSTRAINT_COMMANDS_MAX, wanted->n_commands + wanted->n_kinds);
    }
    if (constraint_targets_count(wanted) > CONSTRAINT_TARGETS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected at most %d targets, but there are %zu",
                             CONSTRAINT_TARGETS_MAX, constraint_targets_count(wanted));
    }
    return status_ok();
}

static struct status constraint_check_commands(struct decide *d,
                                               const Agency__V1__Constraint *wanted)
{
    TRY_ACCEPTED(d, rules_check_distinct(d, "commands", wanted->commands, wanted->n_commands));
    for (size_t i = 0; i < wanted->n_commands; i++) {
        unsigned number = registry_command_named(str_z(wanted->commands[i]));
        if (number == 0 || number == COMMAND_CREATE_ORG) {
            return decide_reject(d, STATUS_INVALID_ARGUMENT,
                                 "expected the name of a command to an org, such as AssignRole, "
                                 "but '%s' is none",
                                 wanted->commands[i]);
        }
    }
    return status_ok();
}

static struct status constraint_check_kinds(struct decide *d, const Agency__V1__Constraint *wanted)
{
    for (size_t i = 0; i < wanted->n_kinds; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++) {
            again = again || wanted->kinds[j] == wanted->kinds[i];
        }
        if (again || registry_entity((unsigned)wanted->kinds[i]) == NULL) {
            return decide_reject(d, STATUS_INVALID_ARGUMENT,
                                 "expected each of kinds to be a kind of entity, once, but %u is "
                                 "not",
                                 (unsigned)wanted->kinds[i]);
        }
    }
    return status_ok();
}

/* One list of targets: each once, and there, unless it was named before. */
static struct status constraint_check_targets(struct decide *d, enum entity_kind kind,
                                              const char *field, char *const *ids, size_t count,
                                              char *const *before, size_t before_count)
{
    TRY_ACCEPTED(d, rules_check_distinct(d, field, ids, count));
    for (size_t i = 0; i < count; i++) {
        const ProtobufCMessage *entity;
        if (ids_listed(before, before_count, str_z(ids[i]))) {
            continue;
        }
        TRY(view_get(d->view, kind, str_z(ids[i]), &entity));
        TRY_ACCEPTED(d, life_check(d, kind, str_z(ids[i]), entity,
                                   ~(uint32_t)(BIT(LIFE_REMOVED) | BIT(LIFE_ERASED))));
    }
    return status_ok();
}

static struct status constraint_check_all_targets(struct decide *d,
                                                  const Agency__V1__Constraint *before,
                                                  const Agency__V1__Constraint *wanted)
{
    static const Agency__V1__Constraint none = AGENCY__V1__CONSTRAINT__INIT;
    const Agency__V1__Constraint *b = before == NULL ? &none : before;
    TRY_ACCEPTED(d, constraint_check_targets(d, ENTITY_GROUP, "group_ids", wanted->group_ids,
                                             wanted->n_group_ids, b->group_ids, b->n_group_ids));
    TRY_ACCEPTED(d, constraint_check_targets(d, ENTITY_ASSET, "asset_ids", wanted->asset_ids,
                                             wanted->n_asset_ids, b->asset_ids, b->n_asset_ids));
    TRY_ACCEPTED(d, constraint_check_targets(d, ENTITY_JOB_SPACE, "job_space_ids",
                                             wanted->job_space_ids, wanted->n_job_space_ids,
                                             b->job_space_ids, b->n_job_space_ids));
    return constraint_check_targets(d, ENTITY_SUBJECT, "subject_ids", wanted->subject_ids,
                                    wanted->n_subject_ids, b->subject_ids, b->n_subject_ids);
}

/* ---- its expression ---- */

/* Whether the constraint is for this command by its names and kinds. */
static bool constraint_is_for(const Agency__V1__Constraint *wanted, unsigned number)
{
    const struct command_type *type = registry_command(number);
    bool is = type != NULL && ids_listed(wanted->commands, wanted->n_commands, str_z(type->name));
    for (size_t i = 0; type != NULL && !is && i < wanted->n_kinds; i++) {
        is = number != COMMAND_CREATE_ORG && (unsigned)wanted->kinds[i] == (unsigned)type->entity;
    }
    return is;
}

static struct status constraint_compile(struct decide *d, const Agency__V1__Constraint *wanted,
                                        unsigned number, const struct expression **expression)
{
    struct expressions *expressions;
    TRY(deciding_expressions(d, &expressions));
    return deciding_find(expressions, number, str_z(wanted->expression), CEL_PROFILE, expression);
}

/* With what belongs to its commands it must be right for each of them. */
static struct status constraint_check_for_each(struct decide *d,
                                               const Agency__V1__Constraint *wanted)
{
    size_t compiled = 0;
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct expression *expression;
        if (!constraint_is_for(wanted, number)) {
            continue;
        }
        compiled += strlen(wanted->expression);
        if (compiled > CONSTRAINT_COMPILED_MAX) {
            return decide_reject(d, STATUS_INVALID_ARGUMENT,
                                 "expected an expression of at most %d bytes together for all "
                                 "commands that it is for: name fewer, or write less",
                                 CONSTRAINT_COMPILED_MAX);
        }
        TRY(constraint_compile(d, wanted, number, &expression));
        if (expression->program == NULL) {
            return decide_reject(d, STATUS_INVALID_ARGUMENT, "expression, for %s, %s",
                                 registry_command(number)->name, expression->problem);
        }
    }
    return status_ok();
}

/* What is there for some commands only. */
static const char *constraint_hint(const char *problem)
{
    static const char *const names[] = { "'command'", "'object'", "'after'", "'made'",
                                         "'changed'" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *at = strstr(problem, "there is no ");
        if (at != NULL && strncmp(at + 12, names[i], strlen(names[i])) == 0) {
            return "; it is there where commands or kinds are named";
        }
    }
    return "";
}

static struct status constraint_check_expression(struct decide *d,
                                                 const Agency__V1__Constraint *wanted)
{
    const struct expression *general;
    if (wanted->expression[0] == '\0') {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected an expression, such as \"now.getHours('Europe/Berlin') < "
                             "18\", but it is empty");
    }
    if (d->view->expressions != NULL) {
        expressions_trim(d->view->expressions);
    }
    TRY(constraint_compile(d, wanted, DECIDING_ANY, &general));
    if (general->program != NULL) {
        return status_ok();
    }
    return wanted->n_commands + wanted->n_kinds > 0
               ? constraint_check_for_each(d, wanted)
               : decide_reject(d, STATUS_INVALID_ARGUMENT, "expression, %s%s", general->problem,
                               constraint_hint(general->problem));
}

/* ---- decide ---- */

static struct status constraint_same(struct decide *d, const Agency__V1__Constraint *before,
                                     const Agency__V1__Constraint *wanted, bool *same)
{
    const ProtobufCMessageDescriptor *type = wanted->base.descriptor;
    *same = before != NULL;
    for (unsigned i = 0; *same && i < type->n_fields && type->fields[i].id < FIELD_VERSION; i++) {
        TRY(fields_equal(d->arena, &before->base, &wanted->base, &type->fields[i], same));
    }
    return status_ok();
}

struct status decide_put_constraint(struct decide *d, const Agency__V1__PutConstraint *command)
{
    const Agency__V1__Constraint *before;
    Agency__V1__Constraint wanted = *command->constraint;
    bool same;
    TRY_ACCEPTED(d, constraint_check_counts(d, &wanted));
    TRY_ACCEPTED(d, constraint_check_commands(d, &wanted));
    TRY_ACCEPTED(d, constraint_check_kinds(d, &wanted));
    TRY_ACCEPTED(d, life_find_constraint(d, &before));
    TRY(constraint_same(d, before, &wanted, &same));
    if (same) {
        return status_ok();
    }
    TRY_ACCEPTED(d, constraint_check_all_targets(d, before, &wanted));
    TRY_ACCEPTED(d, constraint_check_expression(d, &wanted));
    wanted.expression_profile = CEL_PROFILE;
    return plain_emit(d, &wanted.base);
}

/* ---- where permissions are asked ---- */

static void constraint_add(struct targets *targets, enum object_kind kind, char *const *ids,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        targets_add_named(targets, kind, str_z(ids[i]));
    }
}

struct status targets_constraint(struct decide *d, struct targets *targets)
{
    const Agency__V1__Constraint *before, *wanted = d->command->put_constraint->constraint;
    assert((unsigned)d->command->payload_case == COMMAND_PUT_CONSTRAINT && targets->count == 0);
    TRY_ACCEPTED(d, constraint_check_counts(d, wanted));
    constraint_add(targets, OBJECT_GROUP, wanted->group_ids, wanted->n_group_ids);
    constraint_add(targets, OBJECT_ASSET, wanted->asset_ids, wanted->n_asset_ids);
    constraint_add(targets, OBJECT_JOB_SPACE, wanted->job_space_ids, wanted->n_job_space_ids);
    constraint_add(targets, OBJECT_SUBJECT, wanted->subject_ids, wanted->n_subject_ids);
    TRY(view_constraint(d->view, str_z(wanted->constraint_id), &before));
    if (targets->count == 0 || before != NULL) {
        targets_add(targets, object_org());
    }
    return status_ok();
}
