/* Checks over HTTP: with the way, of what never was, and many at once. */
#include <stdio.h>

#include "tests/lib/query_kit.h"
#include "tests/lib/test.h"

static struct query_kit kit;

static void grant_ada(const char *permission)
{
    char json[256];
    snprintf(json, sizeof json,
             "{\"grantId\":\"%s\",\"permission\":\"%s\",\"on\":{\"kind\":\"OBJECT_KIND_GROUP\","
             "\"id\":\"red\"},\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"}}",
             permission, permission);
    query_kit_do(&kit, "grantPermission", json);
}

/* Ada may paint the group, and no more. */
static void open_acme(void)
{
    query_kit_open(&kit);
    query_kit_do(&kit, "createGroup", "{\"groupId\":\"red\",\"name\":\"Red\"}");
    query_kit_do(&kit, "registerSubject", "{\"subjectId\":\"ada\",\"name\":\"Ada\"}");
    query_kit_do(&kit, "definePermission", "{\"permission\":\"paint\"}");
    grant_ada("paint");
}

TEST(access, a_check_says_the_way_and_the_position)
{
    open_acme();
    const char *body = query_kit_ask(&kit, "agency.v1.Query/Check", "",
                                     "{\"orgId\":\"acme\",\"subject\":\"name:Ada\","
                                     "\"permission\":\"paint\",\"object\":\"group:red\"}");
    ASSERT_SAYS(&kit, "200 OK", kit.answer);
    ASSERT_SAYS(&kit, "\"allowed\":true", body);
    ASSERT_SAYS(&kit, "\"step\":\"grant\"", body);
    assert_true(query_kit_header(&kit, "agencygrid-position")[0] != '\0');
    query_kit_close(&kit);
}

static const char *ask_check(const char *headers, const char *subject, const char *object)
{
    char json[160];
    snprintf(json, sizeof json,
             "{\"orgId\":\"acme\",\"subject\":\"%s\",\"permission\":\"paint\",\"object\":\"%s\"}",
             subject, object);
    return query_kit_ask(&kit, "agency.v1.Query/Check", headers, json);
}

TEST(access, a_check_of_what_never_was_is_no_denial)
{
    open_acme();
    ASSERT_SAYS(&kit, "expected a Subject, but there is no 'adda', did you mean 'ada'",
                ask_check("", "adda", "group:red"));
    ASSERT_SAYS(&kit, "404", kit.answer);
    ASSERT_SAYS(&kit, "expected a Group, but there is no 'rde', did you mean 'red'",
                ask_check("", "ada", "group:rde"));
    query_kit_bind_ada(&kit);
    grant_ada("Read");
    ASSERT_SAYS(&kit, "no 'adda'\"",
                ask_check(AS_ADA, "adda", "group:red")); /* reads the group alone */
    ASSERT_SAYS(&kit, "permission_denied", ask_check(AS_ADA, "ada", "group:rde"));
    query_kit_do(&kit, "suspendSubject", "{\"subjectId\":\"ada\"}");
    ASSERT_SAYS(&kit, "SUBJECT_NOT_ACTIVE",
                ask_check("", "ada", "group:red")); /* known, and denied */
    query_kit_close(&kit);
}

TEST(access, a_wrong_question_of_a_batch_leaves_the_others_their_answers)
{
    open_acme();
    const char *body = query_kit_ask(
        &kit, "agency.v1.Query/CheckBatch", "",
        "{\"orgId\":\"acme\",\"checks\":["
        "{\"subjects\":[\"ada\"],\"permission\":\"paint\",\"on\":\"group\",\"id\":\"red\"},"
        "{\"subjects\":[\"ada\",\"bo\"],\"permission\":\"paint\",\"on\":\"group\",\"id\":\"red\"},"
        "{\"subjects\":[],\"permission\":\"paint\",\"on\":\"org\"},"
        "{\"subjects\":[\"ada\"],\"permission\":\"paint\",\"on\":\"org\"}]}");
    ASSERT_SAYS(
        &kit,
        "{\"allowed\":[\"ada\"],\"code\":\"OK\"},"
        "{\"code\":\"NOT_FOUND\",\"reason\":\"expected a Subject, but there is no 'bo'\"},"
        "{\"code\":\"INVALID_ARGUMENT\",\"reason\":\"expected subjects, but there are none\"},"
        "{\"code\":\"OK\"}",
        body);
    query_kit_close(&kit);
}
