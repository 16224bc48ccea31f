/* The stream of an org's decisions, as server-sent events: the protocol is core/rpc's. */
#include "query/service/watch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/query_kit.h"
#include "tests/lib/test.h"

static struct query_kit kit;

static void make_group(const char *id)
{
    char json[64];
    snprintf(json, sizeof json, "{\"groupId\":\"%s\"}", id);
    query_kit_do(&kit, "createGroup", json);
}

static int begin(const char *query, const char *headers)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(kit.port) };
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    dprintf(fd, "GET /watch/acme?%s HTTP/1.1\r\nHost: here\r\nConnection: close\r\n%s\r\n", query,
            headers);
    kit.answer[0] = '\0';
    return fd;
}

/* Reads on until a part has come; fails when the stream ends before. */
static void await(int fd, const char *part)
{
    size_t size = strlen(kit.answer);
    ssize_t got = 1;
    while (strstr(kit.answer, part) == NULL && got > 0 && size + 1 < sizeof kit.answer) {
        got = read(fd, kit.answer + size, sizeof kit.answer - 1 - size);
        size += got > 0 ? (size_t)got : 0;
        kit.answer[size] = '\0';
    }
    if (strstr(kit.answer, part) == NULL) {
        fail_msg("expected '%s' in: %s", part, kit.answer);
    }
}

static void open_watched(void)
{
    static const struct rpc_route route = { .verb = "GET",
                                            .template = "/watch/{org_id}",
                                            .method = "agency.v1.Watch/Watch" };
    query_kit_open_with(&kit, &route);
    make_group("g1");
}

TEST(watch, tells_what_has_happened_and_then_what_happens)
{
    open_watched();
    int fd = begin("after=%231", "");
    await(fd, "\"g1\"");
    assert_null(strstr(kit.answer, "CreateOrg"));
    make_group("g2");
    await(fd, "\"g2\"");
    make_group("g3");
    await(fd, "\"g3\"");
    assert_non_null(strstr(kit.answer, "\"after\":{\"@type\":\"type.googleapis.com/"));
    close(fd);
    query_kit_close(&kit);
}

/* What a stream of all that has happened tells of an entity, a note: the numbers of its decisions.
 */
static const char *told_of(const char *query)
{
    static char numbers[256];
    const char *mark = "\"orgSequence\":\"", *at;
    char ask[256];
    snprintf(ask, sizeof ask, "after=%%231&once=true&%s", query);
    int fd = begin(ask, "");
    size_t size = 0;
    for (ssize_t got = 1; got > 0 && size + 1 < sizeof kit.answer; size += (size_t)got) {
        got = read(fd, kit.answer + size, sizeof kit.answer - 1 - size);
        assert_true(got >= 0);
    }
    kit.answer[size] = '\0';
    close(fd);
    numbers[0] = '\0';
    for (at = kit.answer; (at = strstr(at, mark)) != NULL;) {
        at += strlen(mark);
        snprintf(numbers + strlen(numbers), 8, "%.*s ", (int)strcspn(at, "\""), at);
    }
    return numbers;
}

TEST(watch, tells_of_an_entity_a_subject_and_what_hangs_on_it_only)
{
    open_watched(); /* 2: group g1 */
    query_kit_do(&kit, "registerSubject", "{\"subjectId\":\"ada\"}");
    query_kit_do(&kit, "defineRoleType", "{\"roleType\":\"lead\"}");
    query_kit_do(&kit, "createRole",
                 "{\"roleId\":\"r\",\"roleType\":\"lead\",\"groupIds\":[\"g1\"]}");
    query_kit_do(&kit, "assignRole", "{\"roleId\":\"r\",\"subjectId\":\"ada\"}");
    query_kit_do(&kit, "archiveGroup", "{\"groupId\":\"g1\"}");
    make_group("g2");
    assert_string_equal(told_of("entity=group:g1"), "2 7 ");
    assert_string_equal(told_of("entity=group:g1&all=true"), "2 5 6 7 ");
    assert_string_equal(told_of("entity=subject:ada"), "3 6 ");
    assert_string_equal(told_of("entity=role:r"), "5 ");
    assert_string_equal(told_of("note=pr=1"), "");
    assert_string_equal(told_of(""), "2 3 4 5 6 7 8 ");
    query_kit_close(&kit);
}

TEST(watch, says_what_it_cannot_follow)
{
    open_watched();
    static const char *const wrong[][2] = { { "entity=group:g11", "did you mean 'g1'" },
                                            { "entity=grp:g1", "expected a kind" },
                                            { "all=true", "an entity with all" },
                                            { "entity=permission:x&all=true", "not a Permission" },
                                            { "note=pr", "NAME=VALUE" } };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int fd = begin(wrong[i][0], "");
        await(fd, wrong[i][1]);
        close(fd);
    }
    query_kit_close(&kit);
}

TEST(watch, tells_who_gained_and_lost_access_where_that_is_asked)
{
    open_watched();
    int fd = begin("after=%232&access=true", "");
    query_kit_do(&kit, "registerSubject", "{\"subjectId\":\"ada\"}");
    query_kit_do(
        &kit, "grantPermission",
        "{\"grantId\":\"g\",\"permission\":\"Read\",\"on\":{\"kind\":\"OBJECT_KIND_GROUP\","
        "\"id\":\"g1\"},\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"}}");
    await(fd, "\"access\":{\"lines\":[{\"subjectId\":\"ada\",\"permission\":\"Read\","
              "\"object\":\"group:g1\",\"gained\":true,");
    query_kit_do(&kit, "suspendSubject", "{\"subjectId\":\"ada\"}");
    await(fd, "\"object\":\"group:g1\",\"gained\":false,");
    close(fd);
    query_kit_close(&kit);
}

TEST(watch, goes_on_behind_the_last_event)
{
    char header[256];
    open_watched();
    int fd = begin("after=%230&once=true", "");
    await(fd, "\"g1\"");
    close(fd);
    const char *id = strstr(kit.answer, "id: "); /* of the first event */
    snprintf(header, sizeof header, "Last-Event-ID: %.*s\r\n", (int)strcspn(id + 4, "\n"), id + 4);
    fd = begin("after=%230&once=true", header);
    await(fd, "\"g1\"");
    assert_null(strstr(kit.answer, "CreateOrg"));
    close(fd);
    query_kit_close(&kit);
}

TEST(watch, begins_with_what_comes_where_nothing_is_said)
{
    open_watched();
    int fd = begin("", "");
    await(fd, "\"token\"");
    make_group("g2");
    await(fd, "\"g2\"");
    assert_null(strstr(kit.answer, "\"g1\""));
    close(fd);
    query_kit_close(&kit);
}

TEST(watch, ends_with_what_is_wrong)
{
    open_watched();
    int fd = begin("after=%237", "");
    await(fd, "expected a decision of org 'acme' from 1 to 2");
    close(fd);
    fd = begin("after=2020-01-01", "");
    await(fd, "expected a token or #DECISION");
    close(fd);
    fd = begin("", "x-principal: nobody\r\n");
    await(fd, "the permission 'Read'");
    close(fd);
    query_kit_close(&kit);
}

/* Also while there is more to tell: what is in front of it may take long. */
TEST(watch, tells_nothing_more_to_who_has_expired)
{
    open_watched();
    int fd = begin("after=%230", "x-expired: yes\r\n");
    await(fd, "expected a token that has not expired");
    assert_null(strstr(kit.answer, "\"g1\""));
    close(fd);
    query_kit_close(&kit);
}

TEST(watch, ends_when_the_server_stops)
{
    open_watched();
    int fd = begin("", "");
    await(fd, "\"token\"");
    rpc_server_stop(kit.server, 1000);
    await(fd, "the server stops");
    close(fd);
    query_kit_close(&kit);
}

/* Far more than a socket takes: the stream waits for its client, and leaves out nothing. */
TEST(watch, a_slow_client_gets_all)
{
    enum { GROUPS = 400 };
    char id[16], last[32];
    open_watched();
    for (int i = 0; i < GROUPS; i++) {
        snprintf(id, sizeof id, "many%d", i);
        make_group(id);
    }
    int fd = begin("after=%230&once=true", "");
    usleep(50000);
    for (int i = 0; i < GROUPS; i++) {
        snprintf(last, sizeof last, "\"many%d\"", i);
        await(fd, last);
        const char *found = strstr(kit.answer, last);
        memmove(kit.answer, found, strlen(found) + 1);
    }
    close(fd);
    query_kit_close(&kit);
}
