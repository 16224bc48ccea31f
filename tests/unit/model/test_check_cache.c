/* Kept answers are those that would be found anew: a decider that keeps them and one that does not
 * write the same bytes, whatever comes. */
#include "core/model/check_cache.h"

#include "core/auth/command_record.h"
#include "core/domain/check/check.h"
#include "core/pb/message.h"
#include "tests/lib/org_world.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/random_command.h"
#include "tests/lib/test.h"

/* ---- two deciders ---- */

enum { TWINS_STEPS = 4000, TWINS_WRITE_EVERY = 64, TWINS_QUESTIONS = 8 };

struct twins {
    struct org_world world; /* what the commands are made from */
    struct random_state random;
    struct partition_kit keeps;
    struct partition_kit forgets;
    size_t reused;   /* decisions for which an answer was there */
    size_t accepted; /* of commands by others than operators */
};

static void twins_init(struct twins *twins, unsigned seed)
{
    *twins = (struct twins){ .random = { .state = seed } };
    org_world_init(&twins->world);
    partition_kit_open(&twins->keeps);
    partition_kit_open(&twins->forgets);
    twins->forgets.decided->fold.check_cache.arena.cap = 0; /* no answer fits */
}

static void twins_release(struct twins *twins)
{
    partition_kit_close(&twins->keeps);
    partition_kit_close(&twins->forgets);
    org_world_release(&twins->world);
}

/* Decides a record, and passes the decision on. */
static struct str twins_decide_one(const struct twins *twins, struct partition_kit *kit,
                                   struct str command, struct submit_answer *answer)
{
    struct decider_command given = { .bytes = command, .now_us = twins->world.now_us };
    struct str record;
    assert_ok(decider_decide(&kit->decider, &given, answer, &record));
    if (record.size > 0) {
        partition_kit_pass(kit, record);
    }
    return record;
}

static void twins_decide(struct twins *twins, Agency__V1__Command *command, unsigned step)
{
    struct org_world *world = &twins->world;
    struct str record;
    struct submit_answer answer, other;
    struct str id = arena_printf(&world->arena, "step-%u", step);
    command->command_id = (char *)(uintptr_t)id.data;
    struct status taken = command_record_make(
        &world->arena, &(struct command_record_keys){ .cluster_key = STR("key") }, command,
        &world->principal, NULL, &record);
    if (taken.code != STATUS_OK) {
        return; /* no decider ever sees it */
    }
    (void)!org_world_decide(world, command).code; /* what it is told, the deciders are, too */
    size_t known = twins->keeps.decided->fold.check_cache.known.count;
    struct str a = twins_decide_one(twins, &twins->keeps, record, &answer);
    struct str b = twins_decide_one(twins, &twins->forgets, record, &other);
    assert_int_equal(answer.code, other.code);
    assert_string_equal(answer.reason, other.reason);
    assert_true(str_eq(a, b));
    bool asked = world->principal.operator_[0] == '\0' && answer.code == STATUS_OK;
    twins->accepted += asked;
    twins->reused += asked && known == twins->keeps.decided->fold.check_cache.known.count;
}

static void twins_begin(struct twins *twins)
{
    assert_ok(org_world_read(
        &twins->world,
        "CreateOrg "
        "{\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{\"credentialId\""
        ":\"c-root\",\"kind\":\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@root\"}}",
        &twins->world.command));
    twins_decide(twins, &twins->world.command, 0);
}

/* Mostly somebody of the org, now and then on behalf of another. */
static void twins_choose(struct twins *twins, Agency__V1__Command *command)
{
    struct org_world *world = &twins->world;
    const Agency__V1__Credential *credential =
        (const void *)random_entity(&twins->random, &world->state, ENTITY_CREDENTIAL);
    const Agency__V1__Subject *other =
        (const void *)random_entity(&twins->random, &world->state, ENTITY_SUBJECT);
    org_world_as(world, random_below(&twins->random, 3) == 0 ? "root" : "admin");
    if (credential != NULL && random_below(&twins->random, 4) > 0) {
        agency__v1__principal__init(&world->principal);
        world->principal.kind = credential->kind;
        world->principal.identity_hash = credential->identity_hash;
    }
    if (other != NULL && random_below(&twins->random, 4) == 0) {
        command->on_behalf_of = other->subject_id;
    }
}

/* Many of the grants are of what commands ask for, so that it is granted and taken back. */
static void twins_grant(struct twins *twins, Agency__V1__Command *command)
{
    static const char *const asked[] = { "*",           "AssignRole", "GrantPermission",
                                         "UpdateGroup", "delegate",   "act_as" };
    if ((unsigned)command->payload_case == COMMAND_GRANT_PERMISSION &&
        random_below(&twins->random, 3) > 0) {
        command->grant_permission->grant->permission =
            (char *)(uintptr_t)asked[random_below(&twins->random, 6)];
    }
}

static void twins_same(const struct check_answer *kept, const struct check_answer *found)
{
    assert_int_equal(kept->reason, found->reason);
    assert_int_equal(kept->allowed, found->allowed);
    assert_true(str_eq(kept->nearest, found->nearest));
    assert_int_equal(kept->steps_count, found->steps_count);
    for (size_t i = 0; i < kept->steps_count; i++) {
        const struct check_step *a = &kept->steps[i], *b = &found->steps[i];
        assert_true(a->kind == b->kind && a->version == b->version && str_eq(a->id, b->id));
    }
}

/* One of the few questions that there are, so that most were asked before. */
static void twins_ask(struct twins *twins)
{
    struct org_world *world = &twins->world;
    struct check_cache *answers = &twins->keeps.decided->fold.check_cache;
    const Agency__V1__Subject *subject =
        (const void *)random_entity(&twins->random, &world->state, ENTITY_SUBJECT);
    const Agency__V1__Group *group =
        (const void *)random_entity(&twins->random, &world->state, ENTITY_GROUP);
    struct check_question question = { .subject_id = str_z(subject->subject_id),
                                       .permission = STR("UpdateGroup"),
                                       .object = object_org(),
                                       .for_command = true };
    if (group != NULL) {
        question.object = (struct object){ OBJECT_GROUP, str_z(group->group_id) };
    }
    struct org_view org;
    struct check_answer kept, found;
    org_view_init(&org, answers->source, STR("acme"));
    assert_ok(answers->memory.ask(&answers->memory, &org.view, &world->arena, world->now_us,
                                  &question, &kept));
    assert_ok(check(&org.view, &world->arena, world->now_us, &question, &found));
    twins_same(&kept, &found);
}

static void twins_step(struct twins *twins, unsigned step)
{
    struct org_world *world = &twins->world;
    Agency__V1__Command *command =
        random_command(&twins->random, &world->arena, &world->state, world->now_us);
    twins_grant(twins, command);
    twins_choose(twins, command);
    twins_decide(twins, command, step);
    for (int i = 0; i < TWINS_QUESTIONS; i++) {
        twins_ask(twins);
    }
    if (step % TWINS_WRITE_EVERY == 0) {
        assert_ok(partition_write(twins->keeps.decided));
    }
}

static void twins_run(unsigned seed)
{
    struct twins *twins = test_malloc(sizeof *twins);
    twins_init(twins, seed);
    twins_begin(twins);
    for (unsigned step = 1; step <= TWINS_STEPS; step++) {
        twins_step(twins, step);
    }
    assert_true(twins->accepted > TWINS_STEPS / 20);
    assert_true(twins->reused > twins->accepted / 4);
    twins_release(twins);
    test_free(twins);
}

TEST(check_cache, kept_ones_change_no_byte_of_any_decision)
{
    twins_run(1);
    twins_run(2);
    twins_run(3);
}

/* ---- one answer ---- */

struct asked {
    struct org_world world;
    struct check_cache check_cache;
};

static void asked_init(struct asked *asked)
{
    org_world_init_owned(&asked->world);
    org_world_do(&asked->world, "CreateGroup {\"groupId\":\"g\"}");
    org_world_do(&asked->world, "RegisterSubject {\"subjectId\":\"ada\"}");
    check_cache_init(&asked->check_cache, &asked->world.state.source);
}

static void asked_release(struct asked *asked)
{
    check_cache_release(&asked->check_cache);
    org_world_release(&asked->world);
}

static bool asked_may(struct asked *asked, int64_t after_us)
{
    const struct check_question question = { .subject_id = STR("ada"),
                                             .permission = STR("UpdateGroup"),
                                             .object = { OBJECT_GROUP, STR("g") },
                                             .for_command = true };
    struct check_answer answer;
    struct org_world *world = &asked->world;
    assert_ok(asked->check_cache.memory.ask(&asked->check_cache.memory, org_world_view(world),
                                            &world->arena, world->now_us + after_us, &question,
                                            &answer));
    return answer.allowed;
}

static void asked_grant(struct asked *asked, const char *permission, const char *more)
{
    org_world_do(&asked->world,
                 "GrantPermission {\"grantId\":\"x%u\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},\"on\":{\"kind\":\"OBJECT_KIND_GROUP\","
                 "\"id\":\"g\"}%s}",
                 asked->world.commands_count, permission, more);
}

TEST(check_cache, one_ends_when_what_it_stands_on_expires)
{
    struct asked asked;
    asked_init(&asked);
    asked_grant(&asked, "UpdateGroup", ",\"expiresAt\":\"2026-01-01T01:00:00Z\"");
    assert_true(asked_may(&asked, 0));
    assert_true(asked_may(&asked, 1));
    assert_int_equal(asked.check_cache.known.count, 1);
    assert_false(asked_may(&asked, INT64_C(3600) * 1000000));
    assert_false(asked_may(&asked, INT64_C(3601) * 1000000));
    asked_release(&asked);
}

/* Changes that the answers are not told of show what is kept. */
TEST(check_cache, one_is_kept_until_what_it_was_found_from_changes)
{
    struct asked asked;
    struct layer told;
    asked_init(&asked);
    assert_false(asked_may(&asked, 0));
    asked_grant(&asked, "UpdateGroup", "");
    assert_false(asked_may(&asked, 0));
    layer_init(&told, source_empty());
    check_cache_changed(&asked.check_cache, &told);
    assert_false(asked_may(&asked, 0));
    check_cache_changed(&asked.check_cache, &asked.world.state);
    assert_true(asked_may(&asked, 0));
    layer_release(&told);
    asked_release(&asked);
}
