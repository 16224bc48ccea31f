/* An answer about a time that was given as final never changes afterwards: random histories of orgs
 * that live and orgs that are imported, in which things fall due and schedules have turns;
 * processes that crash, freeze, lose their lead and come late, with clocks that leap; and a reader
 * who is behind by any number of records. In the end all that is due is decided. A failure prints
 * its seed; SCALE multiplies their number. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/murmur2.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/model/moment.h"
#include "tests/lib/random.h"
#include "tests/lib/replicas_kit.h"
#include "tests/lib/test.h"

enum { SEEDS = 60, STEPS = 150, ORGS = 3, ANSWERS_MAX = 4 * STEPS, SAID_SIZE = 512 };

static const int64_t SECOND_US = 1000000;

struct answer {
    unsigned org;
    int64_t time_us;
    uint64_t org_sequence;
};

struct scene {
    struct replicas_kit kit;
    struct random_state random;
    char orgs[ORGS][16];      /* all in partition 0; the last is imported */
    int64_t imported_us;      /* up to where */
    unsigned sent;            /* commands */
    unsigned made;            /* permissions and grants */
    struct partition *reader; /* who asks */
    struct evlog *log;        /* his */
    struct answer answers[ANSWERS_MAX];
    size_t answers_count;
    size_t provisional_count;
};

static unsigned chance(struct scene *scene, unsigned below)
{
    return random_below(&scene->random, below);
}

/* ---- what is asked for ---- */

static void scene_send(struct scene *scene, unsigned org, const char *command, const char *json)
{
    struct replicas_kit *kit = &scene->kit;
    const char *org_id = scene->orgs[org];
    char id[16];
    snprintf(id, sizeof id, "x%u", scene->sent++);
    const bool imported = org == ORGS - 1 && scene->imported_us > 0;
    struct str record =
        imported ? replicas_kit_import(kit, org_id, id, scene->imported_us, command, json)
                 : replicas_kit_command(kit, org_id, id, command, json);
    replicas_kit_send(kit, 0, str_z(org_id), record);
}

static void scene_make_org(struct scene *scene, unsigned org)
{
    char json[SAID_SIZE];
    snprintf(json, sizeof json,
             "{\"orgId\":\"%s\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{"
             "\"credentialId\":\"c\",\"kind\":\"CREDENTIAL_KIND_API_KEY\"},\"identity\":\"%s\"}",
             scene->orgs[org], scene->orgs[org]);
    scene_send(scene, org, "createOrg", json);
}

/* A grant that begins at once or soon, and ends soon after or later; several at one moment. */
static void scene_grant(struct scene *scene, unsigned org)
{
    char json[SAID_SIZE], start[TIME_TEXT_SIZE], end[TIME_TEXT_SIZE];
    const bool imported = org == ORGS - 1 && scene->imported_us > 0;
    const int64_t now_us = imported ? scene->imported_us : scene->kit.now_us;
    const int64_t start_us = (now_us / SECOND_US - 4 + chance(scene, 12)) * SECOND_US;
    const int64_t end_us = (now_us / SECOND_US + 1 + chance(scene, 20)) * SECOND_US;
    time_format(start_us < end_us ? start_us : end_us - SECOND_US, start);
    time_format(end_us, end);
    snprintf(json, sizeof json, "{\"permission\":\"p%u\"}", scene->made);
    scene_send(scene, org, "definePermission", json);
    snprintf(json, sizeof json,
             "{\"grantId\":\"g%u\",\"permission\":\"p%u\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_SUBJECT\",\"id\":\"root\"},\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},"
             "\"startsAt\":\"%s\",\"expiresAt\":\"%s\"}",
             scene->made, scene->made, start, end);
    scene_send(scene, org, "grantPermission", json);
    scene->made++;
}

/* A turn each minute, and what follows from it. */
static void scene_schedule(struct scene *scene, unsigned org)
{
    char json[SAID_SIZE];
    snprintf(json, sizeof json,
             "{\"scheduleId\":\"t%u\",\"actsAs\":\"root\",\"commands\":[\"OpenJobSpace\"],%s,"
             "\"command\":{\"openJobSpace\":{\"jobSpace\":{\"jobSpaceId\":\"t%u-{turn}\"}}}}",
             scene->made, chance(scene, 2) == 0 ? "\"cron\":\"* * * * *\"" : "\"everySeconds\":60",
             scene->made);
    scene_send(scene, org, "putSchedule", json);
    scene->made++;
}

static void scene_command(struct scene *scene)
{
    char json[SAID_SIZE];
    const unsigned org = chance(scene, ORGS);
    if (org == ORGS - 1 && scene->imported_us > 0) { /* some seconds further on */
        scene->imported_us += chance(scene, 8) * SECOND_US;
        if (scene->imported_us > scene->kit.now_us - 20 * SECOND_US || chance(scene, 40) == 0) {
            scene->imported_us = 0; /* from now on it lives */
        }
    }
    snprintf(json, sizeof json, "{\"orgId\":\"%s\"}", scene->orgs[org]);
    switch (chance(scene, 12)) {
    case 0:
        scene_send(scene, org, "archiveOrg", json);
        break;
    case 1:
    case 2:
        scene_send(scene, org, "restoreOrg", json);
        break;
    case 3:
        scene_schedule(scene, org);
        break;
    default:
        scene_grant(scene, org);
    }
}

/* ---- who decides ---- */

static void scene_disturb(struct scene *scene)
{
    struct replicas_kit *kit = &scene->kit;
    struct replicas_member *member = &kit->members[chance(scene, REPLICAS_KIT_MEMBERS)];
    static const int64_t leaps[] = { 3600, 30, -5, -3600 };
    switch (chance(scene, 6)) {
    case 0:
        replicas_kit_stop(kit, member->index);
        break;
    case 1:
        replicas_kit_intrude(kit, 0);
        break;
    case 2:
        member->clock.now_us = kit->now_us + leaps[chance(scene, 4)] * SECOND_US;
        break;
    default:
        member->clock.now_us = kit->now_us;
    }
}

static void scene_decide(struct scene *scene)
{
    struct replicas_member *member = &scene->kit.members[chance(scene, REPLICAS_KIT_MEMBERS)];
    if (member->replicas == NULL) {
        replicas_kit_start(&scene->kit, member->index);
    }
    for (unsigned steps = chance(scene, 8); steps > 0; steps--) {
        replicas_step(member->replicas);
    }
}

/* ---- who asks ---- */

/* Reads on, but not always to the end. */
static void scene_read(struct scene *scene, size_t most)
{
    struct partition *reader = scene->reader;
    struct evlog_reader *records = NULL;
    struct evlog_record record;
    size_t count = 1;
    assert_ok(evlog_reader_open(scene->log, EVLOG_DECISIONS, &records));
    assert_ok(evlog_reader_seek(records, 0, reader->position.offset));
    for (; most > 0 && count > 0; most--) {
        assert_ok(evlog_reader_read(records, &record, 1, &count));
        if (partition_due(reader)) {
            assert_ok(partition_write(reader));
        }
        if (count > 0) {
            assert_ok(partition_take(reader, record.offset, record.value, NULL, NULL));
        }
    }
    assert_ok(partition_write(reader));
    evlog_reader_close(records);
}

static struct status scene_resolve(struct scene *scene, unsigned org, int64_t time_us,
                                   struct moment *moment)
{
    const struct moment_ask ask = { .kind = MOMENT_TIME, .time_us = time_us, .now_us = INT64_MAX };
    return moment_resolve(scene->reader->reader, &scene->reader->position, str_z(scene->orgs[org]),
                          &ask, moment);
}

static void scene_ask(struct scene *scene)
{
    struct moment moment;
    const unsigned org = chance(scene, ORGS);
    const int64_t known_us = scene->reader->position.time_us;
    int64_t time_us = known_us - chance(scene, 30) * SECOND_US / 2;
    if (org == ORGS - 1 && chance(scene, 2) == 0) {
        time_us -= chance(scene, 4000) * SECOND_US;
    }
    time_us = chance(scene, 3) == 0 ? time_us / SECOND_US * SECOND_US : time_us;
    if (time_us <= 0 || scene_resolve(scene, org, time_us, &moment).code != STATUS_OK) {
        return;
    }
    if (moment.provisional != MOMENT_FINAL) {
        scene->provisional_count++;
    } else if (scene->answers_count < ANSWERS_MAX) {
        scene->answers[scene->answers_count++] =
            (struct answer){ org, time_us, moment.org_sequence };
    }
}

/* ---- a history ---- */

static void scene_name_orgs(struct scene *scene)
{
    unsigned found = 0;
    for (unsigned i = 0; found < ORGS; i++) {
        char *name = scene->orgs[found];
        snprintf(name, sizeof scene->orgs[0], "o%u", i);
        found += murmur2_partition(str_z(name), REPLICAS_KIT_PARTITIONS) == 0;
    }
}

static void scene_open(struct scene *scene, uint64_t seed)
{
    *scene = (struct scene){ .random = { .state = seed } };
    replicas_kit_open(&scene->kit);
    scene_name_orgs(scene);
    assert_ok(evlog_mem_open(scene->kit.mem, true, &scene->log));
    struct partition_options options = {
        .log = scene->log, .number = 0, .level_known = FORMAT_LEVEL, .memory_max = 1 << 26
    };
    assert_ok(partition_open(&options, &scene->reader));
    scene->imported_us = scene->kit.now_us - 4000 * SECOND_US;
    for (unsigned org = 0; org < ORGS; org++) {
        scene_make_org(scene, org);
    }
}

static void scene_step(struct scene *scene)
{
    for (unsigned count = chance(scene, 3); count > 0; count--) {
        scene_command(scene);
    }
    scene_decide(scene);
    if (chance(scene, 10) == 0) {
        scene_disturb(scene);
    }
    replicas_kit_advance(&scene->kit, chance(scene, 4) * SECOND_US / 4);
    scene_read(scene, chance(scene, 4) == 0 ? SIZE_MAX : chance(scene, 4));
    for (unsigned count = chance(scene, 4); count > 0; count--) {
        scene_ask(scene);
    }
}

static void scene_check_answers(struct scene *scene)
{
    for (size_t i = 0; i < scene->answers_count; i++) {
        const struct answer *answer = &scene->answers[i];
        struct moment moment;
        assert_ok(scene_resolve(scene, answer->org, answer->time_us, &moment));
        if (moment.org_sequence != answer->org_sequence || moment.provisional != MOMENT_FINAL) {
            fail_msg("org %u at %lld: final after decision %llu, but now it is %llu", answer->org,
                     (long long)answer->time_us, (unsigned long long)answer->org_sequence,
                     (unsigned long long)moment.org_sequence);
        }
    }
}

/* Nothing that is due is left, but in an org whose time stands still. */
static void scene_check_dues(struct scene *scene)
{
    for (unsigned org = 0; org < ORGS - 1; org++) {
        struct moment moment;
        assert_ok(scene_resolve(scene, org, scene->reader->position.time_us - 1, &moment));
        assert_int_equal(moment.provisional, MOMENT_FINAL);
    }
}

static void scene_end(struct scene *scene)
{
    struct replicas_kit *kit = &scene->kit;
    for (uint32_t i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        kit->members[i].clock.now_us = kit->now_us;
        if (kit->members[i].replicas == NULL) {
            replicas_kit_start(kit, i);
        }
    }
    replicas_kit_run(kit, 80); /* a leap that was seen has stood for a minute then */
    scene_read(scene, SIZE_MAX);
    scene_check_answers(scene);
    scene_check_dues(scene);
}

static void scene_close(struct scene *scene)
{
    partition_close(scene->reader);
    evlog_close(scene->log);
    replicas_kit_close(&scene->kit);
}

TEST(final, an_answer_that_was_given_as_final_never_changes)
{
    const char *scale = getenv("SCALE");
    const uint64_t seeds = (uint64_t)SEEDS * (scale == NULL ? 1 : strtoull(scale, NULL, 10));
    size_t final = 0, provisional = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        static struct scene scene;
        printf("seed %llu\n", (unsigned long long)seed);
        scene_open(&scene, seed);
        for (int step = 0; step < STEPS; step++) {
            scene_step(&scene);
        }
        scene_end(&scene);
        final += scene.answers_count;
        provisional += scene.provisional_count;
        scene_close(&scene);
    }
    printf("told %llu histories: %zu final answers, %zu provisional\n", (unsigned long long)seeds,
           final, provisional);
    assert_true(final > 0 && provisional > 0);
}
