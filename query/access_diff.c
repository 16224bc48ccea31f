/* What a subject has is listed at both moments, and compared. Subjects never go away: those of the
 * later moment are all. The place of one is the other moment, and its place in the list of them. */
#include "query/access_diff.h"

#include "core/domain/kernel/fields.h"
#include "core/model/access_message.h"
#include "core/model/list.h"
#include "query/known.h"
#include "query/other_moment.h"

enum {
    DIFF_SUBJECTS_PAGE = 100,
    DIFF_SUBJECTS_MAX = 1000, /* that one page looks at: about a second */
};
/* Entities of the other moment. */
static const size_t DIFF_MEMORY_MAX = (size_t)256 << 20;

struct access_diff {
    struct snapshot *snapshot;
    const struct access_diff_question *question;
    struct page page;
    struct str subject_id;
    struct stored stored; /* the org at the other moment */
    struct org_view other;
    struct str after; /* the subject where the page before ended; empty: none */
    struct str place; /* of the last one that was looked at */
    size_t looked;
    struct access_feed feed;
    struct access_diff_list *list;
};

static struct status diff_go_on(struct access_diff *diff)
{
    const struct str place = diff->page.place;
    if (place.size <= OTHER_MOMENT_SIZE) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a page token of a difference of access");
    }
    TRY(other_moment_get(diff->snapshot, place.data, &diff->list->from));
    diff->after = str_from(place, OTHER_MOMENT_SIZE);
    return status_ok();
}

static struct status diff_begin(struct access_diff *diff, const struct page_ask *ask)
{
    struct snapshot *snapshot = diff->snapshot;
    const struct access_diff_question *question = diff->question;
    if (question->subject.size > 0) {
        TRY(snapshot_resolve(snapshot, ENTITY_SUBJECT, question->subject, &diff->subject_id));
    }
    const struct str words[] = { STR("access diff"), question->from, diff->subject_id };
    TRY(page_begin(&diff->page, snapshot, ask, words, 3));
    if (diff->page.place.size > 0) {
        return diff_go_on(diff);
    }
    return other_moment_find(snapshot, question->from, question->now_us, &diff->list->from);
}

static struct status diff_end(struct access_diff *diff, bool cut)
{
    char head[OTHER_MOMENT_SIZE];
    other_moment_put(&diff->list->from, head);
    const struct str parts[] = { str_make(head, sizeof head), diff->place };
    struct str place = arena_join(diff->snapshot->arena, parts, 2);
    if (place.data == NULL) {
        return arena_full(diff->snapshot->arena);
    }
    return page_end_at(&diff->page, place, cut, &diff->list->end);
}

/* ---- subjects ---- */

static bool diff_backward(const struct access_diff *diff)
{
    return diff->list->from.org_sequence > diff->snapshot->moment.org_sequence;
}

static struct status diff_subject(struct access_diff *diff, struct str subject_id)
{
    const struct access_side before = { &diff->other.view, diff->list->from.time_us };
    const struct access_side after = { &diff->snapshot->org.view, diff->snapshot->moment.time_us };
    return access_feed_subject(diff->snapshot->arena, &before, &after, subject_id, &diff->feed);
}

static bool diff_full(const struct access_diff *diff)
{
    return diff->feed.count >= diff->page.limit || diff->looked >= DIFF_SUBJECTS_MAX;
}

static struct status diff_subjects(struct access_diff *diff)
{
    struct snapshot *snapshot = diff->snapshot;
    struct list_request request = { .org_id = snapshot->org_id,
                                    .kind = ENTITY_SUBJECT,
                                    .moment =
                                        diff_backward(diff) ? diff->list->from : snapshot->moment,
                                    .all = true,
                                    .page_size = DIFF_SUBJECTS_PAGE,
                                    .after = diff->after };
    struct list_page page;
    bool more = true;
    while (more && !diff_full(diff)) {
        size_t i = 0;
        TRY(list_page(snapshot->reader, snapshot->arena, &request, &page));
        for (; i < page.count && !diff_full(diff); i++, diff->looked++) {
            TRY(diff_subject(diff, fields_string(page.items[i], "subject_id")));
            diff->place = page.places[i];
        }
        more = i < page.count || page.end.size > 0;
        request.after = page.end;
    }
    return more ? diff_end(diff, diff->feed.count < diff->page.limit) : status_ok();
}

/* Of one. */
static struct status diff_one(struct access_diff *diff)
{
    const struct view *later = diff_backward(diff) ? &diff->other.view : &diff->snapshot->org.view;
    TRY(known_in(diff->snapshot, later, ENTITY_SUBJECT, diff->subject_id));
    return diff_subject(diff, diff->subject_id);
}

struct status access_diff_page(struct snapshot *snapshot,
                               const struct access_diff_question *question,
                               const struct page_ask *ask, struct access_diff_list *list)
{
    struct access_diff diff = { .snapshot = snapshot, .question = question, .list = list };
    *list = (struct access_diff_list){ 0 };
    TRY(diff_begin(&diff, ask));
    stored_init(&diff.stored, snapshot->reader, moment_as_of(&list->from), DIFF_MEMORY_MAX);
    org_view_init(&diff.other, &diff.stored.source, snapshot->org_id);
    struct status st = diff.subject_id.size > 0 ? diff_one(&diff) : diff_subjects(&diff);
    if (st.code == STATUS_OK) {
        st = access_messages(snapshot->arena, diff.feed.lines, diff.feed.count, &list->lines);
    }
    list->count = diff.feed.count;
    stored_release(&diff.stored);
    return st;
}
