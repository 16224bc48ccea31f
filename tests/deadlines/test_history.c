/* Random histories in which times come: each is lived through, with a leader who wakes late or
 * early, then imported at another pace. Both must be what a plain reading of the rules says, and
 * leave the same. SCALE=10 tries a thousand. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"
#include "tests/lib/history_kit.h"
#include "tests/lib/random.h"
#include "tests/lib/test.h"

enum { SEEDS = 200, OPS = 60, PERMISSIONS = 8, SUBJECTS = 3, SECOND = 1000000, WAITING_MAX = 128 };
#define FAR_US (INT64_C(400) * 86400 * SECOND) /* the clock of who imports is so far ahead */

struct op {
    const char *name;
    char json[512];
    int64_t at_us; /* when it is sent; then when it was recorded */
};

struct story {
    struct random_state random;
    struct op ops[OPS];
    struct partition_kit lived;
    struct partition_kit imported;
};

/* ---- a story ---- */

static int64_t random_span(struct story *story, unsigned seconds)
{
    return (int64_t)(1 + random_below(&story->random, seconds)) * SECOND;
}

/* `"NAME":"TIME"` of a time after the op, in so many of a hundred. */
static void op_time(struct story *story, struct op *op, const char *name, unsigned percent)
{
    char time[TIME_TEXT_SIZE];
    if (random_below(&story->random, 100) < percent) {
        /* times of whole minutes, so that several come at once */
        int64_t at_us = op->at_us + random_span(story, 900);
        time_format(at_us - at_us % (60 * SECOND) + 60 * SECOND, time);
        size_t size = strlen(op->json);
        snprintf(op->json + size, sizeof op->json - size, ",\"%s\":\"%s\"", name, time);
    }
}

/* Some begin later, and some of these not before they end: they are refused. */
static void op_span(struct story *story, struct op *op)
{
    op_time(story, op, "startsAt", 40);
    op_time(story, op, "expiresAt", 80);
}

static void op_end(struct op *op, const char *end)
{
    strncat(op->json, end, sizeof op->json - strlen(op->json) - 1);
}

static void op_grant(struct story *story, struct op *op, unsigned n)
{
    op->name = "grantPermission";
    snprintf(op->json, sizeof op->json,
             "{\"grantId\":\"g%u\",\"permission\":\"p%u\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%u\"},\"on\":{\"kind\":\"OBJECT_KIND_ORG\"}",
             n, random_below(&story->random, PERMISSIONS), random_below(&story->random, SUBJECTS));
    op_span(story, op);
    op_end(op, "}");
}

static void op_assign(struct story *story, struct op *op)
{
    op->name = "assignRole";
    snprintf(op->json, sizeof op->json, "{\"roleId\":\"seat\",\"subjectId\":\"s%u\"",
             random_below(&story->random, SUBJECTS));
    op_span(story, op);
    op_end(op, "}");
}

static void op_change(struct story *story, struct op *op, unsigned n)
{
    op->name = "changeGrant";
    snprintf(op->json, sizeof op->json, "{\"grantId\":\"g%u\",\"permission\":\"p%u\"",
             random_below(&story->random, n + 1), random_below(&story->random, PERMISSIONS));
    op_span(story, op);
    op_end(op, "}");
}

static void op_other(struct story *story, struct op *op, unsigned n)
{
    unsigned which = random_below(&story->random, 5);
    op->name = which == 0   ? "archiveOrg"
               : which == 1 ? "restoreOrg"
               : which == 2 ? "revokeRole"
                            : "revokePermission";
    if (which < 2) {
        snprintf(op->json, sizeof op->json, "{\"orgId\":\"acme\"}");
    } else if (which == 2) {
        snprintf(op->json, sizeof op->json, "{\"roleId\":\"seat\",\"subjectId\":\"s%u\"}",
                 random_below(&story->random, SUBJECTS));
    } else {
        snprintf(op->json, sizeof op->json, "{\"grantId\":\"g%u\"}",
                 random_below(&story->random, n + 1));
    }
}

static void story_make(struct story *story)
{
    int64_t now_us = story->lived.now_us;
    for (unsigned n = 0; n < OPS; n++) {
        struct op *op = &story->ops[n];
        now_us += random_span(story, 400);
        op->at_us = now_us;
        unsigned which = random_below(&story->random, 10);
        if (which < 4) {
            op_grant(story, op, n);
        } else if (which < 6) {
            op_assign(story, op);
        } else if (which < 8) {
            op_change(story, op, n);
        } else {
            op_other(story, op, n);
        }
    }
}

static void story_begin(struct partition_kit *kit, const char *at)
{
    char text[128];
    partition_kit_open_org(kit);
    for (unsigned i = 0; i < PERMISSIONS; i++) {
        snprintf(text, sizeof text, "{\"permission\":\"p%u\"}", i);
        partition_kit_do(kit, at, "definePermission", text);
    }
    for (unsigned i = 0; i < SUBJECTS; i++) {
        snprintf(text, sizeof text, "{\"subjectId\":\"s%u\"}", i);
        partition_kit_do(kit, at, "registerSubject", text);
    }
    partition_kit_do(kit, at, "defineRoleType", "{\"roleType\":\"t\",\"holdersMax\":2}");
    partition_kit_do(kit, at, "createRole", "{\"roleId\":\"seat\",\"roleType\":\"t\"}");
}

/* ---- living, importing ---- */

/* What the leader finds when it wakes. */
static bool kit_wake(struct partition_kit *kit, int64_t now_us, int64_t until_us)
{
    const struct decider_due due = { .org_id = STR("acme"),
                                     .now_us = now_us,
                                     .until_us = until_us };
    struct str record;
    assert_ok(decider_elapse(&kit->decider, &due, &record));
    if (record.size > 0) {
        partition_kit_pass(kit, record);
    }
    return record.size > 0;
}

static void story_live(struct story *story)
{
    struct partition_kit *kit = &story->lived;
    for (unsigned n = 0; n < OPS; n++) {
        struct op *op = &story->ops[n];
        while (random_below(&story->random, 3) == 0) {
            int64_t left_us = op->at_us - kit->now_us;
            kit->now_us += left_us > 2 * SECOND ? left_us / 2 : 0;
            kit_wake(kit, kit->now_us, INT64_MAX);
        }
        kit->now_us = op->at_us - SECOND; /* deciding moves it on */
        op->at_us = partition_kit_decide(kit, NULL, op->name, op->json).recorded_at_us;
    }
    kit->now_us += (int64_t)3600 * SECOND;
    while (kit_wake(kit, kit->now_us, INT64_MAX)) {
    }
}

static void story_import(struct story *story)
{
    struct partition_kit *kit = &story->imported;
    char at[TIME_TEXT_SIZE], finish[128];
    kit->now_us += FAR_US;
    for (unsigned n = 0; n < OPS; n++) {
        const struct op *op = &story->ops[n];
        while (random_below(&story->random, 3) == 0) {
            assert_false(kit_wake(kit, kit->now_us, INT64_MIN)); /* time is the imports' */
        }
        time_format(op->at_us, at);
        partition_kit_decide(kit, at, op->name, op->json);
    }
    time_format(story->lived.now_us, at);
    snprintf(finish, sizeof finish, "{\"orgId\":\"acme\",\"at\":\"%s\"}", at);
    partition_kit_decide(kit, NULL, "finishImport", finish);
}

/* ---- the rules, read plainly ---- */

struct waiting {
    unsigned kind;
    char id[64];
    int64_t row_us;
};

struct plain {
    struct waiting waiting[WAITING_MAX];
    size_t count;
    int64_t last_us;
    bool archived;
    unsigned elapsed; /* decisions of what was due */
};

static int waiting_compare(const void *a, const void *b)
{
    const struct waiting *left = a, *right = b;
    if (left->row_us != right->row_us) {
        return left->row_us < right->row_us ? -1 : 1;
    }
    char kinds[2][8];
    snprintf(kinds[0], sizeof kinds[0], "%u", left->kind);
    snprintf(kinds[1], sizeof kinds[1], "%u", right->kind);
    int order = strcmp(kinds[0], kinds[1]);
    return order != 0 ? order : strcmp(left->id, right->id);
}

static void plain_forget(struct plain *plain, unsigned kind, const char *id)
{
    for (size_t i = 0; i < plain->count; i++) {
        if (plain->waiting[i].kind == kind && strcmp(plain->waiting[i].id, id) == 0) {
            plain->waiting[i] = plain->waiting[--plain->count];
            return;
        }
    }
}

static const Google__Protobuf__Timestamp *plain_time(const ProtobufCMessage *entity,
                                                     const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(entity->descriptor, name);
    const Google__Protobuf__Timestamp *time = NULL;
    if (field != NULL) {
        memcpy(&time, (const char *)entity + field->offset, sizeof time);
    }
    return time;
}

/* What an entity waits for first: what has not begun for that, what could not begin or has for its
 * end. */
static const Google__Protobuf__Timestamp *plain_first(const ProtobufCMessage *entity)
{
    const Google__Protobuf__Timestamp *start = plain_time(entity, "starts_at");
    const unsigned status = fields_status(entity);
    if (status == LIFE_SCHEDULED && start != NULL) {
        return start;
    }
    return status == LIFE_SCHEDULED || status == LIFE_ACTIVE ? plain_time(entity, "expires_at")
                                                             : NULL;
}

/* What an entity waits for, as it is after a decision of then. */
static void plain_note(struct plain *plain, unsigned kind, const char *id,
                       const ProtobufCMessage *entity)
{
    plain_forget(plain, kind, id);
    const Google__Protobuf__Timestamp *first = plain_first(entity);
    if (kind == ENTITY_ORG) {
        plain->archived = fields_status(entity) == LIFE_ARCHIVED;
    }
    if (first == NULL || kind == ENTITY_CREDENTIAL) {
        return;
    }
    assert_true(plain->count < WAITING_MAX);
    struct waiting *waiting = &plain->waiting[plain->count++];
    waiting->kind = kind;
    snprintf(waiting->id, sizeof waiting->id, "%s", id);
    const int64_t first_us = fields_time_us(first);
    waiting->row_us = first_us > plain->last_us ? first_us : plain->last_us;
}

/* A decision of what was due: all of the first time, and nothing else. */
static void plain_check_elapsed(struct plain *plain, const Agency__V1__DecisionRow *row)
{
    assert_false(plain->archived);
    assert_in_range(row->n_elapsed, 1, plain->count);
    qsort(plain->waiting, plain->count, sizeof plain->waiting[0], waiting_compare);
    const int64_t first_us = plain->waiting[0].row_us;
    for (size_t i = 0; i < row->n_elapsed; i++) {
        assert_int_equal(plain->waiting[i].kind, row->elapsed[i]->kind);
        assert_string_equal(plain->waiting[i].id, row->elapsed[i]->id);
        assert_true(plain->waiting[i].row_us == first_us);
    }
    assert_true(row->n_elapsed == plain->count || plain->waiting[row->n_elapsed].row_us > first_us);
    assert_true(row->occurred_at_us == (first_us > plain->last_us ? first_us : plain->last_us));
}

static void plain_check_command(const struct plain *plain, const Agency__V1__DecisionRow *row)
{
    for (size_t i = 0; i < plain->count && !plain->archived; i++) {
        assert_true(plain->waiting[i].row_us > row->occurred_at_us);
    }
}

static void plain_check(void *context, const struct partition *partition, struct arena *arena,
                        const Agency__V1__DecisionRow *row)
{
    struct plain *plain = context;
    if (row->n_elapsed > 0) {
        plain_check_elapsed(plain, row);
        plain->elapsed++;
    } else {
        plain_check_command(plain, row);
    }
    plain->last_us = row->occurred_at_us;
    for (size_t i = 0; i < row->n_changed; i++) {
        struct str packed;
        ProtobufCMessage *entity;
        unsigned kind = (unsigned)row->changed[i]->kind;
        history_kit_entity(partition, arena, row->changed[i], row->org_sequence, &packed);
        assert_ok(pb_unpack(arena, registry_entity(kind)->descriptor, packed, PB_STORED, &entity));
        plain_note(plain, kind, row->changed[i]->id, entity);
    }
}

/* ---- comparing ---- */

/* All but the last decision of the import, which ends it. */
static unsigned story_compare(struct story *story)
{
    struct plain plain = { .last_us = INT64_MIN };
    history_kit_each(&story->lived, &story->imported, plain_check, &plain);
    assert_true(plain.count == 0 || plain.archived);
    return plain.elapsed;
}

static unsigned story_tell(uint64_t seed)
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
    unsigned elapsed = story_compare(&story);
    partition_kit_close(&story.lived);
    partition_kit_close(&story.imported);
    return elapsed;
}

TEST(history, imported_is_as_if_it_was_lived_through)
{
    const char *scale = getenv("SCALE");
    unsigned seeds = scale != NULL && strcmp(scale, "1") != 0 ? 1000 : SEEDS, elapsed = 0;
    for (unsigned seed = 1; seed <= seeds; seed++) {
        elapsed += story_tell(seed);
    }
    printf("told %u histories, %u decisions of what was due\n", seeds, elapsed);
    assert_true(elapsed > seeds); /* something was due in them */
}
