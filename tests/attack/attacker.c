#include "tests/attack/attacker.h"

#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "tests/attack/aim.h"
#include "tests/attack/draw.h"
#include "tests/attack/gifts.h"
#include "tests/attack/making.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/test.h"

enum {
    MAKING = 400,    /* steps in which the operator makes the org */
    ATTACKING = 320, /* steps in which mallory tries */
    LIVE_MAX = 12,   /* live entities of a kind that are made, and twice that in the attack */
    /* Where the throne is attacked: smaller, with few other owners, and quick to look at. */
    THRONE_MAKING = 60,
    THRONE_ATTACKING = 80,
    ERASING = 20, /* the last of them, in which things, or all, may be erased */
};

void attacker_init(struct attacker *attacker, unsigned long long seed)
{
    *attacker = (struct attacker){ .random = { .state = seed, .live_max = LIVE_MAX } };
    attacker->past = random_below(&attacker->random, 5) == 0;
    attacker->throne = random_below(&attacker->random, 8) == 0;
    attacker->pile = attacker->throne && random_below(&attacker->random, 2) == 0;
}

size_t attacker_making(const struct attacker *attacker)
{
    return attacker->throne ? THRONE_MAKING : MAKING;
}

/* Where the attack begins. */
static size_t attack_at(const struct attacker *attacker)
{
    return attacker_making(attacker) + GIFTS;
}

size_t attacker_steps(const struct attacker *attacker)
{
    return attack_at(attacker) + (attacker->throne ? THRONE_ATTACKING : ATTACKING);
}

/* What could give somebody something, and what could take away what stands in the way. */
static Agency__V1__Command *attacker_draw(struct attacker *attacker)
{
    static const char *const wanted[] = { "Set",    "Restore", "Resume", "Grant",  "Change",
                                          "Assign", "Include", "Bind",   "Create", "Remove",
                                          "Delete", "Archive", "Revoke", "Suspend" };
    static const char *const sharp[] = { "AssignRole",     "GrantPermission", "CreateRole",
                                         "SetGroupParent", "SetAssetParent",  "SetSubjectParents",
                                         "IncludeGroup",   "RestoreGroup",    "DeleteGroup" };
    unsigned place = random_below(&attacker->random, 3 * sizeof sharp / sizeof sharp[0]);
    return place < sizeof sharp / sizeof sharp[0]
               ? draw_named(attacker, sharp[place])
               : draw_like(attacker, wanted, sizeof wanted / sizeof wanted[0], 30);
}

/* What could end an owner. */
static Agency__V1__Command *attacker_dethrone(struct attacker *attacker)
{
    static const char *const ending[] = { "Remove", "Revoke", "Suspend", "Delete" };
    const char *root = "root", *credential = "c-root";
    Agency__V1__Command *command = draw_like(attacker, ending, sizeof ending / sizeof ending[0], 2);
    deep_field_set(draw_payload(command), "subject_id", &root);
    deep_field_set(draw_payload(command), "credential_id", &credential);
    return command;
}

/* Nothing comes back afterwards, so it comes last. */
static bool attacker_erases(struct attacker *attacker)
{
    return attacker->story->count + ERASING >= attacker_steps(attacker) &&
           random_below(&attacker->random, 2) == 0;
}

static Agency__V1__Command *attacker_erase(struct attacker *attacker)
{
    static const char *const erasing[] = { "EraseSubject", "EraseSubject", "RestoreSubject",
                                           "UpdateSubject", "EraseOrg" };
    return draw_named(attacker,
                      erasing[random_below(&attacker->random, sizeof erasing / sizeof *erasing)]);
}

/* A seat whose protector was deleted by the last command is tried at once; NULL: there is none. */
static Agency__V1__Command *attacker_follow(struct attacker *attacker)
{
    const Agency__V1__Command *last = attacker->story->steps[attacker->story->count - 1].command;
    if (last->payload_case != AGENCY__V1__COMMAND__PAYLOAD_DELETE_GROUP) {
        return NULL;
    }
    PLAIN_EACH(&attacker->stage->before, ENTITY_ROLE, seat)
    {
        if (seat->status == LIFE_ACTIVE && seat->list_count > 1 &&
            plain_lists(seat, str_z(last->delete_group->group_id))) {
            Agency__V1__Command *command = draw_named(attacker, "AssignRole");
            draw_set_text(command, "role_id", draw_copy(attacker, seat->id.data));
            draw_set_text(command, "subject_id", MALLORY);
            return command;
        }
    }
    return NULL;
}

static Agency__V1__Command *attacker_attack(struct attacker *attacker)
{
    const struct plain_org *org = &attacker->stage->before;
    Agency__V1__Command *follow = attacker_follow(attacker);
    if (follow != NULL) {
        return follow;
    }
    if (attacker_erases(attacker)) {
        return attacker_erase(attacker);
    }
    if (attacker->throne && random_below(&attacker->random, 2) == 0) {
        return attacker_dethrone(attacker);
    }
    Agency__V1__Command *command = attacker_draw(attacker);
    if (org->count > 0 && random_below(&attacker->random, 100) < 60) {
        aim(&attacker->random, &attacker->story->arena, org, MALLORY, command);
    }
    return command;
}

/* Mostly mallory; now and then whoever has or had a credential, or an operator. */
static void attacker_principal(struct attacker *attacker, struct step *step)
{
    unsigned percent = random_below(&attacker->random, 100);
    const ProtobufCMessage *credential =
        percent >= 80
            ? random_entity(&attacker->random, &attacker->stage->world.state, ENTITY_CREDENTIAL)
            : NULL;
    step->operator_name = "";
    step->credential_kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT;
    step->identity = MALLORY_HASH;
    if (percent >= 95) {
        step->operator_name = "admin";
    } else if (credential != NULL) {
        const ProtobufCFieldDescriptor *kind = pb_field_find(credential->descriptor, STR("kind"));
        step->credential_kind = *(unsigned *)pb_field_at(credential, kind);
        step->identity = draw_copy(attacker, fields_string(credential, "identity_hash").data);
    }
}

static void attacker_behalf(struct attacker *attacker, Agency__V1__Command *command)
{
    const ProtobufCMessage *subject =
        random_below(&attacker->random, 100) < 8
            ? random_entity(&attacker->random, &attacker->stage->world.state, ENTITY_SUBJECT)
            : NULL;
    if (subject == NULL) {
        return;
    }
    command->on_behalf_of = draw_copy(attacker, fields_string(subject, "subject_id").data);
    const ProtobufCMessage *through =
        random_below(&attacker->random, 100) < 40
            ? random_entity(&attacker->random, &attacker->stage->world.state, ENTITY_SUBJECT)
            : NULL;
    if (through != NULL) {
        command->actors = arena_alloc(&attacker->story->arena, sizeof *command->actors);
        command->actors[command->n_actors++] =
            draw_copy(attacker, fields_string(through, "subject_id").data);
    }
}

/* Now and then some things expire meanwhile. */
static void attacker_wait(struct attacker *attacker, struct step *step)
{
    if (random_below(&attacker->random, 100) < 3) {
        step->wait_us = INT64_C(1000000) * (30 + random_below(&attacker->random, 170));
    }
}

static Agency__V1__Command *attacker_command(struct attacker *attacker, struct step *step)
{
    size_t number = attacker->story->count, making = attacker_making(attacker);
    Agency__V1__Command *throne =
        attacker->throne ? making_throne(attacker, number, &step->times) : NULL;
    if (throne != NULL) {
        return throne;
    }
    if (number < making) {
        return making_next(attacker);
    }
    if (number < making + GIFTS) {
        return gift_next(attacker, number - making);
    }
    attacker->random.live_max = 2 * LIVE_MAX;
    return attacker_attack(attacker);
}

static Google__Protobuf__Timestamp *attacker_occurred_at(struct attacker *attacker,
                                                         const struct step *step)
{
    Google__Protobuf__Timestamp *time = NULL;
    bool imports =
        attacker->story->count < attack_at(attacker) || random_below(&attacker->random, 20) > 0;
    if (attacker->past && imports) {
        int64_t then_us = attacker->stage->world.now_us + step->wait_us;
        assert_ok(fields_time_new(&attacker->story->arena, then_us, &time));
    }
    return time;
}

struct step attacker_next(struct attacker *attacker, struct story *story, const struct stage *stage)
{
    struct step step = { .operator_name = "admin", .identity = "", .times = 1 };
    attacker->story = story;
    attacker->stage = stage;
    bool attacks = story->count >= attack_at(attacker);
    Agency__V1__Command *command = attacks ? gift_needed(attacker) : NULL;
    if (command == NULL) {
        command = attacker_command(attacker, &step);
        if (attacks) {
            attacker_principal(attacker, &step);
            attacker_behalf(attacker, command);
            attacker_wait(attacker, &step);
        }
    }
    command->occurred_at = attacker_occurred_at(attacker, &step);
    step.command = command;
    return step;
}
