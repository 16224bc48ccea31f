/* Questions that compare two moments: what they say of the other one, and of names that nobody has
 * at either. */
#include "query/other_moment.h"

#include <stdio.h>

#include "tests/lib/query_kit.h"
#include "tests/lib/test.h"

static struct query_kit kit;

static void open_acme(void)
{
    query_kit_open(&kit);
    query_kit_do(&kit, "createGroup", "{\"groupId\":\"red\"}");
    query_kit_do(&kit, "registerSubject", "{\"subjectId\":\"ada\"}");
}

static void assert_says(const char *part, const char *method, const char *headers, const char *json)
{
    char path[64];
    snprintf(path, sizeof path, "agency.v1.Query/%s", method);
    query_kit_ask(&kit, path, headers, json);
    if (strstr(kit.answer, part) == NULL) {
        fail_msg("expected '%s' in: %s", part, kit.answer);
    }
}

TEST(other_moment, who_never_was_is_not_found)
{
    open_acme();
    assert_says("not_found", "DiffAccess", "",
                "{\"orgId\":\"acme\",\"from\":\"#1\",\"subject\":\"adda\"}");
    assert_says("did you mean 'ada'", "ListAccessChanges", "",
                "{\"orgId\":\"acme\",\"subject\":\"adda\"}");
    assert_says("not_found", "ListAccessChanges", "",
                "{\"orgId\":\"acme\",\"object\":\"group:rod\"}");
    assert_says("not_found", "Diff", "",
                "{\"orgId\":\"acme\",\"from\":\"#1\",\"entity\":\"group:rod\"}");
    assert_says("not_found", "Diff", "",
                "{\"orgId\":\"acme\",\"from\":\"#1\",\"entity\":\"group:rod\",\"all\":true}");
    query_kit_close(&kit);
}

TEST(other_moment, who_is_there_only_at_the_later_one_is_known)
{
    open_acme();
    assert_says("200 OK", "DiffAccess", "",
                "{\"orgId\":\"acme\",\"from\":\"#3\",\"asOf\":\"#1\",\"subject\":\"ada\"}");
    assert_says("200 OK", "Diff", "",
                "{\"orgId\":\"acme\",\"from\":\"#3\",\"asOf\":\"#1\",\"entity\":\"group:red\","
                "\"all\":true}");
    query_kit_close(&kit);
}

/* The log passes nothing by itself here, so `now` is open. */
TEST(other_moment, is_as_final_as_the_answer_must_be)
{
    static const char *const asks[] = { "Diff", "DiffAccess", "ListAccessChanges" };
    open_acme();
    for (size_t i = 0; i < 3; i++) {
        assert_says("200 OK", asks[i], "", "{\"orgId\":\"acme\",\"from\":\"now\"}");
        assert_says("unavailable", asks[i], "agencygrid-final: true\r\n",
                    "{\"orgId\":\"acme\",\"from\":\"now\"}");
        assert_says("200 OK", asks[i], "agencygrid-final: true\r\n",
                    "{\"orgId\":\"acme\",\"from\":\"#2\"}");
    }
    query_kit_close(&kit);
}

TEST(other_moment, who_is_erased_has_ended)
{
    open_acme();
    query_kit_do(&kit, "eraseSubject", "{\"subjectId\":\"ada\"}");
    assert_says("\"difference\":\"DIFFERENCE_ENDED\"", "Diff", "",
                "{\"orgId\":\"acme\",\"from\":\"#3\",\"entity\":\"subject:ada\"}");
    query_kit_close(&kit);
}
