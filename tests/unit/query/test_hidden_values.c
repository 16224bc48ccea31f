/* Values that may be of what the reader may not read are hidden from him. */
#include <stdio.h>

#include "tests/lib/query_kit.h"
#include "tests/lib/test.h"

static struct query_kit kit;

static void open_acme(void)
{
    query_kit_open(&kit);
    query_kit_do(&kit, "createGroup", "{\"groupId\":\"red\",\"name\":\"Red\"}");
    query_kit_do(&kit, "registerSubject", "{\"subjectId\":\"ada\",\"name\":\"Ada\"}");
    query_kit_bind_ada(&kit);
}

static void let_ada_read(const char *grant, const char *on)
{
    char json[512];
    snprintf(json, sizeof json,
             "{\"grantId\":\"%s\",\"permission\":\"Read\",\"on\":%s,\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"}}",
             grant, on);
    query_kit_do(&kit, "grantPermission", json);
}

static const char *check_under_condition(void)
{
    return query_kit_ask(&kit, "agency.v1.Query/Check", AS_ADA,
                         "{\"orgId\":\"acme\",\"subject\":\"ada\",\"permission\":\"edit\","
                         "\"object\":\"group:red\",\"context\":{\"day\":\"mon\"}}");
}

TEST(hidden_values, who_may_read_an_object_sees_none_of_others_in_conditions)
{
    open_acme();
    query_kit_do(&kit, "definePermission", "{\"permission\":\"edit\"}");
    query_kit_do(&kit, "grantPermission",
                 "{\"grantId\":\"e\",\"permission\":\"edit\",\"on\":{\"kind\":"
                 "\"OBJECT_KIND_GROUP\",\"id\":\"red\"},\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},"
                 "\"condition\":\"subject.name == 'Bea' || context.day == 'tue'\"}");
    let_ada_read("r1", "{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"red\"}");
    ASSERT_SAYS(&kit, "\"part\":\"subject.name\",\"value\":\"hidden\"", check_under_condition());
    ASSERT_SAYS(&kit, "FALSE", kit.answer);
    assert_null(strstr(kit.answer, "'Ada'"));
    let_ada_read("r2", "{\"kind\":\"OBJECT_KIND_SUBJECT\",\"id\":\"ada\"}");
    ASSERT_SAYS(&kit, "\"part\":\"subject.name\",\"value\":\"'Ada'\"", check_under_condition());
    assert_null(strstr(kit.answer, "hidden"));
    query_kit_close(&kit);
}

TEST(hidden_values, who_may_read_an_object_sees_none_of_others_in_constraints)
{
    static const char ask[] = "{\"orgId\":\"acme\",\"entity\":\"group:red\"}";
    open_acme();
    query_kit_do(&kit, "putConstraint",
                 "{\"constraintId\":\"n\",\"enforcement\":\"ENFORCEMENT_AUDIT\",\"commands\":"
                 "[\"UpdateGroup\"],\"expression\":\"org.org_id + 'x' == org.org_id\"}");
    query_kit_do(&kit, "updateGroup", "{\"groupId\":\"red\",\"name\":\"Rot\"}");
    let_ada_read("r1", "{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"red\"}");
    ASSERT_SAYS(&kit, "\"why\":\"hidden\"",
                query_kit_ask(&kit, "agency.v1.Query/ListHistory", AS_ADA, ask));
    assert_null(strstr(kit.answer, "'acme'"));
    ASSERT_SAYS(&kit, "'acme'", query_kit_ask(&kit, "agency.v1.Query/ListHistory", "", ask));
    query_kit_close(&kit);
}
