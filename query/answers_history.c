/* What was decided, who held what when, and which orgs there are. */
#include <inttypes.h>

#include "core/base/time.h"
#include "core/model/list.h"
#include "core/pb/message.h"
#include "query/answers.h"
#include "query/decision_item.h"
#include "query/history.h"
#include "query/orgs.h"
#include "query/stints.h"

/* ---- history ---- */

/* What one decision can have changed is far more than clients take in a message. */
enum { ANSWER_CHANGES_SIZE_MAX = 1 << 20 };

static struct status answer_history_time(const struct asking *asking, const char *text,
                                         const char *what, int64_t *time_us)
{
    return text[0] == '\0'
               ? status_ok()
               : status_prefix(
                     time_parse_human(str_z(text), asking->snapshot->moment.time_us, time_us), "%s",
                     what);
}

static struct status answer_history_question(const struct asking *asking,
                                             const Agency__V1__ListHistoryRequest *request,
                                             struct history_question *question)
{
    *question = (struct history_question){ .of_entity = request->entity[0] != '\0',
                                           .about = request->all,
                                           .pick = history_pick_all() };
    if (question->of_entity) {
        TRY(answer_entity(str_z(request->entity), &question->kind, &question->text));
    } else if (question->about) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an entity with all");
    }
    TRY(request->note[0] == '\0' ? status_ok()
                                 : history_pick_note(&question->pick, str_z(request->note)));
    TRY(answer_history_time(asking, request->from, "from", &question->pick.from_us));
    return answer_history_time(asking, request->to, "to", &question->pick.to_us);
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
    TRY(decision_item(arena, row, &(*item)->decision));
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

/* ---- orgs ---- */

/* Orgs of which a page looks whether they may be read: it ends there, with another one to come. */
enum { ANSWER_ORGS_LOOKED_AT_MAX = 1000 };

struct answer_orgs {
    struct asking *asking;
    struct store_reader *reader;
    const struct position *position;
    Agency__V1__ListOrgsResponse *response;
    size_t limit;
    size_t looked_at;
    uint32_t partition;
    struct str after; /* of the partition: the last org of the page before */
    bool full;
};

/* A token is the partition and the last org that was looked at: "3:acme". */
static struct status answer_orgs_token(struct answer_orgs *orgs, struct str token,
                                       uint32_t partitions_count)
{
    size_t at = 0;
    for (; at < token.size && at < 4 && token.data[at] >= '0' && token.data[at] <= '9'; at++) {
        orgs->partition = orgs->partition * 10 + (uint32_t)(token.data[at] - '0');
    }
    bool good = at > 0 && at < token.size && token.data[at] == ':';
    if (token.size > 0 && (!good || orgs->partition >= partitions_count)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the page token of the page before, of the same question");
    }
    orgs->after = good ? str_from(token, at + 1) : STR("");
    return status_ok();
}

static struct status answer_orgs_may(const struct answer_orgs *orgs, struct str org_id)
{
    const struct question_where *where = orgs->asking->where;
    struct moment_ask ask = { .kind = MOMENT_LATEST, .now_us = clock_now_us(&where->clock) };
    struct snapshot now;
    if (where->reader == NULL) {
        return status_ok();
    }
    struct status st = snapshot_open(&now, orgs->reader, orgs->position, orgs->asking->arena,
                                     org_id, &ask, where->memory_max);
    if (st.code == STATUS_OK) {
        st = question_may_read(where, &now, object_org());
    }
    snapshot_release(&now);
    return st;
}

static struct status answer_orgs_take(void *context, const Agency__V1__OrgItem *item)
{
    struct answer_orgs *orgs = context;
    struct status st = answer_orgs_may(orgs, str_z(item->org_id));
    if (st.code == STATUS_OK) {
        TRY(pb_copy(orgs->asking->arena, &item->base,
                    &orgs->response->items[orgs->response->n_items]));
        orgs->response->n_items++;
    } else if (st.code != STATUS_PERMISSION_DENIED) {
        return st;
    }
    orgs->looked_at++;
    if (orgs->response->n_items == orgs->limit || orgs->looked_at == ANSWER_ORGS_LOOKED_AT_MAX) {
        orgs->full = true;
        struct str token =
            arena_printf(orgs->asking->arena, "%" PRIu32 ":%s", orgs->partition, item->org_id);
        orgs->response->next_page_token = (char *)(uintptr_t)token.data;
        return token.data == NULL ? arena_full(orgs->asking->arena)
                                  : status_error(STATUS_CANCELLED, "enough");
    }
    return status_ok();
}

struct status answer_list_orgs(struct asking *asking)
{
    const Agency__V1__ListOrgsRequest *request =
        (const Agency__V1__ListOrgsRequest *)(const void *)asking->request;
    const struct stores *stores = asking->where->stores;
    struct answer_orgs orgs = { .asking = asking };
    struct page_ask page;
    struct moment_ask latest = { .kind = MOMENT_LATEST };
    TRY(answer_page(asking, &page));
    TRY(answer_begin(asking, &orgs.response));
    TRY(answer_orgs_token(&orgs, str_z(request->page_token), stores->partitions_count));
    orgs.limit = page.limit;
    ARENA_TRY(asking->arena, orgs.response->items,
              arena_zalloc(asking->arena, page.limit * sizeof *orgs.response->items));
    for (; orgs.partition < stores->partitions_count && !orgs.full; orgs.partition++) {
        TRY(stores->open(stores->self, orgs.partition, &latest, &orgs.reader, &orgs.position));
        TRY(orgs_each(orgs.reader, asking->arena, orgs.after, answer_orgs_take, &orgs));
        orgs.after = STR("");
    }
    return status_ok();
}
