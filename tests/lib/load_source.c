#include "tests/lib/load_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/auth/command_record.h"
#include "core/base/clock.h"
#include "core/pb/json.h"
#include "tests/lib/test.h"

/* After the three commands that found an org come blocks: a group with its seat, an asset, and then
 * subjects, three commands for each. */
enum { FOUNDING = 3, BLOCK_MAKING = 3, BLOCK_SUBJECTS = 100, BLOCK = 3 + 3 * BLOCK_SUBJECTS };
static const int64_t LOAD_SOURCE_VALID_US = INT64_C(3600) * 1000000;
static const size_t LOAD_SOURCE_ARENA_MAX = (size_t)1 << 20;

void load_source_init(struct load_source *source, const char *name, uint32_t orgs_count,
                      struct str cluster_key, struct evlog_id history_id)
{
    *source = (struct load_source){ .orgs_count = orgs_count,
                                    .cluster_key = cluster_key,
                                    .history_id = history_id,
                                    .key = command_signature_key_make(cluster_key) };
    snprintf(source->name, sizeof source->name, "%s", name);
    arena_init(&source->principals, LOAD_SOURCE_ARENA_MAX);
    arena_init(&source->arena, LOAD_SOURCE_ARENA_MAX);
    assert_ok(principal_parse(&source->principals, cluster_key, STR("admin"), &source->admin));
    assert_ok(
        principal_parse(&source->principals, cluster_key, STR("API_KEY:root"), &source->owner));
}

void load_source_release(struct load_source *source)
{
    arena_release(&source->principals);
    arena_release(&source->arena);
}

struct str load_source_org(const struct load_source *source, uint64_t number,
                           char out[LOAD_SOURCE_ORG_SIZE])
{
    int size = snprintf(out, LOAD_SOURCE_ORG_SIZE, "%s-%" PRIu64, source->name,
                        number % source->orgs_count);
    return str_make(out, (size_t)size);
}

static struct str load_source_found(struct load_source *source, uint64_t step, struct str org)
{
    switch (step) {
    case 0:
        return arena_printf(
            &source->arena,
            "\"createOrg\":{\"org\":{\"orgId\":\"%.*s\"},\"owner\":{\"subjectId\":\"root\"},"
            "\"credential\":{\"credentialId\":\"c\",\"kind\":"
            "\"CREDENTIAL_KIND_API_KEY\"},\"identity\":\"root\"}",
            STR_ARG(org));
    case 1:
        return STR("\"definePermission\":{\"permission\":{\"permission\":\"write\"}}");
    default:
        return STR("\"defineRoleType\":{\"roleType\":{\"roleType\":\"member\"}}");
    }
}

static struct str load_source_block(struct load_source *source, uint64_t block, uint64_t step)
{
    switch (step) {
    case 0:
        return arena_printf(&source->arena,
                            "\"createGroup\":{\"group\":{\"groupId\":\"g%" PRIu64 "\"}}", block);
    case 1:
        return arena_printf(&source->arena,
                            "\"createRole\":{\"role\":{\"roleId\":\"r%" PRIu64
                            "\",\"roleType\":\"member\",\"groupIds\":[\"g%" PRIu64 "\"]}}",
                            block, block);
    default:
        return arena_printf(&source->arena,
                            "\"registerAsset\":{\"asset\":{\"assetId\":\"a%" PRIu64
                            "\",\"type\":\"repository\"}}",
                            block);
    }
}

static struct str load_source_subject(struct load_source *source, uint64_t block, uint64_t step)
{
    uint64_t subject = block * BLOCK_SUBJECTS + step / 3;
    switch (step % 3) {
    case 0:
        return arena_printf(&source->arena,
                            "\"registerSubject\":{\"subject\":{\"subjectId\":\"s%" PRIu64
                            "\",\"type\":\"SUBJECT_TYPE_AGENT\",\"name\":\"Agent %" PRIu64 "\"}}",
                            subject, subject);
    case 1:
        return arena_printf(&source->arena,
                            "\"assignRole\":{\"assignment\":{\"roleId\":\"r%" PRIu64
                            "\",\"subjectId\":\"s%" PRIu64 "\"}}",
                            block, subject);
    default:
        return arena_printf(&source->arena,
                            "\"grantPermission\":{\"grant\":{\"grantId\":\"p%" PRIu64
                            "\",\"permission\":\"write\",\"grantee\":{\"kind\":"
                            "\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%" PRIu64
                            "\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"a%" PRIu64 "\"}}}",
                            subject, subject, block);
    }
}

static struct str load_source_payload(struct load_source *source, uint64_t step, struct str org)
{
    if (step < FOUNDING) {
        return load_source_found(source, step, org);
    }
    uint64_t block = (step - FOUNDING) / BLOCK, rest = (step - FOUNDING) % BLOCK;
    return rest < BLOCK_MAKING ? load_source_block(source, block, rest)
                               : load_source_subject(source, block, rest - BLOCK_MAKING);
}

static struct command_record_proof load_source_seal(const struct load_source *source)
{
    struct clock clock = clock_real();
    int64_t now_us = clock_now_us(&clock);
    return (struct command_record_proof){
        .cluster = { evlog_id_str(&source->history_id), &source->key, 1 },
        .issued_at_us = now_us,
        .expires_at_us = now_us + LOAD_SOURCE_VALID_US,
    };
}

struct str load_source_record(struct load_source *source, uint64_t number)
{
    char name[LOAD_SOURCE_ORG_SIZE];
    Agency__V1__Command *command = NULL;
    struct str record = { 0 };
    struct command_record_proof seal = load_source_seal(source);
    uint64_t step = number / source->orgs_count;
    struct str org = load_source_org(source, number, name);
    arena_reset(&source->arena);
    struct str payload = load_source_payload(source, step, org);
    struct str text =
        arena_printf(&source->arena, "{\"orgId\":\"%.*s\",\"commandId\":\"%s-%" PRIu64 "\",%.*s}",
                     STR_ARG(org), source->name, number, STR_ARG(payload));
    assert_ok(pb_from_json(&source->arena, &agency__v1__command__descriptor, text, &command));
    assert_ok(command_record_make(
        &source->arena, &(struct command_record_keys){ .cluster_key = source->cluster_key },
        command, step == 0 ? source->admin : source->owner, &seal, &record));
    return record;
}

uint64_t load_source_number(const struct load_source *source, const char *command_id)
{
    size_t size = strlen(source->name);
    char *end;
    if (strncmp(command_id, source->name, size) != 0 || command_id[size] != '-') {
        return UINT64_MAX;
    }
    uint64_t number = strtoull(command_id + size + 1, &end, 10);
    return *end == '\0' ? number : UINT64_MAX;
}
