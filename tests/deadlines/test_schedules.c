/* Random histories with schedules: each is lived through by a process that decides what is due only
 * before commands, and crashes at any moment, also between a turn and its command; then imported.
 * Both must leave the same: what a turn counts as missed is up to the next command in either. And
 * in each the commands of turns come first. SCALE=10 tries ten times as many. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/time.h"
#include "core/domain/kernel/due.h"
#include "tests/lib/history_kit.h"
#include "tests/lib/random.h"
#include "tests/lib/test.h"

enum { SEEDS = 60, OPS = 60, SUBJECTS = 3, SCHEDULES = 6, SECOND = 1000000, WAITING_MAX = 64 };
#define FAR_US (INT64_C(400) * 86400 * SECOND) /* the clock of who imports is so far ahead */

struct op {
    const char *name;
    char json[640];
    int64_t at_us; /* when it is sent; then when it was recorded */
};

struct story {
    struct random_state random;
    struct op ops[OPS];
    struct partition_kit lived;
    struct partition_kit imported;
    unsigned crashes_in_turns;
};

/* ---- a story ---- */

static unsigned chance(struct story *story, unsigned below)
{
    return random_below(&story->random, below);
}

static const char *random_turns(struct story *story)
{
    static const char *const turns[] = {
        "\"cron\":\"* * * * *\"",
        "\"cron\":\"*/7 * * * *\"",
        "\"cron\":\"30 2 * * *\",\"timeZone\":\"Europe/Berlin\"",
        "\"cron\":\"0 9-17/2 * * MON-FRI\",\"timeZone\":\"America/New_York\"",
        "\"everySeconds\":60",
        "\"everySeconds\":4711",
    };
    return turns[chance(story, sizeof turns / sizeof turns[0])];
}

/* Some of it may be done, some not, some the first time only, and some ends the schedule itself. */
static const char *random_carried(struct story *story)
{
    static const char *const carried[] = {
        "\"commands\":[\"OpenJobSpace\"],\"command\":{\"openJobSpace\":{\"jobSpace\":{"
        "\"jobSpaceId\":\"j-{turn}\"}}}",
        "\"commands\":[\"SetGoal\"],\"command\":{\"setGoal\":{\"goal\":{\"goalId\":\"g-{at}\","
        "\"statement\":\"{turn}\"}}}",
        "\"commands\":[\"GrantPermission\"],\"command\":{\"grantPermission\":{\"grant\":{"
        "\"grantId\":\"x-{turn}\",\"permission\":\"SetGoal\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_SUBJECT\",\"id\":\"s1\"},\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},"
        "\"expiresAt\":\"2027-01-01T00:00:00Z\"}}}",
        "\"commands\":[\"SuspendSubject\"],\"command\":{\"suspendSubject\":{\"subjectId\":\"s0\"}}",
        "\"commands\":[\"RemoveSubject\"],\"command\":{\"removeSubject\":{\"subjectId\":\"s2\"}}",
    };
    return carried[chance(story, sizeof carried / sizeof carried[0])];
}

static void op_put(struct story *story, struct op *op, unsigned n)
{
    static const char *const who[] = { "root", "root", "s0", "s2" };
    op->name = "putSchedule";
    snprintf(op->json, sizeof op->json, "{\"scheduleId\":\"t%u\",\"actsAs\":\"%s\",%s,%s}",
             n % SCHEDULES, who[chance(story, 4)], random_turns(story), random_carried(story));
}

static void op_other(struct story *story, struct op *op)
{
    static const char *const names[] = { "pauseSchedule",  "resumeSchedule", "removeSchedule",
                                         "suspendSubject", "resumeSubject",  "archiveOrg",
                                         "restoreOrg",     "registerSubject" };
    unsigned which = chance(story, sizeof names / sizeof names[0]);
    op->name = names[which];
    if (which < 3) {
        snprintf(op->json, sizeof op->json, "{\"scheduleId\":\"t%u\"}", chance(story, SCHEDULES));
    } else if (which == 5 || which == 6) {
        snprintf(op->json, sizeof op->json, "{\"orgId\":\"acme\"}");
    } else {
        snprintf(op->json, sizeof op->json, "{\"subjectId\":\"s%u\"}", chance(story, SUBJECTS));
    }
}

/* No two are within milliseconds, so that a period never comes between a decision and the next. */
static void story_make(struct story *story)
{
    int64_t now_us = story->lived.now_us;
    for (unsigned n = 0; n < OPS; n++) {
        struct op *op = &story->ops[n];
        unsigned minutes = chance(story, 4) == 0 ? 3000 : 10;
        now_us +=
            ((int64_t)(60 * chance(story, minutes)) * 1000 + 1000 + chance(story, 58000)) * 1000;
        op->at_us = now_us;
        if (chance(story, 3) == 0) {
            op_put(story, op, n);
        } else {
            op_other(story, op);
        }
    }
}

static void story_begin(struct partition_kit *kit, const char *at)
{
    char text[128];
    partition_kit_open_org(kit);
    for (unsigned i = 0; i < SUBJECTS; i++) {
        snprintf(text, sizeof text, "{\"subjectId\":\"s%u\"}", i);
        partition_kit_do(kit, at, "registerSubject", text);
    }
}

/* ---- living, importing ---- */

/* Another process goes on with what the log has. */
static void kit_crash(struct partition_kit *kit)
{
    decider_release(&kit->decider);
    partition_close(kit->decided);
    kit->decided = partition_kit_fold(kit, NULL);
    partition_kit_epoch(kit);
}

static bool kit_elapse(struct partition_kit *kit, int64_t now_us, bool *turned)
{
    const struct decider_due due = { .org_id = STR("acme"),
                                     .now_us = now_us,
                                     .until_us = INT64_MIN };
    Agency__V1__OrgHead *head;
    struct str record;
    assert_ok(decider_elapse(&kit->decider, &due, &record));
    if (record.size == 0) {
        return false;
    }
    partition_kit_pass(kit, record);
    assert_ok(fold_head(&kit->decided->fold, &kit->arena, STR("acme"), &head));
    *turned = head->dues > 0 && head->next_due_us == DUE_AT_ONCE_US;
    return true;
}

static void story_live(struct story *story)
{
    struct partition_kit *kit = &story->lived;
    for (unsigned n = 0; n < OPS; n++) {
        struct op *op = &story->ops[n];
        bool turned = false;
        while (chance(story, 3) > 0 && kit_elapse(kit, op->at_us, &turned)) {
        }
        if (chance(story, 4) == 0) {
            story->crashes_in_turns += turned;
            kit_crash(kit);
        }
        kit->now_us = op->at_us - SECOND; /* deciding moves it on */
        op->at_us = partition_kit_decide(kit, NULL, op->name, op->json).recorded_at_us;
    }
}

static void story_import(struct story *story)
{
    struct partition_kit *kit = &story->imported;
    char at[TIME_TEXT_SIZE];
    kit->now_us += FAR_US;
    for (unsigned n = 0; n < OPS; n++) {
        const struct op *op = &story->ops[n];
        bool turned;
        assert_false(kit_elapse(kit, kit->now_us, &turned)); /* time is the imports' */
        time_format(op->at_us, at);
        partition_kit_decide(kit, at, op->name, op->json);
        if (chance(story, 8) == 0) {
            kit_crash(kit);
        }
    }
}

/* ---- what must hold ---- */

struct waiting {
    char ids[WAITING_MAX][16]; /* of schedules whose command is to come */
    size_t count;
    unsigned carried; /* commands that came */
};

static void waiting_done(struct waiting *waiting, const char *id)
{
    for (size_t i = 0; i < waiting->count; i++) {
        if (strcmp(waiting->ids[i], id) == 0) {
            memcpy(waiting->ids[i], waiting->ids[--waiting->count], sizeof waiting->ids[0]);
            return;
        }
    }
    fail_msg("expected a turn of '%s' before its command", id);
}

/* What one carried command removed carries none any more. */
static void waiting_forget_removed(struct waiting *waiting, const Agency__V1__DecisionRow *row)
{
    for (size_t c = 0; row->command == COMMAND_REMOVE_SUBJECT && c < row->n_changed; c++) {
        for (size_t i = 0; i < waiting->count; i++) {
            if (row->changed[c]->kind == AGENCY__V1__ENTITY_KIND__ENTITY_KIND_SCHEDULE &&
                strcmp(waiting->ids[i], row->changed[c]->id) == 0) {
                memcpy(waiting->ids[i], waiting->ids[--waiting->count], sizeof waiting->ids[0]);
                break;
            }
        }
    }
}

static void waiting_check(void *context, const struct partition *lived, struct arena *arena,
                          const Agency__V1__DecisionRow *row)
{
    struct waiting *waiting = context;
    (void)lived;
    (void)arena;
    waiting->carried += row->n_elapsed > 0 && row->command != 0;
    bool continues = row->n_elapsed == 1 && strcmp(row->elapsed[0]->field, DUE_CONTINUES) == 0;
    assert_true(continues || waiting->count == 0);
    if (continues) {
        waiting_done(waiting, row->elapsed[0]->id);
        waiting_forget_removed(waiting, row);
    }
    for (size_t i = 0; i < row->n_elapsed; i++) {
        if (strcmp(row->elapsed[i]->field, "next_at") == 0) {
            assert_true(waiting->count < WAITING_MAX);
            snprintf(waiting->ids[waiting->count++], sizeof waiting->ids[0], "%s",
                     row->elapsed[i]->id);
        }
    }
}

static unsigned story_compare(struct story *story)
{
    struct waiting waiting = { .count = 0 };
    history_kit_each(&story->lived, &story->imported, waiting_check, &waiting);
    return waiting.carried;
}

static unsigned story_tell(uint64_t seed, unsigned *crashes)
{
    static struct story story;
    story = (struct story){ .random = { .state = seed } };
    story_begin(&story.lived, "2018-02-01T00:00:00Z");
    story_begin(&story.imported, "2018-02-01T00:00:00Z");
    story_make(&story);
    story_live(&story);
    story_import(&story);
    partition_kit_tick(&story.lived);
    partition_kit_tick(&story.imported);
    unsigned carried = story_compare(&story);
    *crashes += story.crashes_in_turns;
    partition_kit_close(&story.lived);
    partition_kit_close(&story.imported);
    return carried;
}

TEST(schedules, imported_are_as_if_they_were_lived_through_by_who_wakes_for_commands)
{
    const char *scale = getenv("SCALE");
    unsigned seeds = SEEDS * (unsigned)(scale == NULL ? 1 : strtoul(scale, NULL, 10)), carried = 0,
             crashes = 0;
    for (unsigned seed = 1; seed <= seeds; seed++) {
        carried += story_tell(seed, &crashes);
    }
    printf("told %u histories, %u carried commands, %u crashes between a turn and its command\n",
           seeds, carried, crashes);
    assert_true(carried > seeds && crashes > 0);
}
