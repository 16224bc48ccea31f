/* Not the two states are compared, but what was changed in between is looked at: the decisions from
 * the later moment back to the earlier one. An entity is told at the last of them that changed it,
 * which its version at the later moment names: so each is told once, and nothing is kept from page
 * to page. The place of one is the other moment, its decision, and its number there. */
#include "query/diff.h"

#include <inttypes.h>

#include "core/base/num.h"
#include "core/domain/kernel/fields.h"
#include "core/model/history.h"
#include "core/model/key.h"
#include "core/model/list.h"
#include "core/pb/message.h"
#include "query/history_about.h"
#include "query/known.h"
#include "query/other_moment.h"

enum {
    DIFF_CHUNK = 1024,
    DIFF_LOOKED_MAX = 65536, /* decisions of one page: some hundred milliseconds */
    DIFF_SIZE_MAX = 1 << 20, /* bytes of entities on a page */
    DIFF_PLACE = OTHER_MOMENT_SIZE + 8 + 4,
};
/* Rows of a chunk, each with its changes and notes; what one decision changed, twice. */
static const size_t DIFF_ARENA_MAX = (size_t)512 << 20;

struct diff {
    struct snapshot *snapshot;
    const struct diff_question *question;
    struct str id; /* of one entity */
    struct page page;
    struct moment low, high; /* the earlier moment and the later one */
    bool backward;           /* `from` is the later one */
    struct arena arena;      /* of a chunk */
    struct arena entities;   /* of one decision's that may not be wanted */
    uint64_t next;           /* the decision to look at */
    uint32_t index;          /* and what it changed, from there on */
    size_t looked;
    size_t size;
    struct diff_list *list;
};

/* ---- the moments ---- */

static void diff_between(struct diff *diff)
{
    const struct moment *from = &diff->list->from, *to = &diff->snapshot->moment;
    diff->backward = from->org_sequence > to->org_sequence;
    diff->low = diff->backward ? *to : *from;
    diff->high = diff->backward ? *from : *to;
    diff->next = diff->high.org_sequence;
}

/* Where the page before ended; it says the other moment, too. */
static struct status diff_go_on(struct diff *diff)
{
    const char *at = diff->page.place.data;
    if (diff->page.place.size != DIFF_PLACE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a page token of a diff");
    }
    TRY(other_moment_get(diff->snapshot, at, &diff->list->from));
    diff_between(diff);
    diff->next = num_get_u64be(at + OTHER_MOMENT_SIZE);
    diff->index = num_get_u32be(at + OTHER_MOMENT_SIZE + 8);
    return status_ok();
}

static struct status diff_end(struct diff *diff, bool cut)
{
    char place[DIFF_PLACE];
    other_moment_put(&diff->list->from, place);
    num_put_u64be(place + OTHER_MOMENT_SIZE, diff->next);
    num_put_u32be(place + OTHER_MOMENT_SIZE + 8, diff->index);
    return page_end_at(&diff->page, str_make(place, sizeof place), cut, &diff->list->end);
}

static struct status diff_begin(struct diff *diff, const struct page_ask *ask)
{
    const struct diff_question *question = diff->question;
    struct page_ask limited = *ask;
    if (question->of_entity) {
        TRY(snapshot_resolve(diff->snapshot, question->kind, question->text, &diff->id));
    }
    const struct str words[] = {
        STR("diff"),
        question->from,
        str_z(question->of_kind ? registry_entity(question->kind)->name : ""),
        diff->id,
        question->about ? STR("about") : STR(""),
    };
    limited.limit =
        ask->limit == 0 || ask->limit > LIST_PAGE_DEFAULT ? LIST_PAGE_DEFAULT : ask->limit;
    TRY(page_begin(&diff->page, diff->snapshot, &limited, words, 5));
    if (diff->page.place.size > 0) {
        return diff_go_on(diff);
    }
    TRY(other_moment_find(diff->snapshot, question->from, question->now_us, &diff->list->from));
    diff_between(diff);
    return status_ok();
}

/* ---- an entity at both moments ---- */

/* As of a moment; `since`: the decision that made it so, 0 where there was none. */
static struct status diff_at(struct diff *diff, struct arena *arena, enum entity_kind kind,
                             struct str id, const struct moment *moment,
                             const ProtobufCMessage **entity, uint64_t *since)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    struct store_row row;
    ProtobufCMessage *message = NULL;
    key_entity(&key, diff->snapshot->org_id, kind, id);
    struct status st = store_get(diff->snapshot->reader, arena, STORE_ENTITY, buf_str(&key),
                                 moment_as_of(moment), &row);
    buf_release(&key);
    TRY(st);
    if (row.found) {
        TRY(pb_unpack(arena, registry_entity(kind)->descriptor, row.value, PB_STORED, &message));
        diff->size += row.value.size;
    }
    *entity = message;
    *since = row.found ? row.since : 0;
    return status_ok();
}

/* Whether a version hangs on what is asked about. */
static struct status diff_hangs(struct diff *diff, const Agency__V1__EntityRef *ref,
                                const struct moment *moment, const ProtobufCMessage *entity,
                                bool *hangs)
{
    const struct history_about about = { .snapshot = diff->snapshot,
                                         .arena = &diff->entities,
                                         .kind = diff->question->kind,
                                         .id = diff->id,
                                         .org_sequence = moment->org_sequence };
    if (*hangs || entity == NULL) {
        return status_ok();
    }
    return history_about_entity(&about, ref, entity, hangs);
}

static struct status diff_wanted(struct diff *diff, const Agency__V1__EntityRef *ref,
                                 const ProtobufCMessage *early, const ProtobufCMessage *late,
                                 bool *wanted)
{
    const struct diff_question *question = diff->question;
    *wanted = !question->about;
    TRY(diff_hangs(diff, ref, &diff->low, early, wanted));
    return diff_hangs(diff, ref, &diff->high, late, wanted);
}

static struct status diff_add(struct diff *diff, const Agency__V1__EntityRef *ref,
                              const Agency__V1__DecisionRow *decision,
                              const ProtobufCMessage *early, const ProtobufCMessage *late)
{
    struct arena *arena = diff->snapshot->arena;
    struct diff_entity *item = &diff->list->items[diff->list->count];
    const ProtobufCMessage *before = diff->backward ? late : early;
    const ProtobufCMessage *after = diff->backward ? early : late;
    *item = (struct diff_entity){ 0 };
    TRY(pb_copy(arena, &ref->base, &item->ref));
    TRY(pb_copy(arena, &decision->base, &item->decision));
    TRY(before == NULL ? status_ok() : pb_copy(arena, before, &item->before));
    TRY(after == NULL ? status_ok() : pb_copy(arena, after, &item->after));
    diff->list->count++;
    return status_ok();
}

static bool diff_may_be(const struct diff *diff, const Agency__V1__EntityRef *ref)
{
    const struct diff_question *question = diff->question;
    return !question->of_kind || question->about || (unsigned)ref->kind == question->kind;
}

static struct status diff_take(struct diff *diff, const Agency__V1__DecisionRow *decision,
                               const Agency__V1__EntityRef *ref)
{
    const ProtobufCMessage *early, *late;
    const enum entity_kind kind = (enum entity_kind)ref->kind;
    uint64_t since;
    bool wanted;
    size_t size = diff->size;
    if (registry_entity((unsigned)ref->kind) == NULL || !diff_may_be(diff, ref)) {
        return status_ok();
    }
    arena_reset(&diff->entities);
    TRY(diff_at(diff, &diff->entities, kind, str_z(ref->id), &diff->high, &late, &since));
    if (since > decision->org_sequence) {
        diff->size = size; /* it was told with a later decision */
        return status_ok();
    }
    if (since < decision->org_sequence) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the version of '%s' that decision %" PRIu64 " made", ref->id,
                            decision->org_sequence);
    }
    TRY(diff_at(diff, &diff->entities, kind, str_z(ref->id), &diff->low, &early, &since));
    TRY(diff_wanted(diff, ref, early, late, &wanted));
    diff->size = wanted ? diff->size : size;
    return wanted ? diff_add(diff, ref, decision, early, late) : status_ok();
}

/* ---- the walk ---- */

static bool diff_full(const struct diff *diff)
{
    return diff->list->count == diff->page.limit || diff->size >= DIFF_SIZE_MAX;
}

static struct status diff_decision(struct diff *diff, const Agency__V1__DecisionRow *decision)
{
    for (; diff->index < decision->n_changed && !diff_full(diff); diff->index++) {
        TRY(diff_take(diff, decision, decision->changed[diff->index]));
    }
    if (diff->index == decision->n_changed) {
        diff->index = 0;
        diff->next--;
    }
    return status_ok();
}

static struct status diff_chunk(struct diff *diff)
{
    const Agency__V1__DecisionRow **rows;
    uint64_t left = diff->next - diff->low.org_sequence;
    size_t count, wanted = left < DIFF_CHUNK ? (size_t)left : DIFF_CHUNK;
    arena_reset(&diff->arena);
    TRY(history_decisions(diff->snapshot->reader, &diff->arena, diff->snapshot->org_id,
                          diff->next + 1, wanted, &rows, &count));
    if (count < wanted) {
        return status_error(STATUS_DATA_LOSS, "expected decision %" PRIu64 " and those before it",
                            diff->next);
    }
    for (size_t i = 0; i < count && !diff_full(diff); i++) {
        TRY(diff_decision(diff, rows[i]));
        diff->looked++;
    }
    return status_ok();
}

static struct status diff_walk(struct diff *diff)
{
    while (diff->next > diff->low.org_sequence && !diff_full(diff) &&
           diff->looked < DIFF_LOOKED_MAX) {
        TRY(diff_chunk(diff));
    }
    return diff->next > diff->low.org_sequence ? diff_end(diff, !diff_full(diff)) : status_ok();
}

/* Whatever there was at one of the moments, there is or was at the later one. */
static struct status diff_known(struct diff *diff)
{
    const enum entity_kind kind = diff->question->kind;
    const ProtobufCMessage *late;
    uint64_t since;
    TRY(diff_at(diff, &diff->entities, kind, diff->id, &diff->high, &late, &since));
    diff->size = 0;
    return late != NULL
               ? status_ok()
               : status_error(STATUS_NOT_FOUND, "expected %s, but there was no '%.*s' then",
                              known_kind(diff->snapshot->arena, kind), STR_ARG(diff->id));
}

/* Of one entity nothing needs to be looked for. */
static struct status diff_one(struct diff *diff)
{
    Agency__V1__EntityRef ref = AGENCY__V1__ENTITY_REF__INIT;
    const Agency__V1__DecisionRow *decision;
    const ProtobufCMessage *early, *late;
    uint64_t since, first;
    ref.kind = (Agency__V1__EntityKind)diff->question->kind;
    TRY(arena_text(&diff->entities, diff->id, &ref.id));
    TRY(diff_at(diff, &diff->entities, diff->question->kind, diff->id, &diff->high, &late, &since));
    TRY(diff_at(diff, &diff->entities, diff->question->kind, diff->id, &diff->low, &early, &first));
    if (since == first) {
        return status_ok();
    }
    TRY(history_decision(diff->snapshot->reader, &diff->arena, diff->snapshot->org_id, since,
                         &decision));
    return diff_add(diff, &ref, decision, early, late);
}

static struct status diff_fill(struct diff *diff, const struct page_ask *ask)
{
    struct diff_list *list = diff->list;
    TRY(diff_begin(diff, ask));
    TRY(diff->question->of_entity ? diff_known(diff) : status_ok());
    ARENA_TRY(diff->snapshot->arena, list->items,
              arena_alloc(diff->snapshot->arena, (diff->page.limit + 1) * sizeof *list->items));
    return diff->question->of_entity && !diff->question->about ? diff_one(diff) : diff_walk(diff);
}

struct status diff_page(struct snapshot *snapshot, const struct diff_question *question,
                        const struct page_ask *ask, struct diff_list *list)
{
    struct diff diff = { .snapshot = snapshot, .question = question, .list = list };
    assert(!question->of_entity || question->of_kind);
    *list = (struct diff_list){ 0 };
    TRY(question->about ? history_about_check(question->kind, true) : status_ok());
    arena_init(&diff.arena, DIFF_ARENA_MAX);
    arena_init(&diff.entities, DIFF_ARENA_MAX);
    struct status st = diff_fill(&diff, ask);
    arena_release(&diff.entities);
    arena_release(&diff.arena);
    return st;
}

/* ---- what is told of one ---- */

static bool diff_is_there(const ProtobufCMessage *entity)
{
    return entity != NULL && !fields_is_over(entity);
}

Agency__V1__Difference diff_of(const struct diff_entity *entity)
{
    bool before = diff_is_there(entity->before), after = diff_is_there(entity->after);
    if (before == after) {
        return AGENCY__V1__DIFFERENCE__DIFFERENCE_CHANGED;
    }
    return after ? AGENCY__V1__DIFFERENCE__DIFFERENCE_ADDED
                 : AGENCY__V1__DIFFERENCE__DIFFERENCE_ENDED;
}

struct status diff_fields(struct arena *arena, const struct diff_entity *entity, char ***names,
                          size_t *count)
{
    *names = NULL;
    *count = 0;
    if (entity->before == NULL || entity->after == NULL) {
        return status_ok();
    }
    const ProtobufCMessageDescriptor *type = entity->after->descriptor;
    ARENA_TRY(arena, *names, arena_alloc(arena, type->n_fields * sizeof **names));
    for (unsigned i = 0; i < type->n_fields; i++) {
        bool equal;
        TRY(fields_equal(arena, entity->before, entity->after, &type->fields[i], &equal));
        if (!equal) {
            (*names)[(*count)++] = (char *)(uintptr_t)type->fields[i].name;
        }
    }
    return status_ok();
}
