/* Whoever lacks `delegate` widens nobody's access: in random orgs a subject that holds every
 * command and nothing else commands at random; after each of its decisions nobody has more than
 * before on anything that was there before. What it makes is its own, and archiving and restoring
 * the whole org is left out: a restored org gives back what it had. */
#include "core/domain/check/check_subjects.h"
#include "core/domain/kernel/fields.h"
#include "tests/lib/org_world.h"
#include "tests/lib/random_command.h"
#include "tests/lib/test.h"

enum {
    SEEDS = 4,
    ADMIN_STEPS = 3000,
    EVE_STEPS = 10000,
    PERMISSIONS_MAX = 12,
    OBJECTS_MAX_HERE = 200
};

struct access {
    struct arena arena;
    struct object objects[OBJECTS_MAX_HERE];
    size_t objects_count;
    struct ids subjects[OBJECTS_MAX_HERE][PERMISSIONS_MAX];
};

struct widening {
    struct org_world world;
    struct random_state random;
    unsigned seed;
    struct str permissions[PERMISSIONS_MAX];
    size_t permissions_count;
    struct access access[2]; /* before and after, by turns */
    unsigned changes;
};

/* ---- who has what ---- */

static bool object_from(const ProtobufCMessage *entity, struct object *object)
{
    static const enum entity_kind kinds[] = { ENTITY_ASSET, ENTITY_GROUP, ENTITY_JOB_SPACE,
                                              ENTITY_SUBJECT };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct entity_type *type = registry_entity((unsigned)kinds[i]);
        if (type->descriptor == entity->descriptor) {
            *object = object_of(kinds[i], fields_string(entity, type->descriptor->fields[0].name));
            return fields_status(entity) != LIFE_REMOVED;
        }
    }
    return false;
}

static void access_add(struct widening *widening, struct access *access, struct object object)
{
    assert_true(access->objects_count < OBJECTS_MAX_HERE);
    size_t at = access->objects_count++;
    object.id = arena_copy(&access->arena, object.id);
    access->objects[at] = object;
    for (size_t i = 0; i < widening->permissions_count; i++) {
        assert_ok(org_world_subjects(&widening->world, &access->arena, widening->permissions[i],
                                     object, &access->subjects[at][i]));
    }
}

static void access_read(struct widening *widening, struct access *access)
{
    const struct omap *entities = &widening->world.state.entities;
    arena_reset(&access->arena);
    access->objects_count = 0;
    access_add(widening, access, object_org());
    for (struct omap_entry *e = omap_lower_bound(entities, STR("")); e != NULL; e = omap_next(e)) {
        struct object object;
        if (object_from(layer_entity(e), &object)) {
            access_add(widening, access, object);
        }
    }
}

static size_t access_find(const struct access *access, struct object object)
{
    size_t at = 0;
    while (at < access->objects_count && !object_eq(access->objects[at], object)) {
        at++;
    }
    return at;
}

static void assert_not_more(const struct widening *widening, const struct access *before,
                            const struct access *after, size_t at, const char *command)
{
    const struct object object = after->objects[at];
    size_t was = access_find(before, object);
    for (size_t i = 0; was < before->objects_count && i < widening->permissions_count; i++) {
        const struct ids *subjects = &after->subjects[at][i];
        for (size_t j = 0; j < subjects->count; j++) {
            if (!ids_have(&before->subjects[was][i], subjects->items[j])) {
                fail_msg("seed %u: %s gave '%.*s' the permission '%.*s' on %s '%.*s'",
                         widening->seed, command, STR_ARG(subjects->items[j]),
                         STR_ARG(widening->permissions[i]), object_kind_name(object.kind),
                         STR_ARG(object.id));
            }
        }
    }
}

/* ---- the org and eve ---- */

static void widening_add_permission(struct widening *widening, struct str name)
{
    if (widening->permissions_count < PERMISSIONS_MAX) {
        widening->permissions[widening->permissions_count++] = name;
    }
}

static void widening_find_permissions(struct widening *widening)
{
    const struct omap *entities = &widening->world.state.entities;
    widening_add_permission(widening, STR("*"));
    widening_add_permission(widening, STR("delegate"));
    widening_add_permission(widening, STR("AssignRole"));
    widening_add_permission(widening, STR("act_as"));
    for (struct omap_entry *e = omap_lower_bound(entities, STR("")); e != NULL; e = omap_next(e)) {
        if (layer_entity(e)->descriptor == &agency__v1__permission__descriptor &&
            fields_status(layer_entity(e)) == LIFE_ACTIVE) {
            widening_add_permission(widening, fields_string(layer_entity(e), "permission"));
        }
    }
}

/* Gives eve every command on the org, in every second org by its being open. */
static void widening_let_eve(struct widening *widening)
{
    struct org_world *world = &widening->world;
    org_world_do(world, "RestoreOrg {\"orgId\":\"acme\"}");
    org_world_do(world, "RegisterSubject {\"subjectId\":\"eve\"}");
    org_world_do(world,
                 "BindCredential {\"credentialId\":\"c-eve\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                 "\"identityHash\":\"@eve\",\"subjectId\":\"eve\"}");
    org_world_do(world, "SetOrgAccessMode {\"orgId\":\"acme\",\"accessMode\":%u}",
                 1 + widening->seed % 2);
    for (unsigned number = 0; number < 256; number++) {
        const struct command_type *type = registry_command(number);
        if (type != NULL) {
            org_world_do(
                world,
                "GrantPermission {\"grantId\":\"eve-%u\",\"permission\":\"%s\",\"grantee\":"
                "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"eve\"},\"on\":{\"kind\":"
                "\"OBJECT_KIND_ORG\"}}",
                number, type->name);
        }
    }
}

static void widening_init(struct widening *widening, unsigned seed)
{
    *widening = (struct widening){ .random = { .state = seed }, .seed = seed };
    struct org_world *world = &widening->world;
    org_world_init_owned(world);
    for (unsigned i = 0; i < ADMIN_STEPS; i++) {
        const Agency__V1__Command *command =
            random_command(&widening->random, &world->arena, &world->state, world->now_us);
        if ((unsigned)command->payload_case == COMMAND_PUT_CONSTRAINT) {
            continue; /* eve is let, whatever they say */
        }
        struct status status = org_world_decide(world, command);
        assert_true(status.code != STATUS_INTERNAL && status.code != STATUS_DATA_LOSS);
    }
    widening_let_eve(widening);
    widening_find_permissions(widening);
    for (size_t i = 0; i < 2; i++) {
        arena_init(&widening->access[i].arena, (size_t)64 << 20);
    }
    access_read(widening, &widening->access[0]);
}

static void widening_release(struct widening *widening)
{
    arena_release(&widening->access[0].arena);
    arena_release(&widening->access[1].arena);
    org_world_release(&widening->world);
}

/* Commands that would end the trial: on the whole org, and against eve herself. And most of those
 * that cannot widen. */
static bool widening_skips(struct widening *widening, const Agency__V1__Command *command)
{
    const ProtobufCMessage *payload = registry_command_payload(command);
    unsigned number = (unsigned)command->payload_case;
    if (registry_command(number)->delegate == OBJECTS_NONE &&
        random_below(&widening->random, 4) > 0) {
        return true;
    }
    return number == COMMAND_ARCHIVE_ORG || number == COMMAND_PUT_CONSTRAINT ||
           number == COMMAND_RESTORE_ORG ||
           str_eq(fields_string(payload, "subject_id"), STR("eve")) ||
           str_eq(fields_string(payload, "credential_id"), STR("c-eve")) ||
           str_starts(fields_string(payload, "grant_id"), STR("eve-"));
}

static void widening_step(struct widening *widening)
{
    struct org_world *world = &widening->world;
    const Agency__V1__Command *command =
        random_command(&widening->random, &world->arena, &world->state, world->now_us);
    if (widening_skips(widening, command)) {
        return;
    }
    struct status status = org_world_decide(world, command);
    if (status.code != STATUS_OK || world->last.events_count == 0) {
        return;
    }
    struct access *before = &widening->access[widening->changes % 2];
    struct access *after = &widening->access[++widening->changes % 2];
    access_read(widening, after);
    for (size_t i = 0; i < after->objects_count; i++) {
        assert_not_more(widening, before, after, i,
                        registry_command((unsigned)command->payload_case)->name);
    }
}

TEST(widening, nobody_without_delegate_widens_anybodys_access)
{
    static struct widening widening;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        widening_init(&widening, seed);
        org_world_as(&widening.world, "eve");
        for (unsigned i = 0; i < EVE_STEPS; i++) {
            widening_step(&widening);
        }
        assert_in_range(widening.changes, 50, EVE_STEPS);
        widening_release(&widening);
    }
}
