#include "tests/lib/query_kit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/auth/admitted.h"
#include "core/keyring/keyring_mem.h"
#include "tests/lib/test.h"

static char *query_kit_text(struct arena *arena, struct str text)
{
    char *copy;
    assert_ok(arena_text(arena, text, &copy));
    return copy;
}

static void query_kit_gate(void *context, struct rpc_call *call)
{
    (void)context;
    struct arena *arena = rpc_call_arena(call);
    struct admitted *admitted = arena_zalloc(arena, sizeof *admitted);
    struct str name = rpc_call_metadata(call, STR("x-principal"));
    agency__v1__principal__init(&admitted->principal);
    bool expired = rpc_call_metadata(call, STR("x-expired")).size > 0;
    admitted->expires_at_us = expired ? 0 : INT64_MAX;
    if (name.size == 0) {
        admitted->principal.operator_ = query_kit_text(arena, STR("admin"));
    } else {
        admitted->principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY;
        admitted->principal.identity_hash = query_kit_text(arena, name);
    }
    rpc_call_admit(call, admitted);
}

static void query_kit_gone(void *context, struct rpc_call *call)
{
    (void)context;
    (void)call;
}

/* `store`: NULL, in memory. */
static void query_kit_show(struct query_kit *kit, const char *store, const struct rpc_route *route)
{
    static const struct rpc_gate gate = { .ask = query_kit_gate, .gone = query_kit_gone };
    struct rpc_server_options server = { .health = true, .gate = &gate };
    struct rpc_listen listen = { .address = "127.0.0.1" };
    keyring_mem_open(&kit->log.keyring);
    kit->shelf = shelf_new(1);
    kit->partition = partition_kit_fold(&kit->log, store);
    partition_show(kit->partition, kit->shelf);
    assert_ok(rpc_server_open(&server, &kit->server));
    struct query_service_options options = { .server = kit->server,
                                             .shelf = kit->shelf,
                                             .partitions_count = 1,
                                             .clock = clock_real(),
                                             .keyring = &kit->log.keyring,
                                             .threads = 2 };
    assert_ok(query_service_add(&kit->service, &options));
    if (route != NULL) {
        assert_ok(rpc_server_add_route(kit->server, route));
    }
    assert_ok(rpc_server_listen(kit->server, &listen, &kit->port));
    assert_ok(rpc_server_start(kit->server));
}

void query_kit_open_with(struct query_kit *kit, const struct rpc_route *route)
{
    partition_kit_open_org(&kit->log);
    query_kit_show(kit, NULL, route);
}

void query_kit_open(struct query_kit *kit)
{
    query_kit_open_with(kit, NULL);
}

void query_kit_open_on_disk(struct query_kit *kit)
{
    partition_kit_open_org(&kit->log);
    query_kit_show(kit, kit->log.store, NULL);
}

void query_kit_close(struct query_kit *kit)
{
    rpc_server_close(kit->server);
    query_service_release(&kit->service);
    partition_close(kit->partition);
    shelf_free(kit->shelf);
    keyring_close(&kit->log.keyring);
    partition_kit_close(&kit->log);
}

void query_kit_do(struct query_kit *kit, const char *command, const char *json)
{
    partition_kit_do(&kit->log, NULL, command, json);
    assert_ok(partition_kit_catch_up(&kit->log, kit->partition));
}

void query_kit_bind_ada(struct query_kit *kit)
{
    query_kit_do(
        kit, "bindCredential",
        "{\"credentialId\":\"c\",\"subjectId\":\"ada\",\"kind\":\"CREDENTIAL_KIND_API_KEY\","
        "\"identityHash\":\"" QUERY_KIT_ADA_HASH "\"}");
}

const char *query_kit_ask(struct query_kit *kit, const char *method, const char *headers,
                          const char *json)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(kit->port) };
    size_t size = 0;
    ssize_t got = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    dprintf(fd,
            "POST /%s HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
            "Content-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n%s",
            method, headers, strlen(json), json);
    while (got > 0 && size + 1 < sizeof kit->answer) {
        got = read(fd, kit->answer + size, sizeof kit->answer - 1 - size);
        size += got > 0 ? (size_t)got : 0;
    }
    kit->answer[size] = '\0';
    close(fd);
    const char *body = strstr(kit->answer, "\r\n\r\n");
    assert_non_null(body);
    return body + 4;
}

const char *query_kit_header(const struct query_kit *kit, const char *name)
{
    static char value[256];
    char line[128];
    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *found = strstr(kit->answer, line);
    value[0] = '\0';
    if (found != NULL) {
        found += strlen(line);
        snprintf(value, sizeof value, "%.*s", (int)strcspn(found, "\r"), found);
    }
    return value;
}
