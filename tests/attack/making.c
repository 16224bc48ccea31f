#include "tests/attack/making.h"

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "tests/attack/draw.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/test.h"

enum { PILE = 1100 }; /* seats of an owner who holds many: more than anybody looks at */

/* How long the heir's credential lasts. */
static const int64_t HEIR_US = INT64_C(400) * 1000000;

/* Seats mostly lie in groups, often in two, and are not the owners'. */
void making_seat(struct attacker *attacker, Agency__V1__Command *command)
{
    const ProtobufCFieldDescriptor *field;
    ProtobufCMessage *holder = deep_field_find(draw_payload(command), "group_ids", &field);
    const char *type = draw_live(attacker, ENTITY_ROLE_TYPE);
    size_t count = 0, wanted = 1 + random_below(&attacker->random, 2);
    char **groups = arena_alloc(&attacker->story->arena, 2 * sizeof *groups);
    while (holder != NULL && count < wanted) {
        const char *group = draw_live(attacker, ENTITY_GROUP);
        if (group == NULL) {
            break;
        }
        groups[count++] = draw_copy(attacker, group);
    }
    if (count > 0 && random_below(&attacker->random, 100) < 75) {
        pb_field_set_items(holder, field, groups, count);
    }
    if (type != NULL) {
        draw_set_text(command, "role_type", draw_copy(attacker, type));
    }
}

/* What a grant is on: mostly what covers other things than what lies below it. */
Agency__V1__GrantObject *making_object(struct attacker *attacker)
{
    static const struct {
        Agency__V1__ObjectKind kind;
        enum entity_kind entity;
    } kinds[] = {
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_JOB_SPACE, ENTITY_JOB_SPACE },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_JOB_SPACE, ENTITY_JOB_SPACE },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_GROUP, ENTITY_GROUP },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_GROUP, ENTITY_GROUP },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET, ENTITY_ASSET },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_SUBJECT, ENTITY_SUBJECT },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET_TYPE, (enum entity_kind)0 },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ORG, (enum entity_kind)0 },
        { AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ORG, (enum entity_kind)0 },
    };
    unsigned place = random_below(&attacker->random, sizeof kinds / sizeof kinds[0]);
    bool himself = kinds[place].entity == ENTITY_SUBJECT && random_below(&attacker->random, 3) == 0;
    const char *id = himself ? MALLORY
                     : (unsigned)kinds[place].entity == 0
                         ? NULL
                         : draw_live(attacker, kinds[place].entity);
    Agency__V1__GrantObject *on = arena_alloc(&attacker->story->arena, sizeof *on);
    agency__v1__grant_object__init(on);
    on->kind = kinds[place].kind;
    on->id = draw_copy(attacker, id == NULL ? "" : id);
    if (on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET_TYPE) {
        struct str type =
            arena_printf(&attacker->story->arena, "y%u", random_below(&attacker->random, 5));
        on->id = (char *)(uintptr_t)type.data;
    }
    return on;
}

/* Whom a grant is for: mostly seats and groups, so that holding and joining them matters. */
static Agency__V1__Grantee *making_grantee(struct attacker *attacker)
{
    static const enum entity_kind kinds[] = { ENTITY_ROLE, ENTITY_ROLE, ENTITY_GROUP, ENTITY_GROUP,
                                              ENTITY_SUBJECT };
    static const Agency__V1__GranteeKind grantees[] = {
        [ENTITY_ROLE] = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE,
        [ENTITY_GROUP] = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP,
        [ENTITY_SUBJECT] = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT,
    };
    enum entity_kind kind = kinds[random_below(&attacker->random, 5)];
    const char *id = draw_live(attacker, kind);
    const char *type = draw_live(attacker, ENTITY_ROLE_TYPE);
    Agency__V1__Grantee *grantee = arena_alloc(&attacker->story->arena, sizeof *grantee);
    agency__v1__grantee__init(grantee);
    grantee->kind = grantees[kind];
    grantee->id = draw_copy(attacker, id == NULL ? "" : id);
    if (kind == ENTITY_GROUP && type != NULL && random_below(&attacker->random, 3) == 0) {
        grantee->role_types = arena_alloc(&attacker->story->arena, sizeof(char *));
        grantee->role_types[0] = draw_copy(attacker, type);
        grantee->n_role_types = 1;
    }
    return grantee;
}

static void making_grant(struct attacker *attacker, Agency__V1__Command *command)
{
    Agency__V1__Grantee *grantee = making_grantee(attacker);
    Agency__V1__GrantObject *on = making_object(attacker);
    draw_set(command, "grantee", &grantee);
    draw_set(command, "on", &on);
}

static void making_assignment(struct attacker *attacker, Agency__V1__Command *command)
{
    const char *role = draw_live(attacker, ENTITY_ROLE);
    const char *subject = draw_live(attacker, ENTITY_SUBJECT);
    if (role != NULL && subject != NULL) {
        draw_set_text(command, "role_id", draw_copy(attacker, role));
        draw_set_text(command, "subject_id", draw_copy(attacker, subject));
    }
}

/* Mostly what makes things, and half of the time what ties them to each other. */
Agency__V1__Command *making_next(struct attacker *attacker)
{
    static const char *const making[] = { "Create",  "Register", "Bind",   "Include",
                                          "SetSubj", "DefineR",  "DefineP" };
    static const char *const tying[] = { "CreateRole", "AssignRole", "GrantPermission" };
    if (random_below(&attacker->random, 2) == 0) {
        return draw_like(attacker, making, sizeof making / sizeof making[0], 20);
    }
    unsigned place = random_below(&attacker->random, 3);
    Agency__V1__Command *command = draw_named(attacker, tying[place]);
    if (place == 0) {
        making_seat(attacker, command);
    } else if (place == 1) {
        making_assignment(attacker, command);
    } else {
        making_grant(attacker, command);
    }
    return command;
}

/* ---- the throne ---- */

static Agency__V1__Command *throne_type(struct attacker *attacker)
{
    static const char *const none[] = { "permissions", "group_ids", "job_space_id", "term_seconds",
                                        "assignment" };
    Agency__V1__Command *command = draw_named(attacker, "DefineRoleType");
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        draw_clear(command, none[i]);
    }
    draw_set_text(command, "role_type", "a-plain");
    return command;
}

/* The first owner gets more seats than anybody looks at. */
static Agency__V1__Command *throne_pile(struct attacker *attacker)
{
    static char *const holders[] = { "root" };
    Agency__V1__Command *command = draw_named(attacker, "CreateRole");
    draw_clear(command, "name");
    draw_clear(command, "group_ids");
    draw_clear(command, "job_space_id");
    draw_set(command, "holder_subject_ids", holders);
    draw_set_text(command, "role_type", "a-plain");
    return command;
}

/* Another owner, whose credential will expire: without the first the org would soon be nobody's. */
static Agency__V1__Command *throne_heir(struct attacker *attacker, size_t number)
{
    static const char *const names[] = { "RegisterSubject", "BindCredential", "AssignRole" };
    static const char hash[] = "88888888888888888888888888888888"
                               "88888888888888888888888888888888";
    Agency__V1__Command *command = draw_named(attacker, names[number]);
    Google__Protobuf__Timestamp *time;
    assert_ok(
        fields_time_new(&attacker->story->arena, attacker->stage->world.now_us + HEIR_US, &time));
    draw_set_text(command, "subject_id", "heir");
    draw_clear(command, "name");
    draw_clear(command, "expires_at");
    if (number == 1) {
        draw_set_text(command, "credential_id", "c-heir");
        draw_set_text(command, "identity_hash", hash);
        draw_set(command, "expires_at", &time);
    } else if (number == 2) {
        draw_set_text(command, "role_id", "owner");
    }
    return command;
}

Agency__V1__Command *making_throne(struct attacker *attacker, size_t number, unsigned *times)
{
    if (!attacker->pile) {
        return number < 3 ? throne_heir(attacker, number) : NULL;
    }
    *times = number == 1 ? PILE : 1;
    return number == 0 ? throne_type(attacker) : number == 1 ? throne_pile(attacker) : NULL;
}
