/* Which orgs are here: by what they say of themselves, and in trees. */
#include "core/base/num.h"
#include "core/domain/kernel/fields.h"
#include "core/model/history.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "query/answers.h"
#include "query/noted.h"
#include "query/org_search.h"
#include "query/org_tree.h"
#include "query/selection.h"

/* Orgs that a page looks at: it ends there, with another one to come. */
enum { ORGS_LOOKED_MAX = 1000 };

struct orgs_answer {
    struct asking *asking;
    struct across across;
    struct org_search search;
    struct mark mark; /* that finds them, */
    struct str index; /* by this word; empty: all are looked at */
    Agency__V1__OrgItem **items;
    size_t count, limit, looked;
    struct page_end end;
    bool full;
};

/* ---- an org ---- */

static struct status orgs_head(const struct across *across, struct arena *arena,
                               const Agency__V1__OrgHead **head)
{
    struct buf key = { 0 };
    struct store_row row;
    key_head(&key, across->org.org_id);
    struct status st =
        store_get(across->reader, arena, STORE_INDEX_LATEST, buf_str(&key), STORE_LATEST, &row);
    buf_release(&key);
    TRY(st);
    return row.found
               ? pb_unpack(arena, &agency__v1__org_head__descriptor, row.value, PB_STORED, head)
               : status_error(STATUS_DATA_LOSS, "expected the head of an org that has decisions");
}

/* As of a time its last decision was an earlier one. */
static struct status orgs_last(struct across *across, int64_t *occurred_at_us)
{
    const Agency__V1__DecisionRow *row;
    TRY(history_decision(across->reader, &across->arena, across->org.org_id,
                         across->org.moment.org_sequence, &row));
    *occurred_at_us = row->occurred_at_us;
    return status_ok();
}

static struct status orgs_item(struct orgs_answer *orgs, const Agency__V1__Org *org,
                               Agency__V1__OrgItem **item)
{
    struct across *across = &orgs->across;
    const Agency__V1__OrgHead *head;
    int64_t occurred_at_us;
    Agency__V1__OrgItem made = AGENCY__V1__ORG_ITEM__INIT;
    TRY(orgs_head(across, &across->arena, &head));
    TRY(orgs_last(across, &occurred_at_us));
    TRY(fields_time_new(&across->arena, occurred_at_us, &made.occurred_at));
    TRY(org_search_uri(&across->arena, org, &made.uri));
    made.org_id = org->org_id;
    made.name = org->name;
    made.status = org->status;
    made.org_sequence = across->org.moment.org_sequence;
    made.live = head->live;
    made.parent_org_id = org->parent_org_id;
    made.n_tags = org->n_tags;
    made.tags = org->tags;
    made.n_skill_tags = org->n_skill_tags;
    made.skill_tags = org->skill_tags;
    made.n_org_group_ids = org->n_org_group_ids;
    made.org_group_ids = org->org_group_ids;
    return pb_copy(orgs->asking->arena, &made.base, item);
}

static struct status orgs_wanted(struct orgs_answer *orgs, struct str org_id,
                                 const Agency__V1__Org **org, bool *wanted)
{
    TRY(across_org(&orgs->across, org_id, org));
    *wanted = *org != NULL;
    if (*wanted) {
        TRY(org_search_passes(&orgs->search, *org, wanted));
    }
    return *wanted ? across_may(&orgs->across, wanted) : status_ok();
}

static struct status orgs_take(void *context, struct str org_id)
{
    struct orgs_answer *orgs = context;
    const Agency__V1__Org *org;
    bool wanted;
    TRY(orgs_wanted(orgs, org_id, &org, &wanted));
    if (wanted) {
        TRY(orgs_item(orgs, org, &orgs->items[orgs->count]));
        orgs->count++;
    }
    orgs->looked++;
    orgs->full = orgs->count == orgs->limit || orgs->looked == ORGS_LOOKED_MAX ||
                 orgs->search.gas > SELECTION_GAS_MAX;
    if (!orgs->full) {
        return status_ok();
    }
    TRY(across_page_end(&orgs->across, org_id, &orgs->end));
    return status_error(STATUS_CANCELLED, "enough");
}

/* ---- the page ---- */

static struct status orgs_walk(struct orgs_answer *orgs)
{
    const uint32_t count = orgs->asking->where->stores->partitions_count;
    uint32_t partition;
    struct str after;
    TRY(across_place(&orgs->across, &partition, &after));
    for (; partition < count && !orgs->full; partition++) {
        TRY(across_turn_to(&orgs->across, partition));
        TRY(orgs->index.size > 0
                ? across_each_marked(&orgs->across, &orgs->mark, after, orgs_take, orgs)
                : across_each(&orgs->across, after, orgs_take, orgs));
        after = STR("");
    }
    return status_ok();
}

/* What makes two questions one. */
static struct status orgs_begin(struct orgs_answer *orgs,
                                const Agency__V1__ListOrgsRequest *request,
                                const struct page_ask *ask)
{
    struct str words[3 + LIST_FILTERS_MAX] = { STR("orgs"), str_z(request->filter),
                                               request->all ? STR("all") : STR("") };
    TRY(org_search_init(&orgs->search, orgs->asking->arena, request->filters, request->n_filters,
                        str_z(request->filter), request->all));
    if (!org_search_mark(&orgs->search, &orgs->mark, &orgs->index)) {
        orgs->index = STR("");
    }
    for (size_t i = 0; i < request->n_filters; i++) {
        words[3 + i] = str_z(request->filters[i]);
    }
    orgs->limit = ask->limit;
    ARENA_TRY(orgs->asking->arena, orgs->items,
              arena_alloc(orgs->asking->arena, ask->limit * sizeof *orgs->items));
    return across_begin(&orgs->across, orgs->asking, ask, words, 3 + request->n_filters);
}

static struct status orgs_page(struct orgs_answer *orgs)
{
    const Agency__V1__ListOrgsRequest *request =
        (const Agency__V1__ListOrgsRequest *)(const void *)orgs->asking->request;
    ProtobufCMessage *response;
    struct page_ask ask;
    TRY(answer_page(orgs->asking, &ask));
    TRY(orgs_begin(orgs, request, &ask));
    TRY(orgs_walk(orgs));
    TRY(answer_begin(orgs->asking, &response));
    TRY(across_tell(&orgs->across, response));
    char *index = (char *)(uintptr_t)orgs->index.data;
    uint64_t looked = across_is_operator(&orgs->across) ? orgs->looked : 0;
    answer_tell(response, "index", &index);
    answer_tell(response, "looked", &looked);
    return answer_items(orgs->asking->arena, response, orgs->items, orgs->count, &orgs->end);
}

struct status answer_list_orgs(struct asking *asking)
{
    struct orgs_answer orgs = { .asking = asking };
    struct status st = orgs_page(&orgs);
    org_search_release(&orgs.search);
    across_end(&orgs.across);
    return st;
}

/* ---- trees ---- */

/* An item's place is its number: of what a page before had there may be more or fewer now. */
static struct status org_tree_place(void *list, size_t index, struct str *place)
{
    struct arena *arena = list;
    char *bytes;
    ARENA_TRY(arena, bytes, arena_alloc(arena, 8));
    num_put_u64be(bytes, index);
    *place = str_make(bytes, 8);
    return status_ok();
}

static struct status org_tree_page(struct across *across,
                                   const Agency__V1__ListOrgTreeRequest *request)
{
    struct asking *asking = across->asking;
    const struct org_tree_ask ask = { str_z(request->root), request->above, request->depth,
                                      request->all };
    ProtobufCMessage *response;
    struct org_tree tree;
    struct page_part part;
    TRY(org_tree(across, &ask, &tree));
    TRY(page_of_list(&across->page, org_tree_place, asking->arena, tree.count, &part));
    TRY(answer_begin(asking, &response));
    TRY(across_tell(across, response));
    return answer_array(asking->arena, response, tree.items + part.first, sizeof *tree.items,
                        part.count, &part.end);
}

static struct status org_tree_begin(struct across *across, struct asking *asking,
                                    const Agency__V1__ListOrgTreeRequest *request)
{
    struct page_ask ask;
    const struct str words[] = { STR("org tree"), str_z(request->root),
                                 arena_printf(asking->arena, "%d %u %d", request->above,
                                              (unsigned)request->depth, request->all) };
    TRY(answer_page(asking, &ask));
    if (words[2].data == NULL) {
        return arena_full(asking->arena);
    }
    if (request->above && request->root[0] == '\0') {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a root from which to go up");
    }
    return across_begin(across, asking, &ask, words, 3);
}

struct status answer_list_org_tree(struct asking *asking)
{
    const Agency__V1__ListOrgTreeRequest *request =
        (const Agency__V1__ListOrgTreeRequest *)(const void *)asking->request;
    struct across across = { 0 };
    struct status st = org_tree_begin(&across, asking, request);
    if (st.code == STATUS_OK) {
        st = org_tree_page(&across, request);
    }
    across_end(&across);
    return st;
}

/* ---- decisions of a note ---- */

struct noted_answer {
    bool changes;
    Agency__V1__HistoryItem **items;
    size_t count;
};

/* What a decision changed lies in the arena of its org: the answer has a copy. */
static struct status noted_answer_take(void *context, struct across *across,
                                       const Agency__V1__DecisionRow *row)
{
    struct noted_answer *noted = context;
    Agency__V1__HistoryItem *item;
    TRY(answer_history_item(&across->org, &across->arena, row, noted->changes, &item));
    return pb_copy(across->asking->arena, &item->base, &noted->items[noted->count++]);
}

static struct status noted_answer_pick(const struct asking *asking,
                                       const Agency__V1__ListNotedDecisionsRequest *request,
                                       struct history_pick *pick)
{
    const int64_t now_us = clock_now_us(&asking->where->clock);
    *pick = history_pick_all();
    TRY(history_pick_note(pick, str_z(request->note)));
    TRY(history_pick_time(str_z(request->from), now_us, "from", &pick->from_us));
    TRY(history_pick_time(str_z(request->to), now_us, "to", &pick->to_us));
    return pick->from_us < pick->to_us
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT, "expected 'from' to be before 'to'");
}

static struct status noted_answer_page(struct across *across, struct asking *asking)
{
    const Agency__V1__ListNotedDecisionsRequest *request =
        (const Agency__V1__ListNotedDecisionsRequest *)(const void *)asking->request;
    const struct str words[] = { STR("noted"), str_z(request->note), str_z(request->from),
                                 str_z(request->to), request->changes ? STR("changes") : STR("") };
    struct noted_answer noted = { .changes = request->changes };
    struct history_pick pick;
    ProtobufCMessage *response;
    struct page_end end;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    TRY(noted_answer_pick(asking, request, &pick));
    TRY(across_begin(across, asking, &ask, words, 5));
    size_t limit =
        request->changes && ask.limit > LIST_PAGE_DEFAULT ? LIST_PAGE_DEFAULT : ask.limit;
    ARENA_TRY(asking->arena, noted.items, arena_alloc(asking->arena, limit * sizeof *noted.items));
    TRY(noted_walk(across, &pick, limit, noted_answer_take, &noted, &end));
    TRY(answer_begin(asking, &response));
    TRY(across_tell(across, response));
    return answer_items(asking->arena, response, noted.items, noted.count, &end);
}

struct status answer_list_noted_decisions(struct asking *asking)
{
    struct across across = { 0 };
    struct status st = noted_answer_page(&across, asking);
    across_end(&across);
    return st;
}
