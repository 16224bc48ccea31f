/* Moments, lists and histories of a small org: imported facts of 2018 and 2019, then live ones. */
#include <stdio.h>

#include "core/domain/kernel/fields.h"
#include "core/model/history.h"
#include "core/model/list.h"
#include "core/model/resolve.h"
#include "core/pb/message.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

struct asked {
    struct partition_kit kit;
    struct partition *partition;
    struct arena arena;
};

static void asked_open(struct asked *asked)
{
    struct partition_kit *kit = &asked->kit;
    partition_kit_open_org(kit); /* decision 1, 2018-01-01 */
    partition_kit_do(kit, "2018-02-01T00:00:00Z", "registerSubject",
                     "{\"subjectId\":\"ada\",\"name\":\"Ada\",\"type\":\"SUBJECT_TYPE_HUMAN\"}");
    partition_kit_do(kit, "2018-02-01T00:00:00Z", "registerSubject",
                     "{\"subjectId\":\"bob\",\"type\":\"SUBJECT_TYPE_AGENT\",\"externalIds\":["
                     "{\"system\":\"github\",\"value\":\"b/1:2\"},{\"system\":\"crm\",\"value\":"
                     "\"1\"}]}");
    partition_kit_do(kit, "2018-03-01T00:00:00Z", "createGroup",
                     "{\"groupId\":\"core\",\"name\":\"Core\"}");
    partition_kit_do(kit, "2018-03-02T00:00:00Z", "createGroup",
                     "{\"groupId\":\"infra\",\"parentGroupId\":\"core\"}");
    partition_kit_do(kit, "2018-03-03T00:00:00Z", "createGroup",
                     "{\"groupId\":\"docs\",\"parentGroupId\":\"core\"}");
    partition_kit_do(kit, "2019-01-01T00:00:00Z", "deleteGroup", "{\"groupId\":\"docs\"}");
    partition_kit_do(kit, "2019-02-01T00:00:00Z", "updateSubject",
                     "{\"subjectId\":\"ada\",\"updateMask\":\"name\",\"name\":\"Ada L\"}");
    arena_init(&asked->arena, 1 << 26);
    asked->partition = partition_kit_fold(kit, NULL);
}

static void asked_close(struct asked *asked)
{
    partition_close(asked->partition);
    arena_release(&asked->arena);
    partition_kit_close(&asked->kit);
}

static int64_t us(const char *date)
{
    int year, month, day;
    assert_int_equal(sscanf(date, "%d-%d-%d", &year, &month, &day), 3);
    int64_t y = month <= 2 ? year - 1 : year, m = (month + 9) % 12;
    int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
    return days * 86400 * 1000000;
}

static struct moment_ask at_date(const struct asked *asked, const char *date)
{
    return (
        struct moment_ask){ .kind = MOMENT_TIME, .time_us = us(date), .now_us = asked->kit.now_us };
}

static struct status resolve(struct asked *asked, struct moment_ask ask, struct moment *moment)
{
    return moment_resolve(asked->partition->reader, &asked->partition->position, STR("acme"), &ask,
                          moment);
}

TEST(moment, a_time_is_after_the_last_decision_at_or_before_it)
{
    struct asked asked;
    struct moment moment;
    asked_open(&asked);
    static const struct {
        const char *date;
        uint64_t org_sequence;
    } cases[] = {
        { "1969-01-01", 0 }, { "2017-12-31", 0 }, { "2018-01-01", 1 }, { "2018-01-31", 1 },
        { "2018-02-01", 3 }, { "2018-03-02", 5 }, { "2018-12-31", 6 }, { "2020-01-01", 8 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_ok(resolve(&asked, at_date(&asked, cases[i].date), &moment));
        assert_int_equal(moment.org_sequence, cases[i].org_sequence);
        assert_true(moment.provisional == (i == 7));
        assert_true(moment.is_last == (i == 7));
    }
    asked_close(&asked);
}

TEST(moment, a_time_is_answered_only_when_nothing_before_it_can_come)
{
    struct asked asked;
    struct moment moment;
    asked_open(&asked);
    struct moment_ask ask = { .kind = MOMENT_TIME, .now_us = asked.kit.now_us + 1000 };
    ask.time_us = asked.kit.now_us + 500;
    assert_code(STATUS_UNAVAILABLE, resolve(&asked, ask, &moment));
    ask.closed_us = ask.now_us;
    assert_ok(resolve(&asked, ask, &moment));
    ask.closed_us = 0;
    partition_kit_tick(&asked.kit);
    assert_ok(partition_kit_catch_up(&asked.kit, asked.partition));
    assert_ok(resolve(&asked, ask, &moment));
    ask.time_us = ask.now_us + 1;
    assert_code(STATUS_INVALID_ARGUMENT, resolve(&asked, ask, &moment));
    asked_close(&asked);
}

TEST(moment, a_live_decision_ends_what_is_provisional)
{
    struct asked asked;
    struct moment moment;
    asked_open(&asked);
    partition_kit_do(&asked.kit, NULL, "createGroup", "{\"groupId\":\"live\"}");
    assert_ok(partition_kit_catch_up(&asked.kit, asked.partition));
    assert_ok(resolve(&asked, at_date(&asked, "2020-01-01"), &moment));
    assert_false(moment.provisional);
    asked_close(&asked);
}

TEST(moment, of_an_org_that_nobody_knows_yet_is_provisional)
{
    struct asked asked;
    struct moment moment;
    struct moment_ask ask;
    asked_open(&asked);
    ask = at_date(&asked, "2018-01-01");
    assert_ok(moment_resolve(asked.partition->reader, &asked.partition->position, STR("other"),
                             &ask, &moment));
    assert_int_equal(moment.org_sequence, 0);
    assert_true(moment.provisional);
    asked_close(&asked);
}

TEST(moment, a_token_is_of_its_history_and_waits_for_its_decision)
{
    struct asked asked;
    struct moment moment;
    Agency__V1__Token token;
    asked_open(&asked);
    moment_token(&asked.partition->position, 4, 3, &token);
    struct moment_ask ask = { .kind = MOMENT_TOKEN, .token = &token };
    assert_ok(resolve(&asked, ask, &moment));
    assert_int_equal(moment.org_sequence, 3);
    assert_int_equal(moment.time_us, us("2018-02-01"));
    ask.at_least = &token;
    token.sequence = 1000;
    assert_code(STATUS_UNAVAILABLE, resolve(&asked, ask, &moment));
    token.history_id.len = 3;
    assert_code(STATUS_INVALID_ARGUMENT, resolve(&asked, ask, &moment));
    ask = (struct moment_ask){ .kind = MOMENT_VERSION, .org_sequence = 9 };
    assert_code(STATUS_OUT_OF_RANGE, resolve(&asked, ask, &moment));
    asked_close(&asked);
}

static struct list_request list_of(struct asked *asked, enum entity_kind kind, const char *date,
                                   const char *field, const char *value)
{
    struct list_request request = { .org_id = STR("acme"),
                                    .kind = kind,
                                    .filters = { { str_z(field), str_z(value) } },
                                    .filters_count = field == NULL ? 0 : 1 };
    assert_ok(resolve(asked, at_date(asked, date), &request.moment));
    return request;
}

/* The ids on a page, joined by blanks. */
static void expect_list(struct asked *asked, const struct list_request *request,
                        const char *expected, struct list_page *page)
{
    struct str ids = STR("");
    assert_ok(list_page(asked->partition->reader, &asked->arena, request, page));
    for (size_t i = 0; i < page->count; i++) {
        struct str id;
        assert_ok(evolve_entity_id(&asked->arena, request->kind, page->items[i], &id));
        ids = arena_printf(&asked->arena, "%.*s%.*s ", STR_ARG(ids), STR_ARG(id));
    }
    assert_string_equal(ids.data, expected);
}

TEST(list, filters_are_equalities_as_of_a_moment)
{
    struct asked asked;
    struct list_page page;
    asked_open(&asked);
    const struct {
        struct list_request request;
        const char *ids;
    } cases[] = {
        { list_of(&asked, ENTITY_SUBJECT, "2020-01-01", NULL, NULL), "ada bob root " },
        { list_of(&asked, ENTITY_SUBJECT, "2018-01-15", NULL, NULL), "root " },
        { list_of(&asked, ENTITY_SUBJECT, "2017-01-01", NULL, NULL), "" },
        { list_of(&asked, ENTITY_SUBJECT, "2020-01-01", "type", "AGENT"), "bob " },
        { list_of(&asked, ENTITY_SUBJECT, "2018-12-01", "name", "Ada"), "ada " },
        { list_of(&asked, ENTITY_SUBJECT, "2020-01-01", "name", "Ada"), "" },
        { list_of(&asked, ENTITY_GROUP, "2018-12-01", "parentGroupId", "core"), "docs infra " },
        { list_of(&asked, ENTITY_GROUP, "2020-01-01", "parent_group_id", "core"), "infra " },
        { list_of(&asked, ENTITY_GROUP, "2020-01-01", NULL, NULL), "core infra " },
        { list_of(&asked, ENTITY_GROUP, "2020-01-01", "status", "REMOVED"), "docs " },
        { list_of(&asked, ENTITY_GROUP, "2020-01-01", "version", "5"), "infra " },
        { list_of(&asked, ENTITY_GROUP, "2020-01-01", "parent_group_id", ""), "core " },
        { list_of(&asked, ENTITY_GROUP, "2020-01-01", "included_group_ids", ""), "core infra " },
        { list_of(&asked, ENTITY_SUBJECT, "2020-01-01", "external_ids", "github:b/1:2"), "bob " },
        { list_of(&asked, ENTITY_SUBJECT, "2018-01-15", "externalIds", "github:b/1:2"), "" },
        { list_of(&asked, ENTITY_SUBJECT, "2020-01-01", "externalIds", "crm:b/1:2"), "" },
        { list_of(&asked, ENTITY_SUBJECT, "2020-01-01", "external_ids", ""), "ada root " },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_list(&asked, &cases[i].request, cases[i].ids, &page);
        assert_int_equal(page.end.size, 0);
    }
    asked_close(&asked);
}

TEST(list, what_has_ended_is_listed_when_asked_for)
{
    struct asked asked;
    struct list_page page;
    asked_open(&asked);
    struct list_request request = list_of(&asked, ENTITY_GROUP, "2020-01-01", NULL, NULL);
    request.all = true;
    expect_list(&asked, &request, "core docs infra ", &page);
    request = list_of(&asked, ENTITY_SUBJECT, "2020-01-01", "external_ids", "github:b/1:2");
    request.all = true; /* no index has all */
    expect_list(&asked, &request, "bob ", &page);
    assert_int_equal(page.index, 0);
    asked_close(&asked);
}

TEST(list, pages_are_of_one_moment)
{
    struct asked asked;
    struct list_page page;
    asked_open(&asked);
    struct list_request request = { .org_id = STR("acme"), .kind = ENTITY_SUBJECT, .page_size = 2 };
    assert_ok(resolve(&asked, (struct moment_ask){ .now_us = asked.kit.now_us }, &request.moment));
    expect_list(&asked, &request, "ada bob ", &page);
    partition_kit_do(&asked.kit, NULL, "registerSubject",
                     "{\"subjectId\":\"cid\",\"type\":\"SUBJECT_TYPE_AGENT\"}");
    partition_kit_do(&asked.kit, NULL, "removeSubject", "{\"subjectId\":\"bob\"}");
    assert_ok(partition_kit_catch_up(&asked.kit, asked.partition));
    request.moment.is_last = false;
    request.after = page.end;
    expect_list(&asked, &request, "root ", &page);
    assert_int_equal(page.end.size, 0);
    asked_close(&asked);
}

/* Pages of any size give each once. */
static void expect_pages(struct asked *asked, const char *field, const char *value,
                         const char *expected)
{
    for (size_t size = 1; size <= 6; size++) {
        struct list_request request = { .org_id = STR("acme"),
                                        .kind = ENTITY_ASSIGNMENT,
                                        .page_size = size,
                                        .filters = { { str_z(field), str_z(value) } },
                                        .filters_count = 1 };
        struct str ids = STR("");
        struct list_page page;
        const struct moment_ask now = { .now_us = asked->kit.now_us };
        assert_ok(resolve(asked, now, &request.moment));
        do {
            assert_ok(list_page(asked->partition->reader, &asked->arena, &request, &page));
            for (size_t i = 0; i < page.count; i++) {
                struct str id;
                assert_ok(evolve_entity_id(&asked->arena, request.kind, page.items[i], &id));
                ids = arena_printf(&asked->arena, "%.*s%.*s ", STR_ARG(ids), STR_ARG(id));
            }
            request.after = page.end;
        } while (page.end.size > 0);
        assert_string_equal(ids.data, expected);
    }
}

TEST(list, what_waits_for_its_beginning_follows_what_has_begun)
{
    struct asked asked;
    asked_open(&asked);
    partition_kit_do(&asked.kit, NULL, "defineRoleType", "{\"roleType\":\"waits\"}");
    for (unsigned i = 0; i < 3; i++) {
        static const char *const starts[] = { "", ",\"startsAt\":\"2030-01-01T00:00:00Z\"" };
        char json[128];
        snprintf(json, sizeof json, "{\"roleId\":\"w%u\",\"roleType\":\"waits\"}", i);
        partition_kit_do(&asked.kit, NULL, "createRole", json);
        snprintf(json, sizeof json, "{\"roleId\":\"w%u\",\"subjectId\":\"bob\"%s}", i,
                 starts[i != 1]);
        partition_kit_do(&asked.kit, NULL, "assignRole", json);
        snprintf(json, sizeof json, "{\"roleId\":\"w%u\",\"subjectId\":\"root\"%s}", i,
                 starts[i == 1]);
        partition_kit_do(&asked.kit, NULL, "assignRole", json);
    }
    assert_ok(partition_kit_catch_up(&asked.kit, asked.partition));
    expect_pages(&asked, "role_id", "w0", "w0~root w0~bob ");
    expect_pages(&asked, "subject_id", "bob", "w1~bob w0~bob w2~bob ");
    expect_pages(&asked, "role_type", "waits", "w0~root w1~bob w2~root w0~bob w1~root w2~bob ");
    expect_pages(&asked, "status", "SCHEDULED", "w0~bob w1~root w2~bob ");
    asked_close(&asked);
}

TEST(list, wrong_filters_say_what_was_expected)
{
    struct asked asked;
    struct list_page page;
    asked_open(&asked);
    const struct {
        const char *field, *value, *message;
    } cases[] = {
        { "nane", "x", "expected a field of Subject, but there is no 'nane', did you mean 'name'" },
        { "type", "ROBOT", "filter 'type': expected a value of SubjectType, but 'ROBOT' is none" },
        { "version", "x",
          "filter 'version': expected a number of at most 18 digits, but it is 'x'" },
        { "external_ids", "ada",
          "filter 'external_ids': expected SYSTEM:VALUE, such as github:ada, but it is 'ada'" },
        { "external_ids", "github:",
          "filter 'external_ids': expected SYSTEM:VALUE, such as github:ada, but it is "
          "'github:'" },
        { "metadata", "x",
          "filter 'metadata': expected a field with text, a number or a name as value, but "
          "'metadata' has none" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct list_request request =
            list_of(&asked, ENTITY_SUBJECT, "2020-01-01", cases[i].field, cases[i].value);
        struct status st = list_page(asked.partition->reader, &asked.arena, &request, &page);
        assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
        assert_string_equal(st.msg, cases[i].message);
    }
    asked_close(&asked);
}

TEST(list, a_name_stands_for_the_id_that_had_it)
{
    struct asked asked;
    struct moment moment;
    struct str id;
    asked_open(&asked);
    struct store_reader *reader = asked.partition->reader;
    assert_ok(resolve(&asked, at_date(&asked, "2018-12-01"), &moment));
    assert_ok(resolve_id(reader, &asked.arena, STR("acme"), ENTITY_SUBJECT, &moment,
                         STR("name:Ada"), &id));
    assert_true(str_eq(id, STR("ada")));
    assert_ok(resolve(&asked, at_date(&asked, "2020-01-01"), &moment));
    assert_code(STATUS_NOT_FOUND, resolve_id(reader, &asked.arena, STR("acme"), ENTITY_SUBJECT,
                                             &moment, STR("name:Ada"), &id));
    assert_ok(
        resolve_id(reader, &asked.arena, STR("acme"), ENTITY_SUBJECT, &moment, STR("bob"), &id));
    assert_true(str_eq(id, STR("bob")));
    assert_code(STATUS_INVALID_ARGUMENT, resolve_id(reader, &asked.arena, STR("acme"),
                                                    ENTITY_SUBJECT, &moment, STR(""), &id));
    assert_code(STATUS_INVALID_ARGUMENT, resolve_id(reader, &asked.arena, STR("acme"),
                                                    ENTITY_SUBJECT, &moment, STR("name:"), &id));
    asked_close(&asked);
}

TEST(history, versions_come_with_their_decisions_newest_first)
{
    struct asked asked;
    struct history_version *versions;
    size_t count;
    asked_open(&asked);
    assert_ok(history_entity(asked.partition->reader, &asked.arena, STR("acme"), ENTITY_SUBJECT,
                             STR("ada"), STORE_LATEST, 10, &versions, &count));
    assert_int_equal(count, 2);
    assert_int_equal(versions[0].since, 8);
    assert_int_equal(versions[0].until, STORE_LATEST);
    assert_int_equal(versions[1].since, 2);
    assert_int_equal(versions[1].until, 8);
    assert_true(str_eq(fields_string(versions[1].entity, "name"), STR("Ada")));
    assert_int_equal(versions[0].decision->command, COMMAND_UPDATE_SUBJECT);
    assert_int_equal(versions[0].decision->n_changed, 1);
    assert_string_equal(versions[0].decision->changed[0]->id, "ada");
    asked_close(&asked);
}

TEST(history, decisions_are_listed_by_org_and_by_subject)
{
    struct asked asked;
    const Agency__V1__DecisionRow **rows;
    size_t count;
    asked_open(&asked);
    struct store_reader *reader = asked.partition->reader;
    assert_ok(history_decisions(reader, &asked.arena, STR("acme"), STORE_LATEST, 3, &rows, &count));
    assert_int_equal(count, 3);
    assert_int_equal(rows[0]->org_sequence, 8);
    assert_int_equal(rows[2]->org_sequence, 6);
    assert_ok(history_decisions(reader, &asked.arena, STR("acme"), 3, 10, &rows, &count));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0]->org_sequence, 2);
    assert_ok(history_subject(reader, &asked.arena, STR("acme"), STR("ada"), STORE_LATEST, 10,
                              &rows, &count));
    assert_int_equal(count, 2);
    assert_int_equal(rows[1]->command, COMMAND_REGISTER_SUBJECT);
    assert_ok(history_subject(reader, &asked.arena, STR("none"), STR("ada"), STORE_LATEST, 10,
                              &rows, &count));
    assert_int_equal(count, 0);
    asked_close(&asked);
}
