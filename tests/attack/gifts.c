#include "tests/attack/gifts.h"

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "tests/attack/draw.h"
#include "tests/attack/making.h"
#include "tests/attack/plain_access.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/test.h"

static Agency__V1__Command *gift_register(struct attacker *attacker)
{
    Agency__V1__Command *command = draw_named(attacker, "RegisterSubject");
    draw_set_text(command, "subject_id", MALLORY);
    draw_clear(command, "name");
    return command;
}

static Agency__V1__Command *gift_bind(struct attacker *attacker)
{
    Agency__V1__Command *command = draw_named(attacker, "BindCredential");
    const int kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT;
    struct str id = arena_printf(&attacker->story->arena, "c-mallory-%zu", attacker->story->count);
    draw_set_text(command, "subject_id", MALLORY);
    draw_set_text(command, "credential_id", draw_copy(attacker, id.data));
    draw_set_text(command, "identity_hash", MALLORY_HASH);
    draw_set(command, "kind", &kind);
    draw_clear(command, "expires_at");
    return command;
}

static Agency__V1__Command *gift_seat(struct attacker *attacker)
{
    Agency__V1__Command *command = draw_named(attacker, "AssignRole");
    draw_set_text(command, "subject_id", MALLORY);
    draw_clear(command, "starts_at");
    return command;
}

static Agency__V1__Command *gift_grant(struct attacker *attacker);

/* A seat with `delegate` on the org is taken back. */
static Agency__V1__Command *gift_take_back(struct attacker *attacker)
{
    const struct step *given = &attacker->story->steps[attacker->story->count - 1];
    struct arena *arena = &attacker->story->arena;
    struct plain_org org;
    plain_org_read(&org, arena, &attacker->stage->world.state, attacker->stage->world.now_us);
    struct counts counts = counts_of(&org, arena, STR(MALLORY));
    if (!access_has(&org, &counts, STR("delegate"), object_org())) {
        return gift_grant(attacker);
    }
    const ProtobufCFieldDescriptor *field;
    const ProtobufCMessage *holder = deep_field_find(
        (ProtobufCMessage *)(uintptr_t)registry_command_payload(given->command), "role_id", &field);
    Agency__V1__Command *command = draw_named(attacker, "RevokeRole");
    draw_set_text(command, "role_id", *(char **)pb_field_at(holder, field));
    draw_set_text(command, "subject_id", MALLORY);
    return command;
}

/* A permission that may be held on the whole org without being all: mostly that of a command, so
 * that only `delegate` stands in the way. */
static const char *gift_limited(struct attacker *attacker)
{
    static const char *const any[] = { "" };
    unsigned percent = random_below(&attacker->random, 100);
    if (percent < 80) {
        return draw_payload(draw_like(attacker, any, 1, 100))->descriptor->short_name;
    }
    return percent < 90 ? "act_as" : "import";
}

/* Anything but all: who has `delegate` on the org may do everything. */
static Agency__V1__Command *gift_grant(struct attacker *attacker)
{
    Agency__V1__Command *command = draw_named(attacker, "GrantPermission");
    Agency__V1__Grantee *grantee = arena_alloc(&attacker->story->arena, sizeof *grantee);
    Agency__V1__GrantObject *on = making_object(attacker);
    struct str id = arena_printf(&attacker->story->arena, "gift-%zu", attacker->story->count);
    agency__v1__grantee__init(grantee);
    grantee->kind = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT;
    grantee->id = draw_copy(attacker, MALLORY);
    draw_set(command, "grantee", &grantee);
    draw_set(command, "on", &on);
    draw_clear(command, "starts_at");
    draw_clear(command, "expires_at");
    draw_set_text(command, "grant_id",
                  draw_copy(attacker, id.data)); /* whatever there is room for */
    if (random_below(&attacker->random, 100) < 65) {
        draw_set_text(command, "permission", "delegate");
    }
    if (on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ORG) {
        draw_set_text(command, "permission", gift_limited(attacker));
    }
    return command;
}

/* OPEN in half of the orgs: there only `delegate` stands in the way. */
static Agency__V1__Command *gift_open(struct attacker *attacker)
{
    Agency__V1__Command *command = draw_named(attacker, "SetOrgAccessMode");
    const int mode = attacker->throne || random_below(&attacker->random, 2) == 0
                         ? AGENCY__V1__ACCESS_MODE__ACCESS_MODE_OPEN
                         : AGENCY__V1__ACCESS_MODE__ACCESS_MODE_CONTROLLED;
    draw_set(command, "access_mode", &mode);
    return command;
}

static Agency__V1__Command *gift_joint_group(struct attacker *attacker, const char *id)
{
    Agency__V1__Command *command = draw_named(attacker, "CreateGroup");
    draw_set_text(command, "group_id", id);
    draw_clear(command, "name");
    return command;
}

static Agency__V1__Command *gift_joint_seat(struct attacker *attacker)
{
    static const char *const groups[] = { "joint-a", "joint-b" };
    Agency__V1__Command *command = draw_named(attacker, "CreateRole");
    const ProtobufCFieldDescriptor *field;
    making_seat(attacker, command);
    ProtobufCMessage *holder = deep_field_find(draw_payload(command), "group_ids", &field);
    pb_field_set_items(holder, field, (void *)(uintptr_t)groups, 2);
    draw_set_text(command, "role_id", "joint");
    draw_clear(command, "holder_subject_ids");
    draw_clear(command, "job_space_id");
    draw_clear(command, "name");
    return command;
}

/* A grant to the joint seat; to mallory on one of its groups. */
static Agency__V1__Command *gift_joint_grant(struct attacker *attacker, const char *group,
                                             const char *permission)
{
    Agency__V1__Command *command = gift_grant(attacker);
    Agency__V1__Grantee *grantee = arena_alloc(&attacker->story->arena, sizeof *grantee);
    Agency__V1__GrantObject *on = arena_alloc(&attacker->story->arena, sizeof *on);
    agency__v1__grantee__init(grantee);
    agency__v1__grant_object__init(on);
    grantee->kind = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE;
    grantee->id = draw_copy(attacker, "joint");
    on->kind = AGENCY__V1__OBJECT_KIND__OBJECT_KIND_GROUP;
    if (group == NULL) {
        draw_set(command, "grantee", &grantee);
        return command;
    }
    on->id = draw_copy(attacker, group);
    draw_set(command, "on", &on);
    draw_set_text(command, "permission", permission);
    return command;
}

/* A seat in two groups, which something is granted to; one of the two is in mallory's hands. */
static Agency__V1__Command *gift_joint(struct attacker *attacker, size_t number)
{
    switch (number) {
    case 0:
        return gift_joint_group(attacker, "joint-a");
    case 1:
        return gift_joint_group(attacker, "joint-b");
    case 2:
        return gift_joint_seat(attacker);
    case 3:
        return gift_joint_grant(attacker, NULL, "");
    case 4:
        return gift_joint_grant(attacker, "joint-b", "delegate");
    }
    return gift_joint_grant(attacker, "joint-a", "DeleteGroup");
}

Agency__V1__Command *gift_next(struct attacker *attacker, size_t number)
{
    switch (number) {
    case 0:
        return gift_register(attacker);
    case 1:
        return gift_bind(attacker);
    case 2:
        return gift_open(attacker);
    case 3:
    case 5:
        return gift_seat(attacker);
    case 4:
    case 6:
        return gift_take_back(attacker);
    }
    return number < GIFTS_JOINT ? gift_joint(attacker, number - 7) : gift_grant(attacker);
}

/* What the operator does so that the attack can go on: mallory is bound and ACTIVE, the org is not
 * archived, and now and then there is another gift. NULL: nothing is needed. */
Agency__V1__Command *gift_needed(struct attacker *attacker)
{
    const struct plain_org *org = &attacker->stage->before;
    const struct plain *subject = plain_find(org, ENTITY_SUBJECT, STR(MALLORY));
    if (org->count == 0 || subject == NULL) {
        return NULL;
    }
    if (plain_first(org, ENTITY_ORG)->status != LIFE_ACTIVE) {
        return draw_named(attacker, "RestoreOrg");
    }
    if (subject->status != LIFE_ACTIVE) {
        Agency__V1__Command *command = draw_named(
            attacker, subject->status == LIFE_SUSPENDED ? "ResumeSubject" : "RestoreSubject");
        draw_set_text(command, "subject_id", MALLORY);
        return command;
    }
    if (judge_bound(org, AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT, STR(MALLORY_HASH)) ==
        NULL) {
        return gift_bind(attacker);
    }
    return random_below(&attacker->random, 25) == 0 ? gift_grant(attacker) : NULL;
}
