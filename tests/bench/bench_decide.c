/* What deciding one command costs, with the check of who may and the events applied to the scratch;
 * nothing is kept. An org in memory of 1,000 subjects in 100 groups with a lead each. */
#include <stdio.h>

#include "core/domain/decide.h"
#include "tests/lib/bench.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

enum { SUBJECTS = 1000, GROUPS = 100, STEPS = 2000 };

struct bench_decide {
    struct org_world world;
    struct arena arena;
    Agency__V1__Command command;
    size_t events;
};

static void make_org(struct org_world *world)
{
    org_world_do(world, "DefineRoleType {\"roleType\":\"lead\"}");
    org_world_do(world, "DefineRoleType {\"roleType\":\"member\"}");
    for (unsigned i = 0; i < GROUPS; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"g%u\"}", i);
        org_world_do(world,
                     "CreateRole {\"roleId\":\"m%u\",\"roleType\":\"member\",\"groupIds\":"
                     "[\"g%u\"]}",
                     i, i);
        org_world_do(world,
                     "CreateRole {\"roleId\":\"l%u\",\"roleType\":\"lead\",\"groupIds\":"
                     "[\"g%u\"]}",
                     i, i);
        org_world_do(world,
                     "GrantPermission {\"grantId\":\"x%u\",\"permission\":\"*\",\"grantee\":"
                     "{\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\",\"roleTypes\":[\"lead\""
                     "]},\"on\":{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"g%u\"}}",
                     i, i, i);
    }
    for (unsigned i = 0; i < SUBJECTS; i++) {
        org_world_do(world, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
        org_world_do(world, "AssignRole {\"roleId\":\"m%u\",\"subjectId\":\"s%u\"}", i % GROUPS, i);
    }
    org_world_do(world, "AssignRole {\"roleId\":\"l7\",\"subjectId\":\"s3\"}");
    org_world_do(world, "BindCredential {\"credentialId\":\"c\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                        "\"identityHash\":\"@lead\",\"subjectId\":\"s3\"}");
}

static void step(void *self)
{
    struct bench_decide *bench = self;
    struct org_world *world = &bench->world;
    const struct decide_context context = { .principal = &world->principal,
                                            .config = &world->config,
                                            .head = world->head,
                                            .recorded_at_us = world->now_us };
    struct decide d = { .arena = &bench->arena,
                        .view = &world->org.view,
                        .before = &world->before.port,
                        .changes = &layer_changes,
                        .changes_self = &world->changes,
                        .context = &context,
                        .command = &bench->command };
    assert_ok(decide_command(&d));
    bench->events = d.events_count;
    layer_reset(&world->scratch);
    arena_reset(&bench->arena);
}

static void measure(struct bench_decide *bench, const char *as, const char *text)
{
    char line[128];
    org_world_as(&bench->world, as);
    assert_ok(org_world_read(&bench->world, text, &bench->command));
    step(bench);
    snprintf(line, sizeof line, "%.*s by %s, events: %zu", (int)strcspn(text, " "), text, as,
             bench->events);
    bench_print(line, step, bench, STEPS);
}

TEST(bench_decide, what_one_decision_costs)
{
    static struct bench_decide bench;
    org_world_init_owned(&bench.world);
    arena_init(&bench.arena, 1 << 26);
    make_org(&bench.world);
    measure(&bench, "admin", "RegisterSubject {\"subjectId\":\"new\",\"name\":\"New\"}");
    measure(&bench, "root", "RegisterSubject {\"subjectId\":\"new\",\"name\":\"New\"}");
    measure(&bench, "admin", "AssignRole {\"roleId\":\"m7\",\"subjectId\":\"s1\"}");
    measure(&bench, "root", "AssignRole {\"roleId\":\"m7\",\"subjectId\":\"s1\"}");
    measure(&bench, "lead", "AssignRole {\"roleId\":\"m7\",\"subjectId\":\"s1\"}");
    measure(&bench, "lead", "AssignRole {\"roleId\":\"m8\",\"subjectId\":\"s1\"}");
    measure(&bench, "lead",
            "UpdateGroup {\"groupId\":\"g7\",\"updateMask\":\"name\",\"name\":\"N\"}");
    measure(&bench, "admin", "RemoveSubject {\"subjectId\":\"s3\"}");
    arena_release(&bench.arena);
    org_world_release(&bench.world);
}
