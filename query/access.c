#include "query/access.h"

#include "core/domain/check/implied.h"
#include "core/domain/kernel/ids.h"
#include "core/pb/message.h"
#include "query/conditions.h"
#include "query/decision_item.h"
#include "query/known.h"
#include "query/object_text.h"

/* ---- one question ---- */

static struct status access_step_type(struct snapshot *snapshot, Agency__V1__CheckStep *step)
{
    const Agency__V1__RoleType *type;
    TRY(view_role_type(&snapshot->org.view, str_z(step->entity->id), &type));
    if (type == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected the role type '%s'", step->entity->id);
    }
    step->condition = type->condition;
    return status_ok();
}

/* A grant can give another permission than was asked about, on something above. */
static struct status access_step_grant(struct snapshot *snapshot, Agency__V1__CheckStep *step)
{
    const Agency__V1__Grant *grant;
    TRY(view_grant(&snapshot->org.view, str_z(step->entity->id), &grant));
    if (grant == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected the grant '%s'", step->entity->id);
    }
    const struct object on = { (enum object_kind)grant->on->kind, str_z(grant->on->id) };
    step->permission = grant->permission;
    step->condition = grant->condition;
    return object_format(snapshot->arena, on, &step->object);
}

static struct status access_step(struct snapshot *snapshot, const struct check_step *step,
                                 Agency__V1__CheckStep **out)
{
    TRY(pb_new(snapshot->arena, &agency__v1__check_step__descriptor, out));
    TRY(pb_new(snapshot->arena, &agency__v1__entity_ref__descriptor, &(*out)->entity));
    TRY(arena_text(snapshot->arena, str_z(check_step_name(step->kind)), &(*out)->step));
    (*out)->entity->kind = (Agency__V1__EntityKind)step->entity;
    TRY(arena_text(snapshot->arena, step->id, &(*out)->entity->id));
    TRY(step->kind == STEP_GRANT       ? access_step_grant(snapshot, *out)
        : step->kind == STEP_ROLE_TYPE ? access_step_type(snapshot, *out)
                                       : status_ok());
    return decision_item_at(snapshot, step->version, &(*out)->decision);
}

struct status access_waived(struct snapshot *snapshot, struct str permission, bool *waived)
{
    const Agency__V1__Org *org;
    TRY(view_org(&snapshot->org.view, snapshot->org_id, &org));
    *waived = org != NULL && org->access_mode == AGENCY__V1__ACCESS_MODE__ACCESS_MODE_OPEN &&
              permission_is_command(permission);
    return status_ok();
}

static struct status access_response(struct snapshot *snapshot,
                                     const struct check_question *question,
                                     const struct check_answer *answer,
                                     Agency__V1__CheckResponse **out)
{
    Agency__V1__CheckResponse *response = NULL;
    TRY(pb_new(snapshot->arena, &agency__v1__check_response__descriptor, &response));
    TRY(arena_text(snapshot->arena, question->subject_id, &response->subject_id));
    TRY(arena_text(snapshot->arena, question->permission, &response->permission));
    TRY(object_format(snapshot->arena, question->object, &response->object));
    response->allowed = answer->allowed;
    TRY(arena_text(snapshot->arena, str_z(check_reason_name(answer->reason)), &response->reason));
    TRY(arena_text(snapshot->arena, answer->nearest, &response->nearest));
    ARENA_TRY(snapshot->arena, response->path,
              arena_alloc(snapshot->arena, (answer->steps_count + 1) * sizeof(void *)));
    for (size_t i = 0; i < answer->steps_count; i++) {
        TRY(access_step(snapshot, &answer->steps[i], &response->path[i]));
        response->n_path++;
    }
    bool waived;
    TRY(access_waived(snapshot, question->permission, &waived));
    response->waived = waived;
    TRY(conditions_respond(snapshot, answer, response));
    TRY(snapshot_moment(snapshot, &response->at));
    *out = response;
    return status_ok();
}

/* ---- for somebody else ---- */

/* Who calls, through whom, and for whom: ids. */
struct access_chain {
    struct str ids[ACCESS_ACTORS_MAX + 1];
    size_t count;
    const Google__Protobuf__Struct *context;
    bool attenuate; /* each must be able to do himself what is asked */
    size_t lookups; /* of questions about actors, so far */
    uint64_t gas_used;
};

static struct status access_chain_init(struct snapshot *snapshot,
                                       const struct access_question *question,
                                       struct access_chain *chain)
{
    *chain = (struct access_chain){ .context = question->context };
    if (question->actors_count > ACCESS_ACTORS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d actors, but there are %zu", ACCESS_ACTORS_MAX,
                            question->actors_count);
    }
    for (; chain->count < question->actors_count; chain->count++) {
        TRY(known_entity(snapshot, ENTITY_SUBJECT, question->actors[chain->count],
                         &chain->ids[chain->count]));
    }
    TRY(known_entity(snapshot, ENTITY_SUBJECT, question->subject, &chain->ids[chain->count++]));
    const struct str *again = ids_again(chain->ids, chain->count);
    return again == NULL ? status_ok()
                         : status_error(STATUS_INVALID_ARGUMENT,
                                        "expected each of the actors and the subject once, but "
                                        "'%.*s' is there again",
                                        STR_ARG(*again));
}

/* One of the questions: about the i-th of the chain, for whom those before it act. */
static struct status access_chain_ask(struct snapshot *snapshot, struct access_chain *chain,
                                      size_t i, struct str permission, struct object object,
                                      Agency__V1__CheckResponse **response)
{
    const struct check_question question = { .subject_id = chain->ids[i],
                                             .permission = permission,
                                             .object = object,
                                             .context = chain->context,
                                             .actors = chain->ids,
                                             .actors_count = i,
                                             .gas_used = &chain->gas_used,
                                             .explain = true };
    struct check_answer answer;
    TRY(check(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us, &question, &answer));
    chain->lookups += i + 1 < chain->count ? answer.lookups : 0;
    return access_response(snapshot, &question, &answer, response);
}

/* Those about actors may take together what one question may. */
static struct status access_chain_add_answer(struct snapshot *snapshot,
                                             const struct access_chain *chain,
                                             Agency__V1__CheckResponse *link,
                                             Agency__V1__CheckResponse *response)
{
    if (chain->lookups > CHECK_LOOKUPS_MAX) {
        return lookup_exhausted();
    }
    response->actors[response->n_actors++] = link;
    if (response->allowed && !link->allowed) {
        response->allowed = false;
        TRY(arena_text(snapshot->arena, STR("ACTORS"), &response->reason));
    }
    return status_ok();
}

/* May one of them act for the next; and do himself what is asked, where the org attenuates. */
static struct status access_chain_link(struct snapshot *snapshot, struct access_chain *chain,
                                       size_t i, struct object object,
                                       Agency__V1__CheckResponse *response)
{
    Agency__V1__CheckResponse *link;
    TRY(access_chain_ask(snapshot, chain, i, STR("act_as"),
                         (struct object){ OBJECT_SUBJECT, chain->ids[i + 1] }, &link));
    TRY(access_chain_add_answer(snapshot, chain, link, response));
    if (!chain->attenuate) {
        return status_ok();
    }
    TRY(access_chain_ask(snapshot, chain, i, str_z(response->permission), object, &link));
    return access_chain_add_answer(snapshot, chain, link, response);
}

static struct status access_chain_links(struct snapshot *snapshot, struct access_chain *chain,
                                        struct object object, Agency__V1__CheckResponse *response)
{
    const size_t actors = chain->count - 1;
    const Agency__V1__Org *org;
    if (actors == 0) {
        return status_ok();
    }
    TRY(view_org(&snapshot->org.view, snapshot->org_id, &org));
    chain->attenuate = org != NULL && org->attenuate;
    ARENA_TRY(snapshot->arena, response->actors,
              arena_alloc(snapshot->arena, 2 * actors * sizeof(void *)));
    for (size_t i = 0; i < actors; i++) {
        TRY(access_chain_link(snapshot, chain, i, object, response));
    }
    return status_ok();
}

struct status access_check(struct snapshot *snapshot, const struct access_question *question,
                           Agency__V1__CheckResponse **response)
{
    struct access_chain chain;
    struct object object;
    TRY(conditions_context(question->context));
    TRY(access_chain_init(snapshot, question, &chain));
    TRY(object_text_parse(snapshot, question->object, &object));
    TRY(known_object(snapshot, object));
    TRY(known_permission(snapshot, question->permission));
    TRY(access_chain_ask(snapshot, &chain, question->actors_count, question->permission, object,
                         response));
    return access_chain_links(snapshot, &chain, object, *response);
}

/* ---- many ---- */

/* Adds those who may. `work` is for one check at a time: a batch has 10,000 of some KiB. */
static struct status access_check_each(struct snapshot *snapshot, struct arena *work,
                                       const Agency__V1__BatchCheckRequest *request,
                                       struct check_question *question, struct ids *missing,
                                       Agency__V1__BatchCheckResponse *response)
{
    struct check_answer answer;
    for (size_t i = 0; i < request->n_subjects; i++) {
        arena_reset(work);
        TRY(known_entity(snapshot, ENTITY_SUBJECT, str_z(request->subjects[i]),
                         &question->subject_id));
        TRY(check(&snapshot->org.view, work, snapshot->moment.time_us, question, &answer));
        if (answer.allowed) {
            response->allowed[response->n_allowed++] = request->subjects[i];
        } else if (answer.reason == CHECK_CONTEXT_MISSING) {
            response->conditional[response->n_conditional++] = request->subjects[i];
            TRY(conditions_add_missing(&answer, missing));
        }
    }
    return status_ok();
}

struct status access_check_batch(struct snapshot *snapshot, struct arena *arena,
                                 const Agency__V1__BatchCheckRequest *request,
                                 Agency__V1__BatchCheckResponse *response)
{
    struct check_question question = { .permission = str_z(request->permission),
                                       .context = request->context };
    struct ids missing = { .arena = arena };
    struct arena work;
    agency__v1__batch_check_response__init(response);
    TRY(object_text_named(snapshot, str_z(request->on), str_z(request->id), &question.object));
    TRY(known_object(snapshot, question.object));
    TRY(known_permission(snapshot, question.permission));
    TRY(conditions_context(request->context));
    bool waived;
    TRY(access_waived(snapshot, question.permission, &waived));
    response->waived = waived;
    if (request->n_subjects == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected subjects, but there are none");
    }
    ARENA_TRY(arena, response->allowed,
              arena_alloc(arena, (request->n_subjects + 1) * sizeof(char *)));
    ARENA_TRY(arena, response->conditional,
              arena_alloc(arena, (request->n_subjects + 1) * sizeof(char *)));
    arena_init(&work, arena->cap);
    struct status st = access_check_each(snapshot, &work, request, &question, &missing, response);
    arena_release(&work);
    TRY(st);
    return conditions_texts(arena, &missing, &response->missing_context,
                            &response->n_missing_context);
}
