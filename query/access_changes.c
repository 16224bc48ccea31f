/* The decisions are walked from the older to the younger, and what each changed of access is worked
 * out from the states before and after it. The place of a line is the moment where it all begins,
 * its decision, and its number there. */
#include "query/access_changes.h"

#include "core/base/num.h"
#include "core/model/access_message.h"
#include "core/model/org_walk.h"
#include "core/pb/message.h"
#include "query/decision_item.h"
#include "query/known.h"
#include "query/object_text.h"
#include "query/other_moment.h"

enum {
    ACCESS_LOOKED_MAX = 8192,         /* decisions of one page, */
    ACCESS_CANDIDATES_LOOKED = 20000, /* or so many candidates and lines: about a second */
    ACCESS_PLACE = 8 + 8 + 4,
};
/* Entities of the walk; what one decision changed of access. */
static const size_t ACCESS_MEMORY_MAX = (size_t)256 << 20;
static const size_t ACCESS_ARENA_MAX = (size_t)256 << 20;

struct access_changes {
    struct snapshot *snapshot;
    const struct access_changes_question *question;
    struct page page;
    struct str subject_id;
    bool of_object;
    struct object object;
    uint64_t behind; /* where it begins */
    uint64_t next;   /* the decision to look at */
    size_t line;     /* and the line in it, of those that are wanted */
    struct org_walk walk;
    struct arena arena; /* of one decision */
    size_t looked, candidates;
    size_t cap;
    struct access_changes_list *list;
};

/* ---- where it begins ---- */

static struct status changes_from(struct access_changes *changes)
{
    struct snapshot *snapshot = changes->snapshot;
    const struct access_changes_question *question = changes->question;
    struct moment from = { 0 };
    if (question->from.size > 0) {
        TRY(other_moment_find(snapshot, question->from, question->now_us, &from));
    }
    if (from.org_sequence > snapshot->moment.org_sequence) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected 'from' not to be behind the moment asked about");
    }
    changes->behind = from.org_sequence;
    changes->next = from.org_sequence + 1;
    return status_ok();
}

static struct status changes_begin(struct access_changes *changes, const struct page_ask *ask)
{
    struct snapshot *snapshot = changes->snapshot;
    const struct access_changes_question *question = changes->question;
    const char direction[] = { (char)('0' + (int)question->direction) };
    if (question->subject.size > 0) {
        TRY(known_entity(snapshot, ENTITY_SUBJECT, question->subject, &changes->subject_id));
    }
    if (question->covering && question->object.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an object with covering");
    }
    if (question->object.size > 0) {
        TRY(object_text_parse(snapshot, question->object, &changes->object));
        TRY(known_object(snapshot, changes->object));
        changes->of_object = true;
    }
    const struct str words[] = { STR("access changes"),
                                 question->from,
                                 changes->subject_id,
                                 question->object,
                                 str_make(direction, sizeof direction),
                                 question->covering ? STR("covering") : STR("") };
    TRY(page_begin(&changes->page, snapshot, ask, words, 6));
    if (changes->page.place.size == 0) {
        return changes_from(changes);
    }
    if (changes->page.place.size != ACCESS_PLACE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a page token of changes of access");
    }
    changes->behind = num_get_u64be(changes->page.place.data);
    changes->next = num_get_u64be(changes->page.place.data + 8);
    changes->line = num_get_u32be(changes->page.place.data + 16);
    return status_ok();
}

static struct status changes_end(struct access_changes *changes, bool cut)
{
    char place[ACCESS_PLACE];
    num_put_u64be(place, changes->behind);
    num_put_u64be(place + 8, changes->next);
    num_put_u32be(place + 16, (uint32_t)changes->line);
    return page_end_at(&changes->page, str_make(place, sizeof place), cut, &changes->list->end);
}

/* ---- what is wanted of a decision ---- */

/* The object; and all that covers it, before and after. */
struct changes_covering {
    struct objects sides[2];
};

static struct status changes_cover(struct access_changes *changes,
                                   struct changes_covering *covering)
{
    const struct org_view *views[] = { &changes->walk.before, &changes->walk.after };
    for (size_t i = 0; i < 2; i++) {
        covering->sides[i] = (struct objects){ .items = { changes->object }, .count = 1 };
    }
    for (size_t i = 0; i < 2 && changes->question->covering; i++) {
        struct lookup lookup = { .view = &views[i]->view,
                                 .arena = &changes->arena,
                                 .left = CHECK_LOOKUPS_MAX };
        TRY(objects_covering(&lookup, changes->object, &covering->sides[i]));
    }
    return status_ok();
}

static bool changes_want(const struct access_changes *changes,
                         const struct changes_covering *covering, const struct access_line *line)
{
    const Agency__V1__AccessDirection direction = changes->question->direction;
    bool gained = direction != AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_LOST;
    bool lost = direction != AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_GAINED;
    bool subject = changes->subject_id.size == 0 || str_eq(changes->subject_id, line->subject_id);
    return subject && (line->gained ? gained : lost) &&
           (!changes->of_object || objects_contain(&covering->sides[line->gained], line->entry.on));
}

static struct status changes_filter(struct access_changes *changes, struct access_feed *feed)
{
    struct changes_covering covering;
    size_t kept = 0;
    if (feed->count == 0) {
        return status_ok();
    }
    TRY(changes_cover(changes, &covering));
    for (size_t i = 0; i < feed->count; i++) {
        if (changes_want(changes, &covering, &feed->lines[i])) {
            feed->lines[kept++] = feed->lines[i];
        }
    }
    feed->count = kept;
    return status_ok();
}

/* What one decision changed; of one subject it is told whatever else it changed. */
static struct status changes_feed(struct access_changes *changes, struct access_feed *feed)
{
    const struct org_walk *walk = &changes->walk;
    const int64_t at_us = walk->decision->occurred_at_us;
    TRY(org_walk_access(walk, &changes->arena, feed));
    changes->candidates += feed->candidates;
    if (feed->changed && changes->subject_id.size > 0) {
        const struct access_side before = { &walk->before.view, at_us - 1 };
        const struct access_side after = { &walk->after.view, at_us };
        *feed = (struct access_feed){ 0 };
        TRY(access_feed_subject(&changes->arena, &before, &after, changes->subject_id, feed));
    }
    return changes_filter(changes, feed);
}

/* ---- the page ---- */

static struct status changes_add(struct access_changes *changes, const struct access_feed *feed)
{
    struct access_changes_list *list = changes->list;
    struct arena *arena = changes->snapshot->arena;
    const Agency__V1__DecisionRow *row;
    Agency__V1__AccessChange *item;
    size_t left = feed->count - changes->line, room = changes->page.limit - list->lines;
    TRY(pb_copy(arena, &changes->walk.decision->base, &row));
    TRY(pb_new(arena, &agency__v1__access_change__descriptor, &item));
    TRY(decision_item(changes->snapshot, arena, row, &item->decision));
    item->changed = feed->changed;
    item->candidates = feed->changed ? feed->candidates : 0;
    item->n_lines = left < room ? left : room;
    item->more = item->n_lines < left;
    TRY(access_messages(arena, feed->lines + changes->line, item->n_lines, &item->lines));
    ARENA_TRY(arena, list->items,
              arena_grow(arena, list->items, list->count, sizeof *list->items, &changes->cap));
    list->items[list->count++] = item;
    list->lines += feed->changed ? 1 : item->n_lines;
    changes->line = item->more ? changes->line + item->n_lines : 0;
    changes->next += !item->more;
    return status_ok();
}

static bool changes_full(const struct access_changes *changes)
{
    return changes->list->lines >= changes->page.limit;
}

static bool changes_spent(const struct access_changes *changes)
{
    return changes->looked == ACCESS_LOOKED_MAX || changes->candidates > ACCESS_CANDIDATES_LOOKED;
}

static struct status changes_step(struct access_changes *changes)
{
    struct access_feed feed;
    arena_reset(&changes->arena);
    TRY(org_walk_step(&changes->walk));
    TRY(changes_feed(changes, &feed));
    changes->looked++;
    if (feed.count > changes->line || feed.changed) {
        return changes_add(changes, &feed);
    }
    changes->line = 0;
    changes->next++;
    return status_ok();
}

static struct status changes_walk(struct access_changes *changes)
{
    const uint64_t last = changes->snapshot->moment.org_sequence;
    org_walk_init(&changes->walk, changes->snapshot->reader, changes->snapshot->org_id,
                  changes->next - 1, ACCESS_MEMORY_MAX);
    while (changes->next <= last && !changes_full(changes) && !changes_spent(changes)) {
        TRY(changes_step(changes));
    }
    return changes->next <= last ? changes_end(changes, !changes_full(changes)) : status_ok();
}

struct status access_changes_page(struct snapshot *snapshot,
                                  const struct access_changes_question *question,
                                  const struct page_ask *ask, struct access_changes_list *list)
{
    struct access_changes changes = { .snapshot = snapshot, .question = question, .list = list };
    *list = (struct access_changes_list){ 0 };
    if ((unsigned)question->direction > AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_LOST) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a direction, not number %d",
                            (int)question->direction);
    }
    TRY(changes_begin(&changes, ask));
    arena_init(&changes.arena, ACCESS_ARENA_MAX);
    struct status st = changes_walk(&changes);
    org_walk_release(&changes.walk);
    arena_release(&changes.arena);
    return st;
}
