/* Who may do what, and who holds what. */
#include "core/base/num.h"
#include "core/pb/message.h"
#include "query/access.h"
#include "query/access_lists.h"
#include "query/answers.h"
#include "query/conditions.h"
#include "query/costly.h"
#include "query/object_text.h"

/* A batch is answered within a second or so. */
enum { ANSWER_BATCH_SUBJECTS_MAX = 10000 };

static struct status answer_actors(struct arena *arena, const Agency__V1__CheckRequest *request,
                                   struct str **actors)
{
    ARENA_TRY(arena, *actors, arena_alloc(arena, (request->n_actors + 1) * sizeof **actors));
    for (size_t i = 0; i < request->n_actors; i++) {
        (*actors)[i] = str_z(request->actors[i]);
    }
    return status_ok();
}

/* Whether who asks may read something, as it is now. No answer is "no". */
static struct status answer_may_read(struct asking *asking, struct object object, bool *may)
{
    struct snapshot *now;
    TRY(asking_now(asking, &now));
    struct status st = question_may_read(asking->where, now, object);
    *may = *may && st.code == STATUS_OK;
    return st.code == STATUS_UNAVAILABLE ? st : status_ok();
}

/* The values that a condition used come from the subject, from who acts for it and from the object:
 * who may ask about the object alone is told what a condition came to, and no value. */
static struct status answer_hide_values(struct asking *asking, Agency__V1__CheckResponse *response)
{
    struct object object;
    bool may = true;
    if (asking->snapshot->whole) {
        return status_ok();
    }
    TRY(object_text_parse(asking->snapshot, str_z(response->object), &object));
    TRY(answer_may_read(asking, object, &may));
    TRY(answer_may_read(asking, (struct object){ OBJECT_SUBJECT, str_z(response->subject_id) },
                        &may));
    for (size_t i = 0; i < response->n_actors; i++) {
        struct str actor = str_z(response->actors[i]->subject_id);
        TRY(answer_may_read(asking, (struct object){ OBJECT_SUBJECT, actor }, &may));
    }
    for (size_t i = 0; i < response->n_actors && !may; i++) {
        conditions_hide(response->actors[i]);
    }
    if (!may) {
        conditions_hide(response);
    }
    return status_ok();
}

struct status answer_check(struct asking *asking)
{
    const Agency__V1__CheckRequest *request =
        (const Agency__V1__CheckRequest *)(const void *)asking->request;
    Agency__V1__CheckResponse *response;
    struct str *actors;
    TRY(answer_actors(asking->arena, request, &actors));
    const struct access_question question = { .subject = str_z(request->subject),
                                              .permission = str_z(request->permission),
                                              .object = str_z(request->object),
                                              .actors = actors,
                                              .actors_count = request->n_actors,
                                              .context = request->context };
    TRY(access_check(asking->snapshot, &question, &response));
    TRY(answer_hide_values(asking, response));
    asking->response = &response->base;
    return status_ok();
}

static struct status answer_check_batch_size(const Agency__V1__CheckBatchRequest *request)
{
    size_t subjects = 0;
    for (size_t i = 0; i < request->n_checks; i++) {
        subjects += request->checks[i]->n_subjects;
    }
    return subjects <= ANSWER_BATCH_SUBJECTS_MAX
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected at most %d subjects in a batch, but there are %zu",
                              ANSWER_BATCH_SUBJECTS_MAX, subjects);
}

/* What is wrong with one question is its answer: nobody may. */
static struct status answer_batch_check(struct asking *asking,
                                        const Agency__V1__BatchCheckRequest *request,
                                        Agency__V1__BatchCheckResponse *answer)
{
    struct status st = access_check_batch(asking->snapshot, asking->arena, request, answer);
    if (st.code != STATUS_OK && st.code != STATUS_INVALID_ARGUMENT && st.code != STATUS_NOT_FOUND &&
        st.code != STATUS_RESOURCE_EXHAUSTED) {
        return st;
    }
    if (st.code != STATUS_OK) {
        answer->n_allowed = 0;
        answer->n_conditional = 0;
    }
    TRY(arena_text(asking->arena, str_z(status_code_name(st.code)), &answer->code));
    return arena_text(asking->arena, str_z(st.msg), &answer->reason);
}

struct status answer_check_batch(struct asking *asking)
{
    const Agency__V1__CheckBatchRequest *request =
        (const Agency__V1__CheckBatchRequest *)(const void *)asking->request;
    Agency__V1__CheckBatchResponse *response;
    TRY(answer_check_batch_size(request));
    TRY(answer_begin(asking, &response));
    ARENA_TRY(asking->arena, response->answers,
              arena_alloc(asking->arena, (request->n_checks + 1) * sizeof *response->answers));
    for (size_t i = 0; i < request->n_checks; i++) {
        TRY(pb_new(asking->arena, &agency__v1__batch_check_response__descriptor,
                   &response->answers[i]));
        TRY(answer_batch_check(asking, request->checks[i], response->answers[i]));
        response->n_answers++;
    }
    return status_ok();
}

struct status answer_lookup_subjects(struct asking *asking)
{
    const Agency__V1__LookupSubjectsRequest *request =
        (const Agency__V1__LookupSubjectsRequest *)(const void *)asking->request;
    Agency__V1__LookupSubjectsResponse *response;
    struct access_subjects_page page;
    struct page_ask ask;
    bool waived;
    TRY(answer_page(asking, &ask));
    TRY(access_subjects(asking->snapshot, str_z(request->permission), str_z(request->object),
                        request->context, &ask, &page));
    TRY(access_waived(asking->snapshot, str_z(request->permission), &waived));
    TRY(answer_begin(asking, &response));
    response->n_conditional = page.conditional_count;
    response->conditional = page.conditional;
    response->waived = waived;
    return answer_items(asking->arena, &response->base, page.items, page.count, &page.end);
}

struct status answer_lookup_permissions(struct asking *asking)
{
    const Agency__V1__LookupPermissionsRequest *request =
        (const Agency__V1__LookupPermissionsRequest *)(const void *)asking->request;
    Agency__V1__LookupPermissionsResponse *response;
    struct access_held_page page;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    TRY(access_held(asking->snapshot, str_z(request->subject), (struct str){ 0 }, NULL, &ask,
                    &page));
    TRY(answer_begin(asking, &response));
    response->n_conditional = page.conditional_count;
    response->conditional = page.conditional;
    return answer_array(asking->arena, &response->base, page.items, sizeof *page.items, page.count,
                        &page.end);
}

struct status answer_lookup_objects(struct asking *asking)
{
    const Agency__V1__LookupObjectsRequest *request =
        (const Agency__V1__LookupObjectsRequest *)(const void *)asking->request;
    Agency__V1__LookupObjectsResponse *response;
    struct access_held_page page;
    struct page_ask ask;
    bool waived;
    TRY(answer_page(asking, &ask));
    TRY(access_held(asking->snapshot, str_z(request->subject), str_z(request->permission),
                    request->context, &ask, &page));
    TRY(access_waived(asking->snapshot, str_z(request->permission), &waived));
    TRY(answer_begin(asking, &response));
    response->n_conditional = page.under_conditions_count;
    response->conditional = page.under_conditions;
    response->waived = waived;
    return answer_array(asking->arena, &response->base, page.items, sizeof *page.items, page.count,
                        &page.end);
}

/* ---- who holds ---- */

struct answer_holders {
    enum entity_kind kind;
    struct str text;
    struct str role_type;
};

static struct status answer_holders_of(const Agency__V1__ListHoldersRequest *request,
                                       struct answer_holders *of)
{
    const struct str role = str_z(request->role), group = str_z(request->group),
                     type = str_z(request->role_type);
    *of = group.size > 0  ? (struct answer_holders){ ENTITY_GROUP, group, type }
          : role.size > 0 ? (struct answer_holders){ ENTITY_ROLE, role, STR("") }
                          : (struct answer_holders){ ENTITY_ROLE_TYPE, type, STR("") };
    bool one = of->text.size > 0 && (role.size == 0 || (group.size == 0 && type.size == 0));
    return one ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected one of role, role_type and group, or a role_type with a "
                              "group");
}

struct status answer_list_holders(struct asking *asking)
{
    ProtobufCMessage *response;
    Agency__V1__HolderItem *items;
    struct answer_holders of;
    struct access_holders_page page;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    TRY(answer_holders_of((const Agency__V1__ListHoldersRequest *)(const void *)asking->request,
                          &of));
    TRY(access_holders(asking->snapshot, of.kind, of.text, of.role_type, &ask, &page));
    ARENA_TRY(asking->arena, items, arena_alloc(asking->arena, (page.count + 1) * sizeof *items));
    for (size_t i = 0; i < page.count; i++) {
        TRY(access_holder_item(asking->snapshot, &page.items[i], &items[i]));
    }
    TRY(answer_begin(asking, &response));
    return answer_array(asking->arena, response, items, sizeof *items, page.count, &page.end);
}

/* ---- what is dear ---- */

struct status answer_list_costly_objects(struct asking *asking)
{
    const Agency__V1__ListCostlyObjectsRequest *request =
        (const Agency__V1__ListCostlyObjectsRequest *)(const void *)asking->request;
    const size_t above = request->above == 0 ? COSTLY_ABOVE : request->above;
    const size_t looked_max = asking->where->reader == NULL ? SIZE_MAX : COSTLY_LOOKED_MAX;
    ProtobufCMessage *response;
    struct costly_page page;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    TRY(costly_page(asking->snapshot, above, looked_max, &ask, &page));
    TRY(answer_begin(asking, &response));
    return answer_array(asking->arena, response, page.items, sizeof *page.items, page.count,
                        &page.end);
}
