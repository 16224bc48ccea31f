/* A token is base64 of: format, why the moment is provisional, org_sequence, time, a check, the
 * place. The check is the beginning of a hash over the question and all that the token says: a
 * token of another question, or one that was changed on its way, is refused. It is no secret: who
 * makes one learns nothing that he could not ask for. */
#include "query/page.h"

#include "core/base/base64.h"
#include "core/base/num.h"

enum {
    PAGE_FORMAT = 2,
    PAGE_HEADER = 18, /* format, provisional, org_sequence, time */
    PAGE_CHECK = 16,
    PAGE_TOKEN_MAX = 16384,
};

static struct status page_refused(void)
{
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected the page token of the page before, of the same question");
}

/* ---- what a token says ---- */

struct page_token {
    struct moment moment;
    struct str header;
    struct str check;
    struct str place;
};

static void page_header(const struct moment *moment, char out[PAGE_HEADER])
{
    out[0] = PAGE_FORMAT;
    out[1] = (char)moment->provisional;
    num_put_u64be(out + 2, moment->org_sequence);
    num_put_u64be(out + 10, (uint64_t)moment->time_us);
}

static struct status page_decode(struct arena *arena, struct str text, struct page_token *token)
{
    char *bytes;
    size_t size = 0;
    bool good = text.size <= PAGE_TOKEN_MAX;
    ARENA_TRY(arena, bytes, arena_alloc(arena, base64_decoded_size_max(good ? text.size : 0) + 1));
    good = good && base64_decode(text, bytes, &size) && size > PAGE_HEADER + PAGE_CHECK &&
           bytes[0] == PAGE_FORMAT && (unsigned char)bytes[1] < MOMENT_PROVISIONAL_END;
    if (!good) {
        return page_refused();
    }
    *token = (struct page_token){
        .moment = { .provisional = (enum moment_provisional)bytes[1],
                    .org_sequence = num_get_u64be(bytes + 2),
                    .time_us = (int64_t)num_get_u64be(bytes + 10) },
        .header = str_make(bytes, PAGE_HEADER),
        .check = str_make(bytes + PAGE_HEADER, PAGE_CHECK),
        .place = str_make(bytes + PAGE_HEADER + PAGE_CHECK, size - PAGE_HEADER - PAGE_CHECK),
    };
    return status_ok();
}

struct status page_moment(struct arena *arena, struct str token, struct moment_ask *ask)
{
    struct page_token found;
    if (token.size == 0) {
        return status_ok();
    }
    TRY(page_decode(arena, token, &found));
    ask->kind = MOMENT_EXACT;
    ask->org_sequence = found.moment.org_sequence;
    ask->time_us = found.moment.time_us;
    return status_ok();
}

/* ---- a page ---- */

static struct hash page_question(const struct snapshot *snapshot, const struct str *words,
                                 size_t words_count)
{
    struct buf text = { 0 };
    if (snapshot->position != NULL) { /* of an org */
        buf_append(&text, evlog_id_str(&snapshot->position->chain.identity.history_id));
    }
    buf_printf(&text, " %zu %.*s", snapshot->org_id.size, STR_ARG(snapshot->org_id));
    for (size_t i = 0; i < words_count; i++) {
        buf_printf(&text, " %zu ", words[i].size);
        buf_append(&text, words[i]);
    }
    struct str bytes = buf_str(&text);
    struct hash hash = hash_sha256(&bytes, 1);
    buf_release(&text);
    return hash;
}

static struct hash page_check(const struct page *page, struct str header, struct str place)
{
    const struct str parts[] = { hash_str(&page->question), header, place };
    return hash_sha256(parts, 3);
}

static bool page_is_of(const struct page *page, const struct page_token *token)
{
    const struct moment *moment = &page->snapshot->moment;
    struct hash check = page_check(page, token->header, token->place);
    return str_eq(str_make(check.bytes, PAGE_CHECK), token->check) &&
           token->moment.org_sequence == moment->org_sequence &&
           token->moment.time_us == moment->time_us;
}

struct status page_begin(struct page *page, struct snapshot *snapshot, const struct page_ask *ask,
                         const struct str *words, size_t words_count)
{
    struct page_token token;
    *page = (struct page){ .snapshot = snapshot,
                           .question = page_question(snapshot, words, words_count),
                           .limit = ask->limit == 0 ? SIZE_MAX : ask->limit };
    if (ask->token.size == 0) {
        return status_ok();
    }
    TRY(page_decode(snapshot->arena, ask->token, &token));
    if (!page_is_of(page, &token)) {
        return page_refused();
    }
    page->place = token.place;
    if (snapshot->moment.provisional == MOMENT_FINAL) {
        snapshot->moment.provisional = token.moment.provisional;
    }
    return status_ok();
}

struct status page_end_at(const struct page *page, struct str place, bool cut, struct page_end *end)
{
    char header[PAGE_HEADER];
    struct buf bytes = { 0 }, text = { 0 };
    assert(place.size > 0);
    page_header(&page->snapshot->moment, header);
    struct hash check = page_check(page, str_make(header, sizeof header), place);
    buf_append(&bytes, str_make(header, sizeof header));
    buf_append(&bytes, str_make(check.bytes, PAGE_CHECK));
    buf_append(&bytes, place);
    base64url_encode(buf_str(&bytes), &text);
    *end = (struct page_end){ arena_copy(page->snapshot->arena, buf_str(&text)), cut };
    buf_release(&bytes);
    buf_release(&text);
    return end->token.data == NULL ? arena_full(page->snapshot->arena) : status_ok();
}

/* ---- of a whole list ---- */

/* How many items are at or before the place where the page begins. */
static struct status page_before(const struct page *page, page_place *place, void *list,
                                 size_t count, size_t *before)
{
    size_t low = 0, high = page->place.size == 0 ? 0 : count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct str at;
        TRY(place(list, middle, &at));
        bool given = str_cmp(at, page->place) <= 0;
        low = given ? middle + 1 : low;
        high = given ? high : middle;
    }
    *before = low;
    return status_ok();
}

struct status page_of_list(const struct page *page, page_place *place, void *list, size_t count,
                           struct page_part *part)
{
    struct str last;
    *part = (struct page_part){ 0 };
    TRY(page_before(page, place, list, count, &part->first));
    size_t left = count - part->first;
    part->count = left < page->limit ? left : page->limit;
    if (part->count == left) {
        return status_ok();
    }
    TRY(place(list, part->first + part->count - 1, &last));
    return page_end_at(page, last, false, &part->end);
}
