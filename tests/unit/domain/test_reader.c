/* Who may read what: the operator, who was granted it, and all members where the org says so. */
#include "core/domain/check/reader.h"

#include "core/domain/check/identity.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

static enum status_code reads(struct org_world *world, const char *name, struct object object)
{
    org_world_as(world, name);
    struct status st =
        reader_may(org_world_view(world), &world->arena, world->now_us, &world->principal, object);
    org_world_as(world, "admin");
    return st.code;
}

static void person(struct org_world *world, const char *name)
{
    org_world_do(world, "RegisterSubject {\"subjectId\":\"%s\"}", name);
    org_world_do(world,
                 "BindCredential {\"credentialId\":\"%s-key\",\"subjectId\":\"%s\",\"kind\":"
                 "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@%s\"}",
                 name, name, name);
}

static void world_init(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_as(world, "admin");
    person(world, "ann");
    person(world, "bob");
    org_world_do(world, "CreateGroup {\"groupId\":\"red\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"blue\"}");
    org_world_do(world, "GrantPermission {\"grantId\":\"g\",\"permission\":\"Read\",\"grantee\":"
                        "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ann\"},\"on\":"
                        "{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"red\"}}");
}

static struct object group(const char *id)
{
    return (struct object){ OBJECT_GROUP, str_z(id) };
}

TEST(reader, reads_what_was_granted_and_nothing_else)
{
    struct org_world world;
    world_init(&world);
    assert_int_equal(reads(&world, "ann", group("red")), STATUS_OK);
    assert_int_equal(reads(&world, "ann", group("blue")), STATUS_PERMISSION_DENIED);
    assert_int_equal(reads(&world, "ann", object_org()), STATUS_PERMISSION_DENIED);
    assert_int_equal(reads(&world, "bob", group("red")), STATUS_PERMISSION_DENIED);
    assert_int_equal(reads(&world, "nobody", group("red")), STATUS_PERMISSION_DENIED);
    org_world_release(&world);
}

TEST(reader, the_owner_and_an_operator_read_all)
{
    struct org_world world;
    world_init(&world);
    assert_int_equal(reads(&world, "root", object_org()), STATUS_OK);
    assert_int_equal(reads(&world, "root", group("blue")), STATUS_OK);
    assert_int_equal(reads(&world, "admin", object_org()), STATUS_OK);
    org_world_release(&world);
}

TEST(reader, all_members_read_where_the_org_says_so)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "SetOrgReadMode {\"orgId\":\"acme\",\"readMode\":\"READ_MODE_MEMBERS\"}");
    assert_int_equal(reads(&world, "bob", object_org()), STATUS_OK);
    assert_int_equal(reads(&world, "nobody", object_org()), STATUS_PERMISSION_DENIED);
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"bob\"}");
    assert_int_equal(reads(&world, "bob", object_org()), STATUS_PERMISSION_DENIED);
    org_world_do(&world, "RevokeCredential {\"credentialId\":\"ann-key\"}");
    assert_int_equal(reads(&world, "ann", object_org()), STATUS_PERMISSION_DENIED);
    org_world_do(&world, "SetOrgReadMode {\"orgId\":\"acme\",\"readMode\":\"READ_MODE_GRANTED\"}");
    assert_int_equal(reads(&world, "bob", object_org()), STATUS_PERMISSION_DENIED);
    org_world_release(&world);
}

TEST(reader, an_archived_org_is_read_by_those_who_may)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "ArchiveOrg {\"orgId\":\"acme\"}");
    assert_int_equal(reads(&world, "root", object_org()), STATUS_OK);
    assert_int_equal(reads(&world, "bob", object_org()), STATUS_PERMISSION_DENIED);
    org_world_release(&world);
}

TEST(reader, who_has_shown_nothing_reads_nothing)
{
    struct org_world world;
    Agency__V1__Principal nobody = AGENCY__V1__PRINCIPAL__INIT;
    world_init(&world);
    org_world_do(&world, "SetOrgReadMode {\"orgId\":\"acme\",\"readMode\":\"READ_MODE_MEMBERS\"}");
    struct status st =
        reader_may(org_world_view(&world), &world.arena, world.now_us, &nobody, object_org());
    assert_int_equal(st.code, STATUS_PERMISSION_DENIED);
    org_world_release(&world);
}

/* bob's token says that he acts for ann. */
static enum status_code reads_for(struct org_world *world, struct object object)
{
    org_world_as(world, "ann");
    Agency__V1__Identity ann = identity_of(&world->principal);
    Agency__V1__Identity *chain[] = { &ann };
    org_world_as(world, "bob");
    Agency__V1__Principal bob = world->principal;
    bob.acts_for = chain;
    bob.n_acts_for = 1;
    org_world_as(world, "admin");
    return reader_may(org_world_view(world), &world->arena, world->now_us, &bob, object).code;
}

TEST(reader, who_acts_for_another_reads_what_that_other_may_if_he_may_act)
{
    struct org_world world;
    world_init(&world);
    assert_int_equal(reads_for(&world, group("red")), STATUS_PERMISSION_DENIED);
    org_world_do(&world, "GrantPermission {\"grantId\":\"a\",\"permission\":\"act_as\",\"grantee\":"
                         "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"bob\"},\"on\":"
                         "{\"kind\":\"OBJECT_KIND_SUBJECT\",\"id\":\"ann\"}}");
    assert_int_equal(reads_for(&world, group("red")), STATUS_OK);
    assert_int_equal(reads_for(&world, group("blue")), STATUS_PERMISSION_DENIED);
    org_world_do(&world, "SetOrgAttenuation {\"orgId\":\"acme\",\"attenuate\":true}");
    assert_int_equal(reads_for(&world, group("red")), STATUS_PERMISSION_DENIED);
    org_world_do(&world, "GrantPermission {\"grantId\":\"b\",\"permission\":\"Read\",\"grantee\":"
                         "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"bob\"},\"on\":"
                         "{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"red\"}}");
    assert_int_equal(reads_for(&world, group("red")), STATUS_OK);
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"bob\"}");
    assert_int_equal(reads_for(&world, group("red")), STATUS_PERMISSION_DENIED);
    org_world_release(&world);
}
