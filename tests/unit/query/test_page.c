/* Every answer in pages: walked while commands come in, they are exactly the whole answer of the
 * moment of the first. */
#include "query/page.h"

#include <stdio.h>

#include "core/domain/kernel/evolve.h"
#include "query/access_lists.h"
#include "query/entities.h"
#include "query/history.h"
#include "query/selection.h"
#include "query/stints.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

enum { PEOPLE = 7 };

struct paged {
    struct partition_kit kit;
    struct partition *partition;
    struct arena arena;
    struct snapshot snapshot;
    unsigned commands; /* that came in between */
};

static void paged_open(struct paged *paged)
{
    struct partition_kit *kit = &paged->kit;
    char text[160];
    *paged = (struct paged){ 0 };
    partition_kit_open_org(kit);
    partition_kit_do(kit, NULL, "definePermission", "{\"permission\":\"read\"}");
    partition_kit_do(kit, NULL, "defineRoleType", "{\"roleType\":\"member\"}");
    partition_kit_do(kit, NULL, "createGroup", "{\"groupId\":\"g\"}");
    partition_kit_do(kit, NULL, "createRole",
                     "{\"roleId\":\"r\",\"roleType\":\"member\",\"groupIds\":[\"g\"]}");
    for (unsigned i = 0; i < PEOPLE; i++) {
        snprintf(text, sizeof text, "{\"subjectId\":\"s%u\",\"type\":\"SUBJECT_TYPE_HUMAN\"}", i);
        partition_kit_do(kit, NULL, "registerSubject", text);
        snprintf(text, sizeof text, "{\"roleId\":\"r\",\"subjectId\":\"s%u\"}", i);
        partition_kit_do(kit, NULL, "assignRole", text);
        partition_kit_do(kit, NULL, "revokeRole", text);
        partition_kit_do(kit, NULL, "assignRole", text);
        snprintf(text, sizeof text, "{\"assetId\":\"a%u\",\"type\":\"site\"}", i);
        partition_kit_do(kit, NULL, "registerAsset", text);
        snprintf(text, sizeof text,
                 "{\"grantId\":\"x%u\",\"permission\":\"read\",\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_GROUP\",\"id\":\"g\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
                 "\"id\":\"a%u\"}}",
                 i, i);
        partition_kit_do(kit, NULL, "grantPermission", text);
    }
    arena_init(&paged->arena, 1 << 26);
    paged->partition = partition_kit_fold(kit, NULL);
}

static void paged_close(struct paged *paged)
{
    snapshot_release(&paged->snapshot);
    partition_close(paged->partition);
    arena_release(&paged->arena);
    partition_kit_close(&paged->kit);
}

/* What somebody does meanwhile, before, at and behind every place. */
static void paged_disturb(struct paged *paged)
{
    char text[160];
    unsigned i = paged->commands++ % PEOPLE;
    snprintf(text, sizeof text, "{\"roleId\":\"r\",\"subjectId\":\"s%u\"}", i);
    partition_kit_decide(&paged->kit, NULL, i % 2 == 0 ? "revokeRole" : "assignRole", text);
    snprintf(text, sizeof text, "{\"grantId\":\"x%u\"}", PEOPLE - 1 - i);
    partition_kit_decide(&paged->kit, NULL, "revokePermission", text);
    snprintf(text, sizeof text, "{\"subjectId\":\"s%u0\",\"type\":\"SUBJECT_TYPE_HUMAN\"}", i);
    partition_kit_decide(&paged->kit, NULL, "registerSubject", text);
    assert_ok(partition_kit_catch_up(&paged->kit, paged->partition));
}

/* As a server does it: the moment of the token, or now. */
static void paged_ask(struct paged *paged, struct str token)
{
    struct moment_ask ask;
    snapshot_release(&paged->snapshot);
    assert_ok(snapshot_ask(&paged->arena, STR(""), STR(""), paged->kit.now_us, &ask));
    assert_ok(page_moment(&paged->arena, token, &ask));
    assert_ok(snapshot_open(&paged->snapshot, paged->partition->reader, &paged->partition->position,
                            &paged->arena, STR("acme"), &ask, 1 << 24));
}

/* ---- questions: each appends its items as text ---- */

typedef struct status question(struct paged *paged, const struct page_ask *ask, struct buf *text,
                               size_t *count, struct page_end *end);

static struct status ask_subjects(struct paged *paged, const struct page_ask *ask, struct buf *text,
                                  size_t *count, struct page_end *end)
{
    struct access_subjects_page page;
    TRY(access_subjects(&paged->snapshot, STR("read"), STR("asset:a3"), NULL, ask, &page));
    for (*count = 0; *count < page.count; ++*count) {
        buf_printf(text, "%s\n", page.items[*count]->subject_id);
    }
    *end = page.end;
    return status_ok();
}

static struct status ask_held(struct paged *paged, struct str permission,
                              const struct page_ask *ask, struct buf *text, size_t *count,
                              struct page_end *end)
{
    struct access_held_page page;
    TRY(access_held(&paged->snapshot, STR("s2"), permission, NULL, ask, &page));
    for (*count = 0; *count < page.count; ++*count) {
        const Agency__V1__HeldItem *item = &page.items[*count];
        buf_printf(text, "%s %s %s\n", item->permission, item->object, item->grant_id);
    }
    *end = page.end;
    return status_ok();
}

static struct status ask_permissions(struct paged *paged, const struct page_ask *ask,
                                     struct buf *text, size_t *count, struct page_end *end)
{
    return ask_held(paged, (struct str){ 0 }, ask, text, count, end);
}

static struct status ask_objects(struct paged *paged, const struct page_ask *ask, struct buf *text,
                                 size_t *count, struct page_end *end)
{
    return ask_held(paged, STR("read"), ask, text, count, end);
}

static struct status ask_holders(struct paged *paged, const struct page_ask *ask, struct buf *text,
                                 size_t *count, struct page_end *end)
{
    struct access_holders_page page;
    TRY(access_holders(&paged->snapshot, ENTITY_GROUP, STR("g"), STR(""), ask, &page));
    for (*count = 0; *count < page.count; ++*count) {
        buf_printf(text, "%s\n", page.items[*count].assignment->subject_id);
    }
    *end = page.end;
    return status_ok();
}

static struct status ask_entities(struct paged *paged, const struct page_ask *ask, struct buf *text,
                                  size_t *count, struct page_end *end)
{
    struct list_request request = { .kind = ENTITY_GRANT };
    struct entities_page page;
    TRY(entities_page(&paged->snapshot, &request, ask, &page));
    for (*count = 0; *count < page.count; ++*count) {
        struct str id;
        TRY(evolve_entity_id(&paged->arena, ENTITY_GRANT, page.items[*count], &id));
        buf_printf(text, "%.*s\n", STR_ARG(id));
    }
    *end = page.end;
    return status_ok();
}

static struct status ask_selection(struct paged *paged, const char *filter, const char *order,
                                   const struct page_ask *ask, struct buf *text, size_t *count,
                                   struct page_end *end)
{
    const struct selection selection = { .list = { .kind = ENTITY_ASSIGNMENT },
                                         .filter = str_z(filter),
                                         .order = str_z(order) };
    struct entities_page page;
    TRY(selection_page(&paged->snapshot, &selection, ask, &page));
    for (*count = 0; *count < page.count; ++*count) {
        struct str id;
        TRY(evolve_entity_id(&paged->arena, ENTITY_ASSIGNMENT, page.items[*count], &id));
        buf_printf(text, "%.*s\n", STR_ARG(id));
    }
    *end = page.end;
    return status_ok();
}

static struct status ask_filtered(struct paged *paged, const struct page_ask *ask, struct buf *text,
                                  size_t *count, struct page_end *end)
{
    return ask_selection(paged, "role_id == 'r' && subject_id != 's3'", "", ask, text, count, end);
}

static struct status ask_ordered(struct paged *paged, const struct page_ask *ask, struct buf *text,
                                 size_t *count, struct page_end *end)
{
    return ask_selection(paged, "role_type == 'member'", "-granted_at", ask, text, count, end);
}

static struct status ask_stints(struct paged *paged, const struct page_ask *ask, struct buf *text,
                                size_t *count, struct page_end *end)
{
    struct stints_page page;
    TRY(stints_page(&paged->snapshot, ENTITY_ROLE, STR("r"), ask, &page));
    for (*count = 0; *count < page.count; ++*count) {
        const Agency__V1__StintItem *item = &page.items[*count];
        buf_printf(text, "%s %d\n", item->subject_id, (int)item->begun->org_sequence);
    }
    *end = page.end;
    return status_ok();
}

static struct status ask_history(struct paged *paged, const struct history_question *asked,
                                 const struct page_ask *ask, struct buf *text, size_t *count,
                                 struct page_end *end)
{
    struct history_list list;
    TRY(history_page(&paged->snapshot, asked, ask, &list));
    for (*count = 0; *count < list.count; ++*count) {
        buf_printf(text, "%d\n", (int)list.rows[*count]->org_sequence);
    }
    *end = list.end;
    return status_ok();
}

static struct status ask_org_history(struct paged *paged, const struct page_ask *ask,
                                     struct buf *text, size_t *count, struct page_end *end)
{
    const struct history_question asked = { .pick = history_pick_all() };
    return ask_history(paged, &asked, ask, text, count, end);
}

static struct status ask_entity_history(struct paged *paged, const struct page_ask *ask,
                                        struct buf *text, size_t *count, struct page_end *end)
{
    const struct history_question asked = { .of_entity = true,
                                            .kind = ENTITY_ASSIGNMENT,
                                            .text = STR("r~s2"),
                                            .pick = history_pick_all() };
    return ask_history(paged, &asked, ask, text, count, end);
}

static struct status ask_subject_history(struct paged *paged, const struct page_ask *ask,
                                         struct buf *text, size_t *count, struct page_end *end)
{
    const struct history_question asked = {
        .of_entity = true, .kind = ENTITY_SUBJECT, .text = STR("s2"), .pick = history_pick_all()
    };
    return ask_history(paged, &asked, ask, text, count, end);
}

static struct status ask_history_about(struct paged *paged, const struct page_ask *ask,
                                       struct buf *text, size_t *count, struct page_end *end)
{
    const struct history_question asked = { .of_entity = true,
                                            .kind = ENTITY_GROUP,
                                            .text = STR("g"),
                                            .about = true,
                                            .pick = history_pick_all() };
    return ask_history(paged, &asked, ask, text, count, end);
}

static question *const questions[] = { ask_subjects,      ask_permissions,    ask_objects,
                                       ask_holders,       ask_entities,       ask_stints,
                                       ask_org_history,   ask_entity_history, ask_subject_history,
                                       ask_history_about, ask_filtered,       ask_ordered };
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

/* ---- what is true of all ---- */

static size_t walk(struct paged *paged, question *asked, size_t limit, struct buf *text)
{
    struct page_ask ask = { .limit = limit };
    struct page_end end;
    size_t pages = 0, count;
    do {
        assert_ok(asked(paged, &ask, text, &count, &end));
        assert_true(limit == 0 || count == limit || end.token.size == 0);
        assert_false(end.cut);
        ask.token = end.token;
        if (limit > 0 && end.token.size > 0) {
            paged_disturb(paged);
            paged_ask(paged, ask.token);
        }
        pages++;
    } while (end.token.size > 0);
    return pages;
}

TEST(page, pages_are_the_whole_answer_of_one_moment_while_commands_come_in)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        for (size_t limit = 1; limit <= 2; limit++) {
            static struct paged paged;
            struct buf whole = { 0 }, pages = { 0 };
            paged_open(&paged);
            paged_ask(&paged, STR(""));
            walk(&paged, questions[i], 0, &whole);
            assert_true(walk(&paged, questions[i], limit, &pages) > 1);
            assert_int_equal(whole.size, pages.size);
            assert_memory_equal(whole.data, pages.data, whole.size);
            buf_release(&whole);
            buf_release(&pages);
            paged_close(&paged);
        }
    }
}

TEST(page, a_token_is_of_its_question_and_moment)
{
    static struct paged paged;
    struct buf text = { 0 };
    struct page_end ends[QUESTIONS], end;
    struct page_ask ask = { .limit = 1 };
    size_t count;
    paged_open(&paged);
    paged_ask(&paged, STR(""));
    for (size_t i = 0; i < QUESTIONS; i++) {
        assert_ok(questions[i](&paged, &ask, &text, &count, &ends[i]));
        assert_true(ends[i].token.size > 0);
    }
    for (size_t i = 0; i < QUESTIONS * QUESTIONS; i++) {
        ask.token = ends[i / QUESTIONS].token;
        struct status st = questions[i % QUESTIONS](&paged, &ask, &text, &count, &end);
        assert_int_equal(st.code,
                         i / QUESTIONS == i % QUESTIONS ? STATUS_OK : STATUS_INVALID_ARGUMENT);
    }
    paged_disturb(&paged);
    paged_ask(&paged, STR(""));
    assert_code(STATUS_INVALID_ARGUMENT, ask_subjects(&paged, &ask, &text, &count, &end));
    buf_release(&text);
    paged_close(&paged);
}

TEST(page, a_token_that_was_changed_is_refused)
{
    static struct paged paged;
    struct buf text = { 0 };
    struct page_end end, next;
    struct page_ask ask = { .limit = 1 };
    size_t count;
    paged_open(&paged);
    paged_ask(&paged, STR(""));
    assert_ok(ask_history_about(&paged, &ask, &text, &count, &end));
    for (size_t i = 0; i < end.token.size; i++) {
        struct moment_ask moment;
        struct str changed = arena_copy(&paged.arena, end.token);
        ((char *)(uintptr_t)changed.data)[i] = end.token.data[i] == 'Q' ? 'R' : 'Q';
        ask.token = changed;
        struct status st = page_moment(&paged.arena, changed, &moment);
        assert_true(st.code == STATUS_OK || st.code == STATUS_INVALID_ARGUMENT);
        assert_code(STATUS_INVALID_ARGUMENT, ask_history_about(&paged, &ask, &text, &count, &next));
    }
    ask.token = STR("no token");
    assert_code(STATUS_INVALID_ARGUMENT, ask_subjects(&paged, &ask, &text, &count, &next));
    buf_release(&text);
    paged_close(&paged);
}

TEST(page, a_store_that_is_not_so_far_says_so)
{
    static struct paged paged;
    struct moment_ask ask = { .kind = MOMENT_EXACT, .org_sequence = 1000 };
    paged_open(&paged);
    snapshot_release(&paged.snapshot);
    assert_code(STATUS_UNAVAILABLE,
                snapshot_open(&paged.snapshot, paged.partition->reader, &paged.partition->position,
                              &paged.arena, STR("acme"), &ask, 1 << 20));
    paged_close(&paged);
}
