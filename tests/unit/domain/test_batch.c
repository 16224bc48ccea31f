/* What a batch is beyond the goldens: the same as its commands one after another, in random orgs;
 * and one decision with the limits of one. */
#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/domain/check/check.h"
#include "core/domain/decide.h"
#include "tests/lib/batch_twin.h"
#include "tests/lib/random_command.h"
#include "tests/lib/test.h"

enum { BATCH_SEEDS = 12, BATCH_STEPS = 400, BATCH_COMMANDS = 5, BATCH_DRAWS = 12 };

struct batch_run {
    struct org_world world;
    struct random_state random;
    size_t whole; /* batches of several commands that were accepted, and made events */
};

/* The operator, the owner, or whoever has a credential. */
static void batch_principal(struct batch_run *run)
{
    const ProtobufCMessage *found =
        random_entity(&run->random, &run->world.state, ENTITY_CREDENTIAL);
    const Agency__V1__Credential *credential = (const Agency__V1__Credential *)(const void *)found;
    unsigned who = random_below(&run->random, 4);
    org_world_as(&run->world, who == 0 ? "admin" : "root");
    if (who == 1 && credential != NULL) {
        run->world.principal.kind = credential->kind;
        run->world.principal.identity_hash = credential->identity_hash;
    }
}

/* Mostly one that would be accepted alone. */
static const Agency__V1__Command *batch_draw(struct batch_run *run)
{
    struct org_world *world = &run->world;
    const Agency__V1__Command *command = NULL;
    for (unsigned i = 0; i < BATCH_DRAWS; i++) {
        command = random_command(&run->random, &world->arena, &world->state, world->now_us);
        struct status status = org_world_try(world, command);
        bool good = status.code == STATUS_OK && world->last.rejection == NULL;
        if (good || random_below(&run->random, 30) == 0) {
            break;
        }
    }
    return command;
}

static void batch_try(struct batch_run *run, unsigned seed)
{
    const Agency__V1__Command *commands[BATCH_COMMANDS];
    size_t count = 1 + random_below(&run->random, BATCH_COMMANDS);
    for (size_t i = 0; i < count; i++) {
        commands[i] = batch_draw(run);
    }
    struct batch_twin_answer answer = batch_twin(&run->world, commands, count);
    if (answer.differs.size > 0) {
        fail_msg("seed %u: %.*s", seed, STR_ARG(answer.differs));
    }
    run->whole += count > 1 && answer.events_count > 1;
}

static void batch_step(struct batch_run *run, unsigned seed)
{
    batch_principal(run);
    batch_try(run, seed);
    run->world.now_us += 1000000;
    struct status status = org_world_decide(&run->world, batch_draw(run));
    assert_true(status.code == STATUS_OK || status.code == STATUS_UNAUTHENTICATED ||
                status.code == STATUS_INVALID_ARGUMENT || status.code == STATUS_UNIMPLEMENTED);
}

TEST(batch, is_what_its_commands_are_one_after_another)
{
    size_t whole = 0;
    for (unsigned seed = 1; seed <= BATCH_SEEDS; seed++) {
        struct batch_run *run = test_malloc(sizeof *run);
        *run = (struct batch_run){ .random = { .state = seed } };
        org_world_init_owned(&run->world);
        for (unsigned step = 0; step < BATCH_STEPS; step++) {
            batch_step(run, seed);
        }
        whole += run->whole;
        org_world_release(&run->world);
        test_free(run);
    }
    assert_in_range(whole, 500, BATCH_SEEDS * BATCH_STEPS);
}

/* ---- the memory of answers ---- */

/* One that only may be asked before anything is emitted. */
struct batch_memory {
    struct check_memory memory;
    size_t asked;
};

static struct status batch_ask(struct check_memory *memory, const struct view *view,
                               struct arena *arena, int64_t at_us,
                               const struct check_question *question, struct check_answer *answer)
{
    ((struct batch_memory *)(void *)memory)->asked++;
    return check(view, arena, at_us, question, answer);
}

static size_t batch_asked(const char *text)
{
    struct org_world world;
    struct batch_memory memory = { .memory = { batch_ask } };
    org_world_init_owned(&world);
    org_world_do(&world, "CreateGroup {\"groupId\":\"red\"}");
    org_world_as(&world, "root");
    world.memory = &memory.memory;
    org_world_do(&world, "%s", text);
    org_world_release(&world);
    return memory.asked;
}

TEST(batch, asks_from_memory_only_before_its_first_event)
{
    size_t one = batch_asked("CreateGroup {\"groupId\":\"a\"}");
    assert_int_equal(one, 1);
    assert_int_equal(batch_asked("Batch {\"commands\":[{\"createGroup\":{\"group\":{\"groupId\":"
                                 "\"a\"}}},{\"createGroup\":{\"group\":{\"groupId\":\"b\"}}}]}"),
                     1);
    /* One that is so already leaves the state as it was. */
    assert_int_equal(batch_asked("Batch {\"commands\":[{\"excludeGroup\":{\"groupId\":\"red\","
                                 "\"includedGroupId\":\"red\"}},{\"createGroup\":{\"group\":{"
                                 "\"groupId\":\"b\"}}}]}"),
                     2);
}

/* ---- limits ---- */

/* `count` commands of a format with one number, from `from` on. */
static const char *batch_text(struct org_world *world, const char *format, unsigned from,
                              unsigned count)
{
    struct buf text = { 0 };
    buf_printf(&text, "Batch {\"commands\":[");
    for (unsigned i = from; i < from + count; i++) {
        struct str at = str_z(strchr(format, '#'));
        buf_printf(&text, "%s%.*s%u%s", i > from ? "," : "", (int)(at.data - format), format, i,
                   at.data + 1);
    }
    buf_printf(&text, "]}");
    struct str copy = arena_copy(&world->arena, buf_str(&text));
    buf_release(&text);
    return copy.data;
}

static const char batch_group[] = "{\"createGroup\":{\"group\":{\"groupId\":\"g#\"}}}";

TEST(batch, has_at_most_256_commands)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "%s", batch_text(&world, batch_group, 0, LIST_ITEMS_MAX));
    assert_int_equal(world.last.events_count, LIST_ITEMS_MAX);
    assert_code(
        STATUS_INVALID_ARGUMENT,
        org_world_submit(&world, batch_text(&world, batch_group, 1000, LIST_ITEMS_MAX + 1)));
    org_world_release(&world);
}

/* Five subjects of 250 seats each: each alone ends with 251 events. */
TEST(batch, has_at_most_the_events_of_one_decision)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"t\"}");
    for (unsigned s = 0; s < 5; s++) {
        org_world_do(&world, "RegisterSubject {\"subjectId\":\"s%u\"}", s);
        for (unsigned i = 0; i < 250; i++) {
            org_world_do(&world, "CreateRole {\"roleId\":\"r%u-%u\",\"roleType\":\"t\"}", s, i);
            org_world_do(&world, "AssignRole {\"roleId\":\"r%u-%u\",\"subjectId\":\"s%u\"}", s, i,
                         s);
        }
    }
    const char *reason =
        org_world_rejected(&world, STATUS_FAILED_PRECONDITION, "%s",
                           batch_text(&world, "{\"removeSubject\":{\"subjectId\":\"s#\"}}", 0, 5));
    assert_non_null(strstr(reason, "command 5 of 5, RemoveSubject: expected a decision of at most "
                                   "1024 events"));
    org_world_do(&world, "%s",
                 batch_text(&world, "{\"removeSubject\":{\"subjectId\":\"s#\"}}", 0, 4));
    assert_int_equal(world.last.events_count, 4 * 251);
    org_world_release(&world);
}

/* Ada may archive assets of a type, of which 1,000 lie below one: each is asked about by itself. */
static void batch_many_below(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "RegisterAsset {\"assetId\":\"top\",\"type\":\"t\"}");
    for (unsigned i = 0; i < 1000; i++) {
        org_world_do(world,
                     "RegisterAsset {\"assetId\":\"a%u\",\"type\":\"t\",\"parentAssetId\":"
                     "\"top\"}",
                     i);
    }
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(world, "BindCredential {\"credentialId\":\"c-ada\",\"kind\":"
                        "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@ada\",\"subjectId\":"
                        "\"ada\"}");
    org_world_do(world, "GrantPermission {\"grantId\":\"g\",\"permission\":\"ArchiveAsset\","
                        "\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},\"on\":"
                        "{\"kind\":\"OBJECT_KIND_ASSET_TYPE\",\"id\":\"t\"}}");
    org_world_as(world, "ada");
}

/* Whether it has happened already makes no question cheaper. */
TEST(batch, reads_no_more_than_takes_a_moment)
{
    struct org_world world;
    struct buf text = { 0 };
    batch_many_below(&world);
    buf_printf(&text, "Batch {\"commands\":[{\"archiveAsset\":{\"assetId\":\"top\"}}");
    org_world_do(&world, "%.*s,{\"archiveAsset\":{\"assetId\":\"top\"}}]}",
                 STR_ARG(buf_str(&text)));
    const size_t two = world.last.lookups;
    for (unsigned i = 1; i < LIST_ITEMS_MAX; i++) {
        buf_printf(&text, ",{\"archiveAsset\":{\"assetId\":\"top\"}}");
    }
    const char *reason =
        org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED, "%.*s]}", STR_ARG(buf_str(&text)));
    assert_non_null(strstr(reason, "send fewer at once"));
    assert_in_range(world.last.refused, 3, 100);
    assert_in_range(world.last.lookups, 100000, 300000 + two);
    buf_release(&text);
    org_world_release(&world);
}
