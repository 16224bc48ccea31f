#include "query/access.h"

#include "core/domain/check/check.h"
#include "core/domain/check/check_held.h"
#include "core/domain/check/check_subjects.h"
#include "core/domain/check/implied.h"
#include "core/model/history.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "query/decision_item.h"
#include "query/known.h"
#include "query/object_text.h"

/* ---- one question ---- */

static struct status access_decision(struct snapshot *snapshot, uint64_t version,
                                     Agency__V1__DecisionItem **item)
{
    const Agency__V1__DecisionRow *row;
    TRY(stored_decision(snapshot->stored, snapshot->org_id, version, &row));
    return decision_item(snapshot->arena, row, item);
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
    return object_text_format(snapshot->arena, on, &step->object);
}

static struct status access_step(struct snapshot *snapshot, const struct check_step *step,
                                 Agency__V1__CheckStep **out)
{
    TRY(pb_new(snapshot->arena, &agency__v1__check_step__descriptor, out));
    TRY(pb_new(snapshot->arena, &agency__v1__entity_ref__descriptor, &(*out)->entity));
    TRY(arena_text(snapshot->arena, str_z(check_step_name(step->kind)), &(*out)->step));
    (*out)->entity->kind = (Agency__V1__EntityKind)step->entity;
    TRY(arena_text(snapshot->arena, step->id, &(*out)->entity->id));
    TRY(step->kind == STEP_GRANT ? access_step_grant(snapshot, *out) : status_ok());
    return access_decision(snapshot, step->version, &(*out)->decision);
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
    TRY(object_text_format(snapshot->arena, question->object, &response->object));
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
    TRY(snapshot_moment(snapshot, &response->at));
    *out = response;
    return status_ok();
}

struct status access_check(struct snapshot *snapshot, struct str subject, struct str permission,
                           struct str object, Agency__V1__CheckResponse **response)
{
    struct check_question question = { .permission = permission, .explain = true };
    struct check_answer answer;
    TRY(snapshot_resolve(snapshot, ENTITY_SUBJECT, subject, &question.subject_id));
    TRY(object_text_parse(snapshot, object, &question.object));
    TRY(known_permission(snapshot, permission));
    TRY(check(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us, &question, &answer));
    return access_response(snapshot, &question, &answer, response);
}

/* ---- for somebody else ---- */

/* Who calls, through whom, and for whom: ids. */
struct access_chain {
    struct str ids[ACCESS_ACTORS_MAX + 1];
    size_t count;
    size_t lookups; /* so far */
};

static struct status access_chain_add(struct snapshot *snapshot, struct str subject,
                                      struct access_chain *chain)
{
    struct str *id = &chain->ids[chain->count];
    TRY(snapshot_resolve(snapshot, ENTITY_SUBJECT, subject, id));
    for (size_t i = 0; i < chain->count; i++) {
        if (str_eq(chain->ids[i], *id)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected each of the actors and the subject once, but '%.*s' is "
                                "there again",
                                STR_ARG(*id));
        }
    }
    chain->count++;
    return status_ok();
}

/* One of the questions about them; all together may take what one question may. */
static struct status access_chain_ask(struct snapshot *snapshot, struct access_chain *chain,
                                      struct check_question question,
                                      Agency__V1__CheckResponse *response)
{
    struct check_answer answer;
    question.explain = true;
    TRY(check(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us, &question, &answer));
    chain->lookups += answer.lookups;
    if (chain->lookups > CHECK_LOOKUPS_MAX) {
        return lookup_exhausted();
    }
    TRY(access_response(snapshot, &question, &answer, &response->actors[response->n_actors]));
    response->n_actors++;
    if (response->allowed && !answer.allowed) {
        response->allowed = false;
        TRY(arena_text(snapshot->arena, STR("ACTORS"), &response->reason));
    }
    return status_ok();
}

/* May one of them act for the next; and do himself what is asked, where the org attenuates. */
static struct status access_chain_link(struct snapshot *snapshot, struct access_chain *chain,
                                       size_t i, Agency__V1__CheckResponse *response)
{
    const Agency__V1__Org *org;
    struct check_question own = { .subject_id = chain->ids[i],
                                  .permission = str_z(response->permission) };
    const struct check_question link = { .subject_id = chain->ids[i],
                                         .permission = STR("act_as"),
                                         .object = { OBJECT_SUBJECT, chain->ids[i + 1] } };
    TRY(view_org(&snapshot->org.view, snapshot->org_id, &org));
    TRY(access_chain_ask(snapshot, chain, link, response));
    if (org == NULL || !org->attenuate) {
        return status_ok();
    }
    TRY(object_text_parse(snapshot, str_z(response->object), &own.object));
    return access_chain_ask(snapshot, chain, own, response);
}

struct status access_check_actors(struct snapshot *snapshot, const struct str *actors,
                                  size_t actors_count, Agency__V1__CheckResponse *response)
{
    struct access_chain chain = { .count = 0 };
    if (actors_count > ACCESS_ACTORS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d actors, but there are %zu", ACCESS_ACTORS_MAX,
                            actors_count);
    }
    for (size_t i = 0; i < actors_count; i++) {
        TRY(access_chain_add(snapshot, actors[i], &chain));
    }
    TRY(access_chain_add(snapshot, str_z(response->subject_id), &chain));
    ARENA_TRY(snapshot->arena, response->actors,
              arena_alloc(snapshot->arena, (2 * actors_count + 1) * sizeof(void *)));
    for (size_t i = 0; i < actors_count; i++) {
        TRY(access_chain_link(snapshot, &chain, i, response));
    }
    return status_ok();
}

/* ---- many ---- */

/* One line asks about many: whatever it names wrongly is an error, not one more "no". */
static struct status access_named(const struct snapshot *snapshot,
                                  const struct check_question *question,
                                  const struct check_answer *answer)
{
    switch ((unsigned)answer->reason) {
    case CHECK_NO_SUBJECT:
        return status_error(STATUS_NOT_FOUND, "expected a subject, but there is no '%.*s'%s",
                            STR_ARG(question->subject_id), snapshot_then(snapshot));
    case CHECK_NO_OBJECT:
        return status_error(STATUS_NOT_FOUND, "expected a %s, but there is no '%.*s'%s",
                            object_kind_name(question->object.kind), STR_ARG(question->object.id),
                            snapshot_then(snapshot));
    }
    return status_ok();
}

/* Adds those who may. `work` is for one check at a time: a batch has 10,000 of some KiB. */
static struct status access_check_each(struct snapshot *snapshot, struct arena *work,
                                       const Agency__V1__BatchCheckRequest *request,
                                       struct check_question *question,
                                       Agency__V1__BatchCheckResponse *response)
{
    struct check_answer answer;
    for (size_t i = 0; i < request->n_subjects; i++) {
        arena_reset(work);
        TRY(snapshot_resolve(snapshot, ENTITY_SUBJECT, str_z(request->subjects[i]),
                             &question->subject_id));
        TRY(check(&snapshot->org.view, work, snapshot->moment.time_us, question, &answer));
        TRY(access_named(snapshot, question, &answer));
        if (answer.allowed) {
            response->allowed[response->n_allowed++] = request->subjects[i];
        }
    }
    return status_ok();
}

struct status access_check_batch(struct snapshot *snapshot, struct arena *arena,
                                 const Agency__V1__BatchCheckRequest *request,
                                 Agency__V1__BatchCheckResponse *response)
{
    struct check_question question = { .permission = str_z(request->permission) };
    struct arena work;
    agency__v1__batch_check_response__init(response);
    TRY(object_text_named(snapshot, str_z(request->on), str_z(request->id), &question.object));
    TRY(known_permission(snapshot, question.permission));
    bool waived;
    TRY(access_waived(snapshot, question.permission, &waived));
    response->waived = waived;
    if (request->n_subjects == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected subjects, but there are none");
    }
    ARENA_TRY(arena, response->allowed,
              arena_alloc(arena, (request->n_subjects + 1) * sizeof(char *)));
    arena_init(&work, arena->cap);
    struct status st = access_check_each(snapshot, &work, request, &question, response);
    arena_release(&work);
    return st;
}

/* ---- what somebody has ---- */

static char *access_borrow(struct str text)
{
    return (char *)(uintptr_t)text.data;
}

/* A place in the order of an object's kind and id. */
static struct str access_kind(enum object_kind kind, char room[1])
{
    room[0] = (char)kind;
    return str_make(room, 1);
}

struct access_list {
    struct arena *arena;
    const void *items;
};

static struct status access_permission_place(void *self, size_t index, struct str *place)
{
    const struct access_list *list = self;
    const struct check_held *held = (const struct check_held *)list->items + index;
    char kind[1];
    const struct str parts[] = { held->permission, access_kind(held->on.kind, kind), held->on.id,
                                 held->grant_id, held->role_id };
    return key_parts(list->arena, parts, 5, place);
}

static struct status access_held_permissions(struct snapshot *snapshot, struct str subject_id,
                                             const struct page *at, struct access_held_page *page)
{
    struct check_held *held;
    struct page_part part;
    size_t count;
    TRY(check_held_permissions(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us,
                               subject_id, &held, &count));
    struct access_list list = { snapshot->arena, held };
    TRY(page_of_list(at, access_permission_place, &list, count, &part));
    page->end = part.end;
    ARENA_TRY(snapshot->arena, page->items,
              arena_alloc(snapshot->arena, (part.count + 1) * sizeof *page->items));
    for (; page->count < part.count; page->count++) {
        const struct check_held *found = &held[part.first + page->count];
        Agency__V1__HeldItem *item = &page->items[page->count];
        agency__v1__held_item__init(item);
        TRY(object_text_format(snapshot->arena, found->on, &item->object));
        item->permission = access_borrow(found->permission);
        item->grant_id = access_borrow(found->grant_id);
        item->role_id = access_borrow(found->role_id);
    }
    return status_ok();
}

static struct status access_object_place(void *self, size_t index, struct str *place)
{
    const struct access_list *list = self;
    const struct object *object = (const struct object *)list->items + index;
    char kind[1];
    const struct str parts[] = { access_kind(object->kind, kind), object->id };
    return key_parts(list->arena, parts, 2, place);
}

static struct status access_held_objects(struct snapshot *snapshot, struct str subject_id,
                                         struct str permission, const struct page *at,
                                         struct access_held_page *page)
{
    struct object *objects;
    struct page_part part;
    size_t count;
    TRY(check_held_objects(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us,
                           subject_id, permission, &objects, &count));
    struct access_list list = { snapshot->arena, objects };
    TRY(page_of_list(at, access_object_place, &list, count, &part));
    page->end = part.end;
    ARENA_TRY(snapshot->arena, page->items,
              arena_alloc(snapshot->arena, (part.count + 1) * sizeof *page->items));
    for (; page->count < part.count; page->count++) {
        Agency__V1__HeldItem *item = &page->items[page->count];
        agency__v1__held_item__init(item);
        TRY(object_text_format(snapshot->arena, objects[part.first + page->count], &item->object));
        item->permission = access_borrow(permission);
    }
    return status_ok();
}

struct status access_held(struct snapshot *snapshot, struct str subject, struct str permission,
                          const struct page_ask *ask, struct access_held_page *page)
{
    struct str words[] = { STR("held"), STR(""), permission };
    struct page at;
    *page = (struct access_held_page){ 0 };
    TRY(snapshot_resolve(snapshot, ENTITY_SUBJECT, subject, &words[1]));
    if (permission.data != NULL) {
        TRY(known_permission(snapshot, permission));
    }
    TRY(page_begin(&at, snapshot, ask, words, permission.data == NULL ? 2 : 3));
    return permission.data == NULL ? access_held_permissions(snapshot, words[1], &at, page)
                                   : access_held_objects(snapshot, words[1], permission, &at, page);
}

/* ---- who has it ---- */

static struct status access_subject_place(void *self, size_t index, struct str *place)
{
    const struct ids *ids = self;
    *place = ids->items[index];
    return status_ok();
}

struct status access_subjects(struct snapshot *snapshot, struct str permission, struct str object,
                              const struct page_ask *ask, struct access_subjects_page *page)
{
    struct object found;
    struct ids ids = { 0 };
    struct page at;
    struct page_part part;
    char kind[1];
    TRY(known_permission(snapshot, permission));
    TRY(object_text_parse(snapshot, object, &found));
    const struct str words[] = { STR("can"), permission, access_kind(found.kind, kind), found.id };
    TRY(page_begin(&at, snapshot, ask, words, 4));
    TRY(check_subjects(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us, permission,
                       found, &ids));
    TRY(page_of_list(&at, access_subject_place, &ids, ids.count, &part));
    *page = (struct access_subjects_page){ .end = part.end };
    ARENA_TRY(snapshot->arena, page->items,
              arena_alloc(snapshot->arena, (part.count + 1) * sizeof *page->items));
    for (; page->count < part.count; page->count++) {
        TRY(view_subject(&snapshot->org.view, ids.items[part.first + page->count],
                         &page->items[page->count]));
    }
    return status_ok();
}

static struct status access_keep_holder(struct snapshot *snapshot, const struct holder *found,
                                        struct access_holder *holder)
{
    holder->assignment = found->assignment;
    TRY(view_subject(&snapshot->org.view, found->subject_id, &holder->subject));
    return holder->subject != NULL ? status_ok()
                                   : status_error(STATUS_DATA_LOSS, "expected the holder '%.*s'",
                                                  STR_ARG(found->subject_id));
}

static struct status access_holder_place(void *self, size_t index, struct str *place)
{
    const struct access_list *list = self;
    const struct holder *holder = (const struct holder *)list->items + index;
    const struct str parts[] = { holder->subject_id, str_z(holder->assignment->role_id),
                                 holder->group_id };
    return key_parts(list->arena, parts, 3, place);
}

static struct status access_keep_holders(struct snapshot *snapshot, const struct holder *items,
                                         size_t count, const struct page *at,
                                         struct access_holders_page *page)
{
    struct access_list list = { snapshot->arena, items };
    struct page_part part;
    TRY(page_of_list(at, access_holder_place, &list, count, &part));
    *page = (struct access_holders_page){ .end = part.end };
    ARENA_TRY(snapshot->arena, page->items,
              arena_alloc(snapshot->arena, (part.count + 1) * sizeof *page->items));
    for (; page->count < part.count; page->count++) {
        TRY(access_keep_holder(snapshot, &items[part.first + page->count],
                               &page->items[page->count]));
    }
    return status_ok();
}

struct status access_holders(struct snapshot *snapshot, enum entity_kind kind, struct str text,
                             struct str role_type, const struct page_ask *ask,
                             struct access_holders_page *page)
{
    struct str words[] = { STR("holders"), STR(""), STR(""), role_type };
    struct holder *items;
    struct page at;
    size_t count;
    bool typed = role_type.size > 0;
    words[1] = index_kind(kind);
    TRY(snapshot_resolve(snapshot, kind, text, &words[2]));
    TRY(kind == ENTITY_ROLE_TYPE ? known_role_type(snapshot, words[2]) : status_ok());
    TRY(typed ? known_role_type(snapshot, role_type) : status_ok());
    TRY(page_begin(&at, snapshot, ask, words, 4));
    const struct view *view = &snapshot->org.view;
    TRY(typed ? holders_list_group_type(view, snapshot->arena, snapshot->moment.time_us, words[2],
                                        role_type, &items, &count)
              : holders_list(view, snapshot->arena, snapshot->moment.time_us, kind, words[2],
                             &items, &count));
    return access_keep_holders(snapshot, items, count, &at, page);
}

struct status access_holder_item(struct snapshot *snapshot, const struct access_holder *holder,
                                 Agency__V1__HolderItem *item)
{
    const Agency__V1__Assignment *assignment = holder->assignment;
    agency__v1__holder_item__init(item);
    item->subject_id = assignment->subject_id;
    item->subject_name = holder->subject->name;
    item->role_id = assignment->role_id;
    item->role_type = assignment->role_type;
    item->expires_at = assignment->expires_at;
    item->since = assignment->granted_at;
    return access_decision(snapshot, assignment->version, &item->decision);
}
