/* What is not the same at two moments. */
#include "core/pb/message.h"
#include "query/answers.h"
#include "query/decision_item.h"
#include "query/diff.h"
#include "query/entities.h"

static struct status answer_diff_question(const struct asking *asking,
                                          const Agency__V1__DiffRequest *request,
                                          struct diff_question *question)
{
    struct str entity = str_z(request->entity);
    *question = (struct diff_question){ .from = str_z(request->from),
                                        .now_us = clock_now_us(&asking->where->clock),
                                        .about = request->all,
                                        .of_kind = entity.size > 0 };
    question->of_entity = entity.size > 0 && memchr(entity.data, ':', entity.size) != NULL;
    if (request->all && !question->of_entity) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an entity with all");
    }
    if (question->of_entity) {
        return answer_entity(entity, &question->kind, &question->text);
    }
    return question->of_kind ? entities_kind(entity, &question->kind) : status_ok();
}

static struct status answer_diff_item(const struct asking *asking, const struct diff_entity *entity,
                                      Agency__V1__DiffItem **item)
{
    struct arena *arena = asking->arena;
    TRY(pb_new(arena, &agency__v1__diff_item__descriptor, item));
    (*item)->entity = (Agency__V1__EntityRef *)(uintptr_t)entity->ref;
    (*item)->difference = diff_of(entity);
    TRY(answer_any(arena, entity->before, &(*item)->before));
    TRY(answer_any(arena, entity->after, &(*item)->after));
    TRY(diff_fields(arena, entity, &(*item)->fields, &(*item)->n_fields));
    return decision_item(asking->snapshot, arena, entity->decision, &(*item)->decision);
}

struct status answer_diff(struct asking *asking)
{
    const Agency__V1__DiffRequest *request =
        (const Agency__V1__DiffRequest *)(const void *)asking->request;
    Agency__V1__DiffResponse *response;
    Agency__V1__DiffItem **items;
    struct diff_question question;
    struct diff_list list;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    TRY(answer_diff_question(asking, request, &question));
    TRY(diff_page(asking->snapshot, &question, &ask, &list));
    TRY(answer_begin(asking, &response));
    TRY(snapshot_moment_of(asking->snapshot, &list.from, &response->from));
    ARENA_TRY(asking->arena, items, arena_alloc(asking->arena, (list.count + 1) * sizeof *items));
    for (size_t i = 0; i < list.count; i++) {
        TRY(answer_diff_item(asking, &list.items[i], &items[i]));
    }
    return answer_items(asking->arena, &response->base, items, list.count, &list.end);
}
