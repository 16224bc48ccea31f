/* Questions over the network: which service has which, how a moment is named, who may ask. What is
 * answered, tests/cli, tests/truth and tests/api show. */
#include "query/service/query_service.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "agency/v1/entities_service.pb-c.h"
#include "agency/v1/query_service.pb-c.h"
#include "core/model/token.h"
#include "tests/lib/query_kit.h"
#include "tests/lib/test.h"

static struct query_kit kit;

static void make_acme(void)
{
    query_kit_do(&kit, "createGroup", "{\"groupId\":\"red\",\"name\":\"Red\"}");
    query_kit_do(&kit, "registerSubject",
                 "{\"subjectId\":\"ada\",\"name\":\"Ada\",\"type\":\"SUBJECT_TYPE_HUMAN\"}");
    query_kit_do(&kit, "definePermission", "{\"permission\":\"paint\"}");
    query_kit_do(
        &kit, "grantPermission",
        "{\"grantId\":\"g\",\"permission\":\"paint\",\"on\":{\"kind\":\"OBJECT_KIND_GROUP\","
        "\"id\":\"red\"},\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"}}");
}

static void open_acme(void)
{
    query_kit_open(&kit);
    make_acme();
}

TEST(query_service, every_method_of_its_services_is_a_question)
{
    const ProtobufCServiceDescriptor *services[] = { &agency__v1__query__descriptor,
                                                     &agency__v1__entities__descriptor };
    struct question question;
    size_t count = 0;
    for (; question_at(count, &question); count++) {
        const ProtobufCMethodDescriptor *method =
            protobuf_c_service_descriptor_get_method_by_name(question.service, question.method);
        assert_non_null(method);
        assert_ptr_equal(method->input, question.input);
        assert_ptr_equal(method->output, question.output);
    }
    assert_int_equal(count, services[0]->n_methods + services[1]->n_methods);
}

TEST(query_service, each_kind_has_its_methods)
{
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        char name[64];
        if (type != NULL) {
            snprintf(name, sizeof name, "Get%s", type->name);
            assert_non_null(protobuf_c_service_descriptor_get_method_by_name(
                &agency__v1__entities__descriptor, name));
        }
    }
    assert_non_null(protobuf_c_service_descriptor_get_method_by_name(
        &agency__v1__entities__descriptor, "ListOrgChildren"));
}

static void ask_between_changes(void)
{
    static const char ask[] = "{\"orgId\":\"acme\",\"subject\":\"ada\",\"permission\":\"paint\","
                              "\"object\":\"group:red\"}";
    char past[256];
    for (unsigned i = 0; i < 20; i++) {
        for (unsigned again = 0; again < 3; again++) {
            ASSERT_SAYS(&kit, "\"allowed\":true",
                        query_kit_ask(&kit, "agency.v1.Query/Check", "", ask));
        }
        query_kit_do(&kit, "suspendSubject", "{\"subjectId\":\"ada\"}");
        ASSERT_SAYS(&kit, "SUBJECT_NOT_ACTIVE",
                    query_kit_ask(&kit, "agency.v1.Query/Check", "", ask));
        snprintf(past, sizeof past, "{\"asOf\":\"#%u\",%s", 5 + 2 * i, ask + 1);
        ASSERT_SAYS(&kit, "\"allowed\":true",
                    query_kit_ask(&kit, "agency.v1.Query/Check", "", past));
        query_kit_do(&kit, "resumeSubject", "{\"subjectId\":\"ada\"}");
    }
}

static atomic_bool enough;

static void *ask_on(void *argument)
{
    struct query_kit own = { .port = kit.port };
    (void)argument;
    while (!atomic_load(&enough)) {
        query_kit_ask(&own, "agency.v1.Entities/GetGroup", "",
                      "{\"orgId\":\"acme\",\"groupId\":\"red\"}");
    }
    return NULL;
}

/* More than there are workers, so that some do not rest between changes. */
static void ask_among_others(void)
{
    pthread_t others[4];
    atomic_store(&enough, false);
    make_acme();
    for (size_t i = 0; i < 4; i++) {
        pthread_create(&others[i], NULL, ask_on, NULL);
    }
    ask_between_changes();
    atomic_store(&enough, true);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(others[i], NULL);
    }
}

TEST(query_service, who_asks_among_others_sees_each_change)
{
    query_kit_open(&kit);
    ask_among_others();
    query_kit_close(&kit);
    query_kit_open_on_disk(&kit);
    ask_among_others();
    query_kit_close(&kit);
}

TEST(query_service, entities_are_got_and_listed_as_they_are)
{
    open_acme();
    const char *body = query_kit_ask(&kit, "agency.v1.Entities/GetGroup", "",
                                     "{\"orgId\":\"acme\",\"groupId\":\"name:Red\"}");
    ASSERT_SAYS(&kit, "{\"groupId\":\"red\",\"name\":\"Red\",", body);
    body = query_kit_ask(&kit, "agency.v1.Entities/GetGroup", "",
                         "{\"orgId\":\"acme\",\"groupId\":\"red\",\"readMask\":\"name\"}");
    assert_string_equal(body, "{\"name\":\"Red\"}");
    body = query_kit_ask(&kit, "agency.v1.Entities/ListSubjects", "",
                         "{\"orgId\":\"acme\",\"filters\":[\"name=Ada\"],"
                         "\"readMask\":\"subjectId\"}");
    ASSERT_SAYS(&kit,
                "{\"items\":[{\"subjectId\":\"ada\"}],\"index\":\"NAME\",\"looked\":\"1\",\"at\":{",
                body);
    body = query_kit_ask(&kit, "agency.v1.Entities/GetGroup", "",
                         "{\"orgId\":\"acme\",\"groupId\":\"red\",\"readMask\":\"nam\"}");
    ASSERT_SAYS(&kit, "invalid_argument", body);
    body = query_kit_ask(&kit, "agency.v1.Entities/GetGroup", "",
                         "{\"orgId\":\"acme\",\"groupId\":\"blue\"}");
    ASSERT_SAYS(&kit, "not_found", body);
    query_kit_close(&kit);
}

TEST(query_service, a_mask_goes_into_messages)
{
    static const char *const cases[][2] = {
        { "on.id", "{\"on\":{\"id\":\"red\"}}" },
        { "on.id,grantee.kind,on.kind,grantId",
          "{\"grantId\":\"g\",\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\"},"
          "\"on\":{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"red\"}}" },
        { "on.id,on", "{\"on\":{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"red\"}}" },
        { "on,on.id", "{\"on\":{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"red\"}}" },
        { "on.id,on.id", "{\"on\":{\"id\":\"red\"}}" },
    };
    char request[256];
    open_acme();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(request, sizeof request,
                 "{\"orgId\":\"acme\",\"grantId\":\"g\",\"readMask\":\"%s\"}", cases[i][0]);
        assert_string_equal(query_kit_ask(&kit, "agency.v1.Entities/GetGrant", "", request),
                            cases[i][1]);
    }
    query_kit_close(&kit);
}

TEST(query_service, json_by_a_path_shows_what_is_not_set_unless_parts_are_asked_for)
{
    static const struct rpc_route route = { .verb = "POST",
                                            .template = "/v1/groups:get",
                                            .method = "agency.v1.Entities/GetGroup",
                                            .body = "*" };
    static const char whole[] = "{\"orgId\":\"acme\",\"groupId\":\"red\"}";
    query_kit_open_with(&kit, &route);
    make_acme();
    ASSERT_SAYS(&kit, "\"parentGroupId\":\"\"", query_kit_ask(&kit, "v1/groups:get", "", whole));
    ASSERT_SAYS(&kit, "\"includedGroupIds\":[]", kit.answer);
    assert_null(strstr(query_kit_ask(&kit, "agency.v1.Entities/GetGroup", "", whole), ":[]"));
    assert_string_equal(query_kit_ask(&kit, "v1/groups:get", "",
                                      "{\"orgId\":\"acme\",\"groupId\":\"red\","
                                      "\"readMask\":\"name,parentGroupId\"}"),
                        "{\"name\":\"Red\"}");
    query_kit_close(&kit);
}

/* Also where nothing is listed. */
TEST(query_service, a_mask_names_fields)
{
    static const char *const wrong[] = { "on.idd",
                                         "on.id.x",
                                         "on.",
                                         "grantId.x",
                                         "createdAt.nanos",
                                         "metadata.team",
                                         "grantee.roleTypes.x" };
    char request[256];
    open_acme();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(request, sizeof request,
                 "{\"orgId\":\"acme\",\"filters\":[\"grant_id=none\"],\"readMask\":\"%s\"}",
                 wrong[i]);
        ASSERT_SAYS(&kit, "invalid_argument",
                    query_kit_ask(&kit, "agency.v1.Entities/ListGrants", "", request));
        ASSERT_SAYS(&kit, "mask", kit.answer);
    }
    query_kit_close(&kit);
}

TEST(query_service, a_mask_has_few_paths)
{
    struct buf many = { 0 };
    open_acme();
    buf_printf(&many, "{\"orgId\":\"acme\",\"readMask\":\"name");
    for (int i = 0; i < 100; i++) {
        buf_printf(&many, ",name");
    }
    buf_printf(&many, "\"}%c", '\0');
    query_kit_ask(&kit, "agency.v1.Entities/ListGrants", "", many.data);
    ASSERT_SAYS(&kit, "expected at most 100 paths, but there are 101", kit.answer);
    buf_release(&many);
    query_kit_close(&kit);
}

static void open_of_groups(int count)
{
    char group[32];
    query_kit_open(&kit);
    for (int i = 0; i < count; i++) {
        snprintf(group, sizeof group, "{\"groupId\":\"g%03d\"}", i);
        query_kit_do(&kit, "createGroup", group);
    }
}

/* As bytes they are nearly nothing, but not when they are decoded for JSON. */
TEST(query_service, a_page_of_small_parts_is_written)
{
    open_of_groups(1000);
    const char *body = query_kit_ask(&kit, "agency.v1.Entities/ListGroups", "",
                                     "{\"orgId\":\"acme\",\"pageSize\":1000,"
                                     "\"readMask\":\"name\"}");
    ASSERT_SAYS(&kit, "{\"items\":[{},{},", body);
    ASSERT_SAYS(&kit, "\"looked\":\"1000\"", body);
    query_kit_close(&kit);
}

/* Each group takes 6,001 gas: a page holds what 5,000,000 of it buy. */
TEST(query_service, a_list_says_that_its_budget_has_cut_it)
{
    static const char ask[] =
        "{\"orgId\":\"acme\",\"readMask\":\"name\",\"pageSize\":1000,\"filter\":"
        "\"[1,2,3,4,5,6,7,8,9].all(x, [1,2,3,4,5,6,7,8,9].all(y, [1,2,3,4,5,6,7,8].all(z,"
        " x + y + z > 0)))\"}";
    open_of_groups(1000);
    const char *body = query_kit_ask(&kit, "agency.v1.Entities/ListGroups", "", ask);
    ASSERT_SAYS(&kit, "\"cut\":true", body);
    ASSERT_SAYS(&kit, "\"nextPageToken\":\"", body);
    ASSERT_SAYS(&kit, "\"looked\":\"1000\"", body);
    query_kit_close(&kit);
}

static const char *grant_red_to(const char *kind, const char *id)
{
    static char grant[256];
    snprintf(grant, sizeof grant,
             "{\"grantId\":\"g-%s\",\"permission\":\"paint\",\"on\":{\"kind\":\"OBJECT_KIND_%s\","
             "\"id\":\"%s\"},\"grantee\":{\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"red\"}}",
             kind, kind, id);
    return grant;
}

TEST(query_service, costly_objects_are_told_page_by_page)
{
    open_acme();
    query_kit_do(&kit, "grantPermission", grant_red_to("GROUP", "red"));
    query_kit_do(&kit, "grantPermission", grant_red_to("SUBJECT", "ada"));
    const char *body =
        query_kit_ask(&kit, "agency.v1.Query/ListCostlyObjects", "", "{\"orgId\":\"acme\"}");
    ASSERT_SAYS(&kit, "{\"at\":{", body); /* none over 5,000 */
    body = query_kit_ask(&kit, "agency.v1.Query/ListCostlyObjects", "",
                         "{\"orgId\":\"acme\",\"above\":1,\"pageSize\":1}");
    ASSERT_SAYS(&kit,
                "{\"items\":[{\"object\":\"group:red\",\"grants\":\"1\",\"groups\":\"1\","
                "\"lookups\":\"2\"}],\"nextPageToken\":\"",
                body);
    char token[256], next[512];
    sscanf(strstr(body, "nextPageToken") + strlen("nextPageToken\":\""), "%255[^\"]", token);
    snprintf(next, sizeof next,
             "{\"orgId\":\"acme\",\"above\":1,\"pageSize\":1,\"pageToken\":\"%s\"}", token);
    body = query_kit_ask(&kit, "agency.v1.Query/ListCostlyObjects", "", next);
    ASSERT_SAYS(&kit, "{\"items\":[{\"object\":\"subject:ada\"", body);
    assert_null(strstr(body, "nextPageToken"));
    query_kit_close(&kit);
}

TEST(query_service, the_parts_of_a_key_are_fields)
{
    open_acme();
    query_kit_do(&kit, "setConfig", "{\"kind\":\"ENTITY_KIND_ORG\",\"key\":\"k\",\"value\":\"v\"}");
    const char *body = query_kit_ask(&kit, "agency.v1.Entities/GetConfig", "",
                                     "{\"orgId\":\"acme\",\"kind\":\"ENTITY_KIND_ORG\","
                                     "\"key\":\"k\",\"readMask\":\"value\"}");
    assert_string_equal(body, "{\"value\":\"v\"}");
    body = query_kit_ask(&kit, "agency.v1.Entities/GetOrg", "",
                         "{\"orgId\":\"acme\",\"readMask\":\"orgId\"}");
    assert_string_equal(body, "{\"orgId\":\"acme\"}");
    query_kit_close(&kit);
}

TEST(query_service, a_moment_is_named_in_the_request_or_beside_it)
{
    static const char ask[] = "{\"orgId\":\"acme\",\"subject\":\"ada\",\"permission\":\"paint\","
                              "\"object\":\"group:red\",\"asOf\":\"#4\"}";
    static const char plain[] = "{\"orgId\":\"acme\",\"groupId\":\"red\"}";
    open_acme();
    ASSERT_SAYS(&kit, "NOT_GRANTED", query_kit_ask(&kit, "agency.v1.Query/Check", "", ask));
    ASSERT_SAYS(
        &kit, "not_found",
        query_kit_ask(&kit, "agency.v1.Entities/GetGroup", "agencygrid-as-of: #1\r\n", plain));
    ASSERT_SAYS(&kit, "invalid_argument",
                query_kit_ask(&kit, "agency.v1.Query/Check", "agencygrid-as-of: #1\r\n", ask));
    query_kit_close(&kit);
}

static void *do_later(void *argument)
{
    (void)argument;
    usleep(50000);
    query_kit_do(&kit, "createGroup", "{\"groupId\":\"blue\",\"name\":\"Blue\"}");
    return NULL;
}

/* A token of the decision to come: of the same history, one further. */
static void next_token(char header[256])
{
    Agency__V1__Token token;
    struct arena arena;
    struct str text;
    arena_init(&arena, 1 << 16);
    moment_token(&kit.partition->position, kit.partition->position.chain.sequence + 1, 6, &token);
    assert_ok(token_format(&arena, &token, &text));
    snprintf(header, 256, "agencygrid-at-least: %.*s\r\n", STR_ARG(text));
    arena_release(&arena);
}

TEST(query_service, at_least_waits_for_a_decision)
{
    static const char ask[] = "{\"orgId\":\"acme\",\"groupId\":\"blue\",\"readMask\":\"name\"}";
    char header[256];
    pthread_t thread;
    open_acme();
    next_token(header);
    pthread_create(&thread, NULL, do_later, NULL);
    const char *body = query_kit_ask(&kit, "agency.v1.Entities/GetGroup", header, ask);
    assert_string_equal(body, "{\"name\":\"Blue\"}");
    pthread_join(thread, NULL);
    next_token(header);
    body = query_kit_ask(&kit, "agency.v1.Entities/GetGroup", header, ask);
    ASSERT_SAYS(&kit, "unavailable", body);
    query_kit_close(&kit);
}

TEST(query_service, who_may_read_nothing_learns_nothing)
{
    open_acme();
    query_kit_bind_ada(&kit);
    struct question question;
    for (size_t i = 0; question_at(i, &question); i++) {
        char name[96];
        bool of_org =
            protobuf_c_message_descriptor_get_field_by_name(question.input, "org_id") != NULL;
        snprintf(name, sizeof name, "%s/%s", question.service->name, question.method);
        for (int known = 0; known < 2 && of_org; known++) {
            const char *body = query_kit_ask(&kit, name, AS_ADA,
                                             known ? "{\"orgId\":\"acme\"}" : "{\"orgId\":\"x\"}");
            ASSERT_SAYS(&kit, "permission_denied", body);
        }
    }
    assert_null(strstr(query_kit_ask(&kit, "agency.v1.Query/ListOrgs", AS_ADA, "{}"), "items"));
    assert_null(strstr(query_kit_ask(&kit, "agency.v1.Query/ListOrgTree", AS_ADA, "{}"), "items"));
    ASSERT_SAYS(&kit, "not_found",
                query_kit_ask(&kit, "agency.v1.Query/ListOrgTree", AS_ADA, "{\"root\":\"acme\"}"));
    query_kit_close(&kit);
}

TEST(query_service, who_may_read_an_object_may_ask_about_it)
{
    open_acme();
    query_kit_bind_ada(&kit);
    query_kit_do(
        &kit, "grantPermission",
        "{\"grantId\":\"r\",\"permission\":\"Read\",\"on\":{\"kind\":\"OBJECT_KIND_GROUP\","
        "\"id\":\"red\"},\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"}}");
    ASSERT_SAYS(&kit, "\"Red\"",
                query_kit_ask(&kit, "agency.v1.Entities/GetGroup", AS_ADA,
                              "{\"orgId\":\"acme\",\"groupId\":\"red\"}"));
    ASSERT_SAYS(&kit, "permission_denied",
                query_kit_ask(&kit, "agency.v1.Entities/GetGroup", AS_ADA,
                              "{\"orgId\":\"acme\",\"groupId\":\"blue\"}"));
    ASSERT_SAYS(&kit, "permission_denied",
                query_kit_ask(&kit, "agency.v1.Entities/GetSubject", AS_ADA,
                              "{\"orgId\":\"acme\",\"subjectId\":\"ada\"}"));
    query_kit_close(&kit);
}

TEST(query_service, who_has_lost_his_right_has_lost_it_for_the_past)
{
    static const char past[] = "{\"orgId\":\"acme\",\"asOf\":\"#7\",\"pageSize\":1}";
    open_acme();
    query_kit_bind_ada(&kit);
    query_kit_do(&kit, "grantPermission",
                 "{\"grantId\":\"r\",\"permission\":\"Read\",\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},"
                 "\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"}}");
    ASSERT_SAYS(&kit, "{\"items\":[{\"orgId\":\"acme\"",
                query_kit_ask(&kit, "agency.v1.Query/ListOrgs", AS_ADA, "{}"));
    ASSERT_SAYS(&kit, "200 OK",
                (query_kit_ask(&kit, "agency.v1.Query/ListHistory", AS_ADA, past), kit.answer));
    query_kit_do(&kit, "revokePermission", "{\"grantId\":\"r\"}");
    ASSERT_SAYS(&kit, "permission_denied",
                query_kit_ask(&kit, "agency.v1.Query/ListHistory", AS_ADA, past));
    query_kit_close(&kit);
}

TEST(query_service, pages_end_and_are_bounded)
{
    char token[256], ask[512];
    open_acme();
    const char *body = query_kit_ask(&kit, "agency.v1.Query/ListHistory", "",
                                     "{\"orgId\":\"acme\",\"pageSize\":3,\"changes\":true}");
    ASSERT_SAYS(&kit, "\"orgSequence\":\"5\"", body);
    ASSERT_SAYS(&kit, "type.googleapis.com/agency.v1.Subject", body);
    const char *next = strstr(body, "\"nextPageToken\":\"");
    assert_non_null(next);
    snprintf(token, sizeof token, "%.*s", (int)strcspn(next + 17, "\""), next + 17);
    snprintf(ask, sizeof ask,
             "{\"orgId\":\"acme\",\"pageSize\":3,\"changes\":true,\"pageToken\":\"%s\"}", token);
    body = query_kit_ask(&kit, "agency.v1.Query/ListHistory", "", ask);
    ASSERT_SAYS(&kit, "\"orgSequence\":\"1\"", body);
    assert_null(strstr(body, "nextPageToken"));
    ASSERT_SAYS(&kit, "invalid_argument",
                query_kit_ask(&kit, "agency.v1.Query/ListHistory", "",
                              "{\"orgId\":\"acme\",\"pageSize\":1001}"));
    ASSERT_SAYS(&kit, "{\"items\":[{\"orgId\":\"acme\"",
                query_kit_ask(&kit, "agency.v1.Query/ListOrgs", "", "{}"));
    query_kit_close(&kit);
}
