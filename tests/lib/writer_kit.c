#include "tests/lib/writer_kit.h"

#include <stdio.h>

#include "agency/v1/decision.pb-c.h"
#include "core/auth/command_record.h"
#include "core/pb/message.h"
#include "tests/lib/command_text.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

static struct status writer_kit_open_log(void *context, bool read_only, struct evlog **log)
{
    const struct writer_kit *kit = context;
    return kit->closed ? status_error(STATUS_UNAVAILABLE, "closed")
                       : evlog_mem_open(kit->mem, read_only, log);
}

static void writer_kit_report(void *context, uint32_t partition, struct status what)
{
    struct writer_kit *kit = context;
    (void)partition;
    (void)what;
    kit->reports++;
}

struct str writer_kit_configuration(struct arena *arena)
{
    char admin[] = "admin";
    char *creators[] = { admin };
    struct str configuration;
    Agency__V1__DecidingConfiguration message = AGENCY__V1__DECIDING_CONFIGURATION__INIT;
    message.operators = message.org_creators = creators;
    message.n_operators = message.n_org_creators = 1;
    assert_ok(pb_pack(arena, &message.base, &configuration));
    return configuration;
}

void writer_kit_start(struct writer_kit *kit)
{
    struct writer_options options = { .opener = { writer_kit_open_log, kit },
                                      .reporter = { writer_kit_report, kit },
                                      .stores = kit->folder,
                                      .clock = clock_real(),
                                      .configuration = kit->configuration,
                                      .shelf = kit->shelf };
    assert_ok(writer_open(&options, &kit->writer));
}

void writer_kit_stop(struct writer_kit *kit)
{
    assert_ok(writer_close(kit->writer));
    kit->writer = NULL;
}

void writer_kit_open(struct writer_kit *kit)
{
    struct evlog_identity identity = log_tool_identity(2);
    *kit = (struct writer_kit){ 0 };
    folder_tool_make(kit->folder);
    arena_init(&kit->arena, (size_t)1 << 30);
    kit->mem = evlog_mem_new(&identity, EVLOG_MEM_EXCLUSIVE);
    kit->configuration = writer_kit_configuration(&kit->arena);
    writer_kit_start(kit);
}

void writer_kit_close(struct writer_kit *kit)
{
    struct status closed = writer_close(kit->writer);
    (void)closed; /* a test may leave the log broken */
    evlog_mem_free(kit->mem);
    arena_release(&kit->arena);
    folder_tool_remove(kit->folder);
}

void writer_kit_restart(struct writer_kit *kit)
{
    writer_kit_stop(kit);
    writer_kit_start(kit);
}

void writer_kit_lose_stores(struct writer_kit *kit)
{
    folder_tool_remove(kit->folder);
}

struct str writer_kit_command(struct writer_kit *kit, const char *org_id, const char *command_id,
                              const char *command, const char *json)
{
    Agency__V1__Command *read = command_text_make(&kit->arena, org_id, command_id, command, json);
    Agency__V1__Principal *admin = NULL;
    struct str record = { 0 };
    assert_ok(principal_parse(&kit->arena, STR("key"), STR("admin"), &admin));
    assert_ok(command_record_make(&kit->arena,
                                  &(struct command_record_keys){ .cluster_key = STR("key") }, read,
                                  admin, NULL, &record));
    return record;
}

struct submit_answer writer_kit_call(struct writer_kit *kit, const char *org_id,
                                     const char *command_id, const char *command, const char *json)
{
    struct submit_answer answer = { 0 };
    struct str record = writer_kit_command(kit, org_id, command_id, command, json);
    const struct submit port = writer_port(kit->writer);
    const struct submit_command sent = { .org_id = str_z(org_id), .record = record };
    assert_ok(submit_and_wait(&port, &sent, &answer));
    return answer;
}

struct submit_answer writer_kit_insist(struct writer_kit *kit, const char *org_id,
                                       const char *command_id, const char *command,
                                       const char *json)
{
    enum { TRIES_MAX = 100 };
    struct submit_answer answer = { .code = STATUS_UNAVAILABLE };
    for (int i = 0; i < TRIES_MAX && answer.code == STATUS_UNAVAILABLE; i++) {
        answer = writer_kit_call(kit, org_id, command_id, command, json);
    }
    return answer;
}

void writer_kit_make_org(struct writer_kit *kit, const char *org_id)
{
    char json[512];
    snprintf(json, sizeof json,
             "{\"orgId\":\"%s\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{"
             "\"credentialId\":\"c\","
             "\"kind\":\"CREDENTIAL_KIND_API_KEY\"},\"identity\":\"root\"}",
             org_id);
    struct submit_answer answer = writer_kit_insist(kit, org_id, "make", "createOrg", json);
    assert_string_equal(answer.reason, "");
    assert_int_equal(answer.code, STATUS_OK);
}
