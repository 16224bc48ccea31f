/* What a subject ever had, with the decisions at both ends. */
#include "query/access_spans.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/query_kit.h"
#include "tests/lib/test.h"

static struct query_kit kit;

static void grant_to_red(const char *id, const char *permission)
{
    char json[320];
    snprintf(json, sizeof json,
             "{\"grantId\":\"%s\",\"permission\":\"%s\",\"on\":{\"kind\":\"OBJECT_KIND_GROUP\","
             "\"id\":\"red\"},\"grantee\":{\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"red\"}}",
             id, permission);
    query_kit_do(&kit, "grantPermission", json);
}

static void seat_ada(bool gives)
{
    query_kit_do(&kit, gives ? "assignRole" : "revokeRole",
                 "{\"roleId\":\"r\",\"subjectId\":\"ada\"}");
}

/* By a seat in red ada has Read from 7 to 8 and from 10 to 12, Late from 10 on. */
static void open_spans(void)
{
    query_kit_open(&kit);
    query_kit_do(&kit, "createGroup", "{\"groupId\":\"red\"}");
    query_kit_do(&kit, "registerSubject", "{\"subjectId\":\"ada\"}");
    query_kit_do(&kit, "defineRoleType", "{\"roleType\":\"lead\"}");
    query_kit_do(&kit, "createRole",
                 "{\"roleId\":\"r\",\"roleType\":\"lead\",\"groupIds\":[\"red\"]}");
    grant_to_red("read", "Read");
    seat_ada(true);
    seat_ada(false);
    grant_to_red("seat", "AssignRole");
    seat_ada(true);
    query_kit_do(&kit, "createGroup", "{\"groupId\":\"blue\"}");
    query_kit_do(&kit, "revokePermission", "{\"grantId\":\"read\"}");
}

/* "7-8 10-12 10-0 ": the numbers of the decisions at both ends. */
static const char *spans_of(const char *more)
{
    static char text[128];
    char ask[256];
    snprintf(ask, sizeof ask, "{\"orgId\":\"acme\",\"subject\":\"ada\"%s}", more);
    const char *at = query_kit_ask(&kit, "agency.v1.Query/ListAccessSpans", "", ask);
    text[0] = '\0';
    while ((at = strstr(at, "{\"subjectId\":\"ada\"")) != NULL) {
        const char *next = strstr(at + 1, "{\"subjectId\":\"ada\"");
        unsigned numbers[2] = { 0 };
        static const char *const ends[] = { "\"begun\":{", "\"ended\":{" };
        for (int i = 0; i < 2; i++) {
            const char *end = strstr(at, ends[i]);
            end = end != NULL && (next == NULL || end < next) ? strstr(end, "orgSequence") : NULL;
            numbers[i] = end == NULL ? 0 : (unsigned)strtoul(end + 14, NULL, 10);
        }
        snprintf(text + strlen(text), 16, "%u-%u ", numbers[0], numbers[1]);
        at++;
    }
    return text;
}

TEST(access_spans, have_the_decisions_at_both_ends)
{
    open_spans();
    assert_string_equal(spans_of(""), "7-8 10-0 10-12 ");
    assert_string_equal(spans_of(",\"asOf\":\"#11\""), "7-8 10-0 10-0 ");
    assert_string_equal(spans_of(",\"from\":\"#7\""), "0-8 10-0 10-12 ");
    assert_string_equal(spans_of(",\"object\":\"group:blue\""), "");
    assert_string_equal(spans_of(",\"object\":\"group:red\""), "7-8 10-0 10-12 ");
    query_kit_close(&kit);
}

TEST(access_spans, come_page_by_page)
{
    char token[256], more[320];
    open_spans();
    assert_string_equal(spans_of(",\"pageSize\":2"), "7-8 10-0 ");
    const char *next = strstr(kit.answer, "nextPageToken\":\"");
    assert_non_null(next);
    snprintf(token, sizeof token, "%.*s", (int)strcspn(next + 16, "\""), next + 16);
    snprintf(more, sizeof more, ",\"pageToken\":\"%s\"", token);
    seat_ada(false);
    assert_string_equal(spans_of(more), "10-12 ");
    assert_null(strstr(kit.answer, "nextPageToken"));
    query_kit_close(&kit);
}

TEST(access_spans, are_of_somebody)
{
    open_spans();
    query_kit_ask(&kit, "agency.v1.Query/ListAccessSpans", "", "{\"orgId\":\"acme\"}");
    assert_non_null(strstr(kit.answer, "expected a subject"));
    assert_string_equal(spans_of(",\"subject\":\"adda\""), "");
    query_kit_close(&kit);
}
