/* Who sees a profile, and how much of it. */
#include "query/profiles.h"

#include <stdio.h>

#include "tests/lib/query_kit.h"
#include "tests/lib/test.h"

static struct query_kit kit;

/* Of the hash that follows. */
#define ANN_HASH "adaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaada0"
#define AS_ANN "x-principal: " ANN_HASH "\r\n"
#define MARKER "zz-marker"

static void grant(const char *id, const char *permission, const char *on)
{
    char json[512];
    snprintf(json, sizeof json,
             "{\"grantId\":\"%s\",\"permission\":\"%s\",\"on\":%s,\"grantee\":"
             "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ann\"}}",
             id, permission, on);
    query_kit_do(&kit, "grantPermission", json);
}

/* ann reads all, and may see no profile. */
static void begin(void)
{
    query_kit_open(&kit);
    query_kit_do(&kit, "registerSubject", "{\"subjectId\":\"ann\"}");
    query_kit_do(&kit, "bindCredential",
                 "{\"credentialId\":\"c\",\"subjectId\":\"ann\",\"kind\":"
                 "\"CREDENTIAL_KIND_API_KEY\",\"identityHash\":\"" ANN_HASH "\"}");
    query_kit_do(&kit, "registerSubject",
                 "{\"subjectId\":\"bob\",\"profile\":{\"data\":{\"email\":\"" MARKER "\"}}}");
    query_kit_do(&kit, "registerSubject",
                 "{\"subjectId\":\"eve\",\"profile\":{\"data\":{\"email\":\"" MARKER "\"}}}");
    grant("read", "Read", "{\"kind\":\"OBJECT_KIND_ORG\"}");
}

static const char *ask_bob(const char *headers)
{
    return query_kit_ask(&kit, "agency.v1.Entities/GetSubject", headers,
                         "{\"orgId\":\"acme\",\"subjectId\":\"bob\"}");
}

static const char *ask_bob_then(const char *headers)
{
    return query_kit_ask(&kit, "agency.v1.Entities/GetSubject", headers,
                         "{\"orgId\":\"acme\",\"subjectId\":\"bob\",\"asOf\":\"#5\"}");
}

static void assert_shown(const char *text, const char *how)
{
    bool clear = strstr(text, MARKER) != NULL;
    bool right = strstr(text, how) != NULL && clear == (strcmp(how, "\"data\"") == 0);
    if (!right) {
        fail_msg("expected it to be shown as %s: %s", how, text);
    }
}

TEST(profiles, are_shown_to_operators)
{
    begin();
    assert_shown(ask_bob(""), "\"data\"");
    assert_shown(ask_bob_then(""), "\"data\"");
    query_kit_close(&kit);
}

TEST(profiles, are_sealed_to_who_may_only_read)
{
    begin();
    assert_shown(ask_bob(AS_ANN), "\"sealed\"");
    assert_shown(ask_bob_then(AS_ANN), "\"sealed\"");
    query_kit_do(&kit, "setOrgReadMode", "{\"orgId\":\"acme\",\"readMode\":\"READ_MODE_MEMBERS\"}");
    assert_shown(ask_bob(AS_ANN), "\"sealed\"");
    query_kit_close(&kit);
}

TEST(profiles, are_shown_to_who_may_on_their_subject)
{
    begin();
    grant("see", "ReadProfile", "{\"kind\":\"OBJECT_KIND_SUBJECT\",\"id\":\"bob\"}");
    assert_shown(ask_bob(AS_ANN), "\"data\"");
    assert_shown(ask_bob_then(AS_ANN), "\"data\"");
    const char *list =
        query_kit_ask(&kit, "agency.v1.Entities/ListSubjects", AS_ANN, "{\"orgId\":\"acme\"}");
    const char *first = strstr(list, MARKER);
    assert_non_null(first);
    assert_null(strstr(first + 1, MARKER)); /* eve's is not */
    assert_non_null(strstr(first, "\"sealed\""));
    query_kit_do(&kit, "revokePermission", "{\"grantId\":\"see\"}");
    assert_shown(ask_bob(AS_ANN), "\"sealed\"");
    assert_shown(ask_bob_then(AS_ANN), "\"sealed\"");
    query_kit_close(&kit);
}

TEST(profiles, are_shown_of_all_to_who_may_on_the_org)
{
    begin();
    grant("see", "ReadProfile", "{\"kind\":\"OBJECT_KIND_ORG\"}");
    const char *list =
        query_kit_ask(&kit, "agency.v1.Entities/ListSubjects", AS_ANN, "{\"orgId\":\"acme\"}");
    const char *first = strstr(list, MARKER);
    assert_non_null(first);
    assert_non_null(strstr(first + 1, MARKER));
    query_kit_close(&kit);
}

TEST(profiles, are_masked_as_they_are_shown)
{
    begin();
    const char *bob =
        query_kit_ask(&kit, "agency.v1.Entities/GetSubject", "",
                      "{\"orgId\":\"acme\",\"subjectId\":\"bob\",\"readMask\":\"profile.data\"}");
    assert_shown(bob, "\"data\"");
    bob = query_kit_ask(&kit, "agency.v1.Entities/GetSubject", "",
                        "{\"orgId\":\"acme\",\"subjectId\":\"bob\",\"readMask\":\"name\"}");
    assert_null(strstr(bob, "profile"));
    query_kit_close(&kit);
}

TEST(profiles, are_erased_with_their_subject_then_and_before)
{
    begin();
    query_kit_do(&kit, "eraseSubject", "{\"subjectId\":\"bob\"}");
    assert_shown(ask_bob(""), "\"erased\"");
    assert_shown(ask_bob_then(""), "\"erased\""); /* though its key is there still */
    assert_shown(ask_bob_then(AS_ANN), "\"erased\"");
    query_kit_close(&kit);
}

TEST(profiles, are_erased_with_their_org)
{
    begin();
    query_kit_do(&kit, "eraseOrg", "{\"orgId\":\"acme\"}");
    assert_shown(ask_bob(""), "\"erased\"");
    assert_shown(ask_bob_then(""), "\"erased\"");
    query_kit_close(&kit);
}

TEST(profiles, whose_key_is_not_here_stay_sealed)
{
    begin();
    assert_ok(keyring_destroy(&kit.log.keyring, STR("acme"), STR("bob")));
    assert_shown(ask_bob(""), "\"sealed\"");
    assert_non_null(strstr(query_kit_header(&kit, "agencygrid-note"), "sealed"));
    query_kit_close(&kit);
}
