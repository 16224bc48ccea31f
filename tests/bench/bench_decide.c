/* What deciding one command costs, with the check of who may and the events applied to the scratch;
 * nothing is kept. An org in memory of 1,000 subjects in 100 groups with a lead each. */
#include <stdio.h>

#include "tests/lib/bench.h"
#include "tests/lib/decide_bench.h"
#include "tests/lib/test.h"

enum { SUBJECTS = 1000, GROUPS = 100, STEPS = 2000 };

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

static void measure(struct decide_bench *bench, const char *as, const char *text)
{
    char line[128];
    decide_bench_take(bench, as, text);
    decide_bench_step(bench);
    snprintf(line, sizeof line, "%.*s by %s, events: %zu", (int)strcspn(text, " "), text, as,
             bench->events_count);
    bench_print(line, decide_bench_step, bench, STEPS);
}

TEST(bench_decide, what_one_decision_costs)
{
    static struct decide_bench bench;
    decide_bench_init(&bench);
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
    decide_bench_release(&bench);
}
