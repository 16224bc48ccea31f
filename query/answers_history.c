/* What was decided, and who held what when. */
#include "core/model/list.h"
#include "core/pb/message.h"
#include "query/answers.h"
#include "query/decision_item.h"
#include "query/history_wanted.h"
#include "query/stints.h"

/* ---- history ---- */

/* What one decision can have changed is far more than clients take in a message. */
enum { ANSWER_CHANGES_SIZE_MAX = 1 << 20 };

static struct status answer_history_question(const struct asking *asking,
                                             const Agency__V1__ListHistoryRequest *request,
                                             struct history_question *question)
{
    TRY(history_question_of(request->entity, request->all, request->note, question));
    const int64_t now_us = asking->snapshot->moment.time_us;
    TRY(history_pick_time(str_z(request->from), now_us, "from", &question->pick.from_us));
    return history_pick_time(str_z(request->to), now_us, "to", &question->pick.to_us);
}

/* Within `left` bytes, which it takes its own from. */
static struct status answer_change(const struct snapshot *snapshot, struct arena *arena,
                                   const Agency__V1__DecisionRow *row, size_t index, size_t *left,
                                   Agency__V1__EntityChange **change)
{
    struct history_change made;
    TRY(pb_new(arena, &agency__v1__entity_change__descriptor, change));
    (*change)->entity = row->changed[index];
    TRY(history_change(snapshot, arena, row->org_sequence, row->changed[index], &made));
    TRY(answer_any(arena, made.before, &(*change)->before));
    TRY(answer_any(arena, made.after, &(*change)->after));
    size_t size = pb_packed_size(&(*change)->base);
    *left = size < *left ? *left - size : 0;
    return status_ok();
}

static struct status answer_changes(const struct snapshot *snapshot, struct arena *arena,
                                    const Agency__V1__DecisionRow *row,
                                    Agency__V1__HistoryItem *item)
{
    size_t left = ANSWER_CHANGES_SIZE_MAX;
    ARENA_TRY(arena, item->changes,
              arena_zalloc(arena, (row->n_changed + 1) * sizeof *item->changes));
    for (size_t i = 0; i < row->n_changed && left > 0; i++) {
        TRY(answer_change(snapshot, arena, row, i, &left, &item->changes[i]));
        item->n_changes++;
    }
    item->cut = item->n_changes < row->n_changed;
    return status_ok();
}

struct status answer_history_item(const struct snapshot *snapshot, struct arena *arena,
                                  const Agency__V1__DecisionRow *row, bool changes,
                                  Agency__V1__HistoryItem **item)
{
    TRY(pb_new(arena, &agency__v1__history_item__descriptor, item));
    TRY(decision_item(snapshot, arena, row, &(*item)->decision));
    TRY(arena_text(arena, snapshot->org_id, &(*item)->decision->org_id));
    return changes ? answer_changes(snapshot, arena, row, *item) : status_ok();
}

struct status answer_list_history(struct asking *asking)
{
    const Agency__V1__ListHistoryRequest *request =
        (const Agency__V1__ListHistoryRequest *)(const void *)asking->request;
    Agency__V1__HistoryItem **items;
    ProtobufCMessage *response;
    struct history_question question;
    struct history_list list;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    ask.limit = request->changes && ask.limit > LIST_PAGE_DEFAULT ? LIST_PAGE_DEFAULT : ask.limit;
    TRY(answer_history_question(asking, request, &question));
    TRY(history_page(asking->snapshot, &question, &ask, &list));
    ARENA_TRY(asking->arena, items, arena_alloc(asking->arena, (list.count + 1) * sizeof *items));
    for (size_t i = 0; i < list.count; i++) {
        TRY(answer_history_item(asking->snapshot, asking->arena, list.rows[i], request->changes,
                                &items[i]));
    }
    TRY(answer_begin(asking, &response));
    return answer_items(asking->arena, response, items, list.count, &list.end);
}

/* ---- stints ---- */

struct status answer_list_stints(struct asking *asking)
{
    const Agency__V1__ListStintsRequest *request =
        (const Agency__V1__ListStintsRequest *)(const void *)asking->request;
    ProtobufCMessage *response;
    bool of_subject = request->subject[0] != '\0';
    struct stints_page page;
    struct page_ask ask;
    if (of_subject == (request->role[0] != '\0')) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected one of subject and role");
    }
    TRY(answer_page(asking, &ask));
    TRY(stints_page(asking->snapshot, of_subject ? ENTITY_SUBJECT : ENTITY_ROLE,
                    str_z(of_subject ? request->subject : request->role), &ask, &page));
    TRY(answer_begin(asking, &response));
    return answer_array(asking->arena, response, page.items, sizeof *page.items, page.count,
                        &page.end);
}
