/* Processes that write one log, each crashing, freezing, losing and taking over at random, on a log
 * that delays, doubles, loses and reorders, with intruders and a client who repeats himself: in the
 * end all have the state that the log says, each command was decided once, and each was answered.
 * A failure prints its seed and step. */
#include "tests/lib/replicas_kit.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 500, SEEDS = 60, COMMANDS_MAX = 2000 };

struct scene {
    struct replicas_kit kit;
    unsigned seed;
    unsigned frozen[REPLICAS_KIT_MEMBERS]; /* steps for which it does nothing */
    unsigned sent[REPLICAS_KIT_PARTITIONS];
    unsigned repeated[REPLICAS_KIT_PARTITIONS];
    unsigned others[REPLICAS_KIT_PARTITIONS];
    unsigned garbage[REPLICAS_KIT_PARTITIONS];
    bool slow;    /* answers of the log take their time */
    bool doubles; /* the log may double what is written */
};

static unsigned scene_random(struct scene *scene, unsigned below)
{
    return (unsigned)rand_r(&scene->seed) % below;
}

/* ---- the client ---- */

static void scene_send_bad(struct scene *scene, uint32_t partition)
{
    struct replicas_kit *kit = &scene->kit;
    const char *org_id = replicas_kit_org(partition);
    const char *wrong = replicas_kit_org(1 - partition);
    const char *json = "{\"subjectId\":\"x\",\"type\":\"SUBJECT_TYPE_AGENT\"}";
    struct str good = replicas_kit_command(kit, org_id, "bad", "registerSubject", json);
    switch (scene_random(scene, 3)) {
    case 0:
        replicas_kit_send(kit, partition, str_z(org_id), STR("no record"));
        break;
    case 1:
        replicas_kit_send(kit, partition, str_z(wrong), good);
        break;
    default:
        replicas_kit_send(kit, partition, str_z(org_id),
                          replicas_kit_command(kit, wrong, "bad", "registerSubject", json));
    }
    scene->garbage[partition]++;
}

static void scene_send_other(struct scene *scene, uint32_t partition)
{
    struct replicas_kit *kit = &scene->kit;
    const char *org_id = replicas_kit_org(partition);
    char id[16];
    snprintf(id, sizeof id, "c%u", scene_random(scene, scene->sent[partition]));
    struct str record = replicas_kit_command(kit, org_id, id, "createGroup", "{\"groupId\":\"g\"}");
    replicas_kit_send(kit, partition, str_z(org_id), record);
    scene->others[partition]++;
}

static void scene_send(struct scene *scene)
{
    uint32_t partition = scene_random(scene, REPLICAS_KIT_PARTITIONS);
    unsigned kind = scene_random(scene, 12);
    unsigned *sent = &scene->sent[partition];
    if (kind == 0) {
        scene_send_bad(scene, partition);
    } else if (kind == 1 && *sent > 0) {
        replicas_kit_register(&scene->kit, partition, scene_random(scene, *sent));
        scene->repeated[partition]++;
    } else if (kind == 2 && *sent > 0) {
        scene_send_other(scene, partition);
    } else if (*sent < COMMANDS_MAX) {
        replicas_kit_register(&scene->kit, partition, (*sent)++);
    }
}

/* ---- the others ---- */

static enum evlog_mem_fate scene_fate(struct scene *scene)
{
    static const enum evlog_mem_fate fates[] = { EVLOG_MEM_WRITE, EVLOG_MEM_WRITE_UNKNOWN,
                                                 EVLOG_MEM_LOSE_UNKNOWN, EVLOG_MEM_WRITE_TWICE };
    return fates[scene_random(scene, scene->doubles ? 4 : 3)];
}

static void scene_step_member(struct scene *scene, uint32_t index)
{
    struct replicas_kit *kit = &scene->kit;
    if (scene->frozen[index] > 0) {
        scene->frozen[index]--;
    } else if (kit->members[index].replicas == NULL) {
        replicas_kit_start(kit, index);
    } else {
        evlog_mem_fate_always(kit->mem, scene->slow ? EVLOG_MEM_HOLD : EVLOG_MEM_WRITE);
        replicas_step(kit->members[index].replicas);
        evlog_mem_fate_always(kit->mem, EVLOG_MEM_WRITE);
    }
}

/* What a slow log has under way arrives one by one, mostly in order. */
static void scene_deliver(struct scene *scene)
{
    size_t held = evlog_mem_held_count(scene->kit.mem);
    for (unsigned count = scene_random(scene, 4); held > 0 && count > 0; held--, count--) {
        unsigned which = scene_random(scene, 50) == 0 ? scene_random(scene, (unsigned)held) : 0;
        evlog_mem_deliver(scene->kit.mem, which, EVLOG_MEM_WRITE);
    }
}

/* Something that happens now and then. */
static void scene_disturb(struct scene *scene)
{
    struct replicas_kit *kit = &scene->kit;
    uint32_t index = scene_random(scene, REPLICAS_KIT_MEMBERS);
    size_t held = evlog_mem_held_count(kit->mem);
    switch (scene_random(scene, 7)) {
    case 0:
        replicas_kit_stop(kit, index);
        break;
    case 1:
        scene->frozen[index] = scene_random(scene, 60);
        break;
    case 2:
        evlog_mem_fate_at(kit->mem, (long)scene_random(scene, 4), scene_fate(scene));
        scene_step_member(scene, index);
        evlog_mem_fate_at(kit->mem, -1, EVLOG_MEM_WRITE);
        break;
    case 3:
        evlog_mem_fate_at(kit->mem, (long)scene_random(scene, 2), EVLOG_MEM_HOLD);
        scene_step_member(scene, index);
        evlog_mem_fate_at(kit->mem, -1, EVLOG_MEM_WRITE);
        break;
    case 4:
        if (held > 0) {
            evlog_mem_deliver(kit->mem, scene_random(scene, (unsigned)held), scene_fate(scene));
        }
        break;
    case 5:
        replicas_kit_intrude(kit, scene_random(scene, REPLICAS_KIT_PARTITIONS));
        break;
    default:
        evlog_mem_fail_at(kit->mem, (long)scene_random(scene, 20));
        scene_step_member(scene, index);
        evlog_mem_fail_at(kit->mem, -1);
    }
}

static void scene_step(struct scene *scene)
{
    scene_step_member(scene, scene_random(scene, REPLICAS_KIT_MEMBERS));
    for (unsigned count = scene_random(scene, 3); count > 0; count--) {
        scene_send(scene);
    }
    if (scene->slow) {
        scene_deliver(scene);
    }
    if (scene_random(scene, 10) == 0) {
        scene_disturb(scene);
    }
    if (scene_random(scene, 2) == 0) {
        replicas_kit_advance(&scene->kit,
                             scene_random(scene, REPLICAS_KIT_ELECTION_TIMEOUT_US / 8));
    }
}

/* ---- in the end ---- */

static void scene_heal(struct scene *scene)
{
    struct replicas_kit *kit = &scene->kit;
    scene->slow = false;
    while (evlog_mem_held_count(kit->mem) > 0) {
        evlog_mem_deliver(kit->mem, 0, EVLOG_MEM_WRITE);
    }
    for (uint32_t i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        scene->frozen[i] = 0;
        scene_step_member(scene, i);
    }
    replicas_kit_run(kit, 12);
}

/* The dead letters: after trouble one can be there again. */
static unsigned scene_dead_letters(struct scene *scene, uint32_t partition)
{
    static bool seen[4 * COMMANDS_MAX];
    unsigned count = 0;
    unsigned long long offset;
    const char *text = replicas_kit_dead_letters(&scene->kit, partition);
    memset(seen, 0, sizeof seen);
    for (; sscanf(text, "%llu", &offset) == 1; text = strchr(text, '\n') + 1) {
        assert_true(offset < sizeof seen);
        count += !seen[offset];
        seen[offset] = true;
    }
    return count;
}

static void scene_check(struct scene *scene, uint32_t partition)
{
    struct replicas_kit_truth truth;
    replicas_kit_truth(&scene->kit, partition, &truth);
    const struct chain *chain = &truth.partition->position.chain;
    assert_int_equal(chain->next_command_offset, truth.commands_end);
    assert_int_equal(truth.decided, 1 + scene->sent[partition]);
    assert_int_equal(truth.repeats, scene->repeated[partition]);
    assert_int_equal(truth.others, scene->others[partition]);
    assert_int_equal(scene_dead_letters(scene, partition), scene->garbage[partition]);
    assert_true(replicas_kit_server(&scene->kit, partition) >= 0);
    replicas_kit_agree(&scene->kit, &truth);
    partition_close(truth.partition);
}

static void scene_run(unsigned seed)
{
    struct scene *scene = test_calloc(1, sizeof *scene);
    scene->seed = seed;
    scene->doubles = seed % 2 == 0;
    scene->slow = seed % 3 != 0;
    replicas_kit_open(&scene->kit);
    for (uint32_t p = 0; p < REPLICAS_KIT_PARTITIONS; p++) {
        replicas_kit_make_org(&scene->kit, p);
    }
    for (unsigned step = 0; step < STEPS; step++) {
        scene_step(scene);
    }
    scene_heal(scene);
    for (uint32_t p = 0; p < REPLICAS_KIT_PARTITIONS; p++) {
        scene_check(scene, p);
    }
    replicas_kit_close(&scene->kit);
    test_free(scene);
}

TEST(serving, whatever_happens_each_command_is_decided_once_and_all_agree)
{
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        print_message("seed %u\n", seed);
        scene_run(seed);
    }
}
