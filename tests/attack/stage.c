/* Playing: a step is decided as a decider decides it; what is accepted is judged by the plain lists
 * of the org before and after. */
#include <stdlib.h>

#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"
#include "tests/attack/probe.h"
#include "tests/attack/story.h"
#include "tests/lib/batch_twin.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/test.h"

static const size_t STAGE_ARENA_MAX = (size_t)256 << 20;

static void stage_make_org(struct org_world *world, bool past)
{
    org_world_init(world);
    if (past) {
        assert_ok(fields_time_new(&world->arena, world->now_us, &world->envelope.occurred_at));
    }
    org_world_do(world,
                 "CreateOrg {\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"root\"},\"credential\":"
                 "{\"credentialId\":\"c-root\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                 "\"identityHash\":\"@root\"}}");
}

void stage_init(struct stage *stage, unsigned long long dice, bool past)
{
    *stage = (struct stage){ .dice = dice };
    stage_make_org(&stage->world, past);
    arena_init(&stage->arenas[0], STAGE_ARENA_MAX);
    arena_init(&stage->arenas[1], STAGE_ARENA_MAX);
}

void stage_release(struct stage *stage)
{
    arena_release(&stage->arenas[0]);
    arena_release(&stage->arenas[1]);
    org_world_release(&stage->world);
}

static bool stage_decide(struct stage *stage, const Agency__V1__Command *command)
{
    struct org_world *world = &stage->world;
    struct status status = org_world_decide(world, command);
    bool unrecorded = status.code == STATUS_UNIMPLEMENTED ||
                      status.code == STATUS_UNAUTHENTICATED ||
                      status.code == STATUS_INVALID_ARGUMENT;
    if (status.code != STATUS_OK && !unrecorded) {
        stage->unanswered =
            arena_printf(&world->arena, "%s: %s",
                         registry_command((unsigned)command->payload_case)->name, status.msg);
    }
    return status.code == STATUS_OK && world->last.rejection == NULL &&
           world->last.events_count > 0;
}

/* One of many commands that differ in their keys only: ids that no other has, and that sort first.
 */
static void stage_number(struct stage *stage, Agency__V1__Command *command, unsigned number)
{
    const struct command_type *type = registry_command((unsigned)command->payload_case);
    const char *key = registry_entity((unsigned)type->entity)->descriptor->fields[0].name;
    struct str id = arena_printf(&stage->world.arena, "0-%05u", number);
    deep_field_set((ProtobufCMessage *)(uintptr_t)registry_command_payload(command), key, &id.data);
}

static bool stage_decide_all(struct stage *stage, const struct step *step)
{
    bool accepted = step->times <= 1 && stage_decide(stage, step->command);
    for (unsigned i = 0; step->times > 1 && i < step->times; i++) {
        ProtobufCMessage *copy;
        assert_ok(pb_copy(&stage->world.arena, &step->command->base, &copy));
        stage_number(stage, (Agency__V1__Command *)copy, i);
        accepted |= stage_decide(stage, (Agency__V1__Command *)copy);
    }
    return accepted;
}

static void stage_principal(struct stage *stage, const struct step *step)
{
    Agency__V1__Principal *principal = &stage->world.principal;
    agency__v1__principal__init(principal);
    principal->operator_ = (char *)(uintptr_t)step->operator_name;
    principal->kind = (Agency__V1__CredentialKind)step->credential_kind;
    principal->identity_hash = (char *)(uintptr_t)step->identity;
    if (step->operator_name[0] != '\0') {
        principal->kind = (Agency__V1__CredentialKind)0;
        principal->identity_hash = (char *)(uintptr_t) "";
    }
}

/* The lists as they are now; those of before stay for one more turn. */
static void stage_look(struct stage *stage, struct plain_org *org)
{
    struct arena *arena = &stage->arenas[stage->turn ^= 1];
    arena_reset(arena);
    plain_org_read(org, arena, &stage->world.state, stage->world.now_us);
}

static struct verdict stage_judge(struct stage *stage, const struct step *step)
{
    struct plain_org after;
    if (stage->before.count == 0) {
        return (struct verdict){ .broken = HOLDS };
    }
    stage_look(stage, &after);
    stage->before.now_us = after.now_us; /* what had expired by then had ended before */
    const struct deed deed = {
        .command = registry_command((unsigned)step->command->payload_case)->name,
        .operator_name = step->operator_name,
        .credential_kind = step->credential_kind,
        .identity = str_z(step->identity),
        .on_behalf_of = str_z(step->command->on_behalf_of),
        .actors = step->command->actors,
        .actors_count = step->command->n_actors,
        .imported = step->command->occurred_at != NULL,
        .before = &stage->before,
        .after = &after,
    };
    struct arena *arena = &stage->arenas[stage->turn];
    struct verdict verdict = judge(arena, &deed);
    if (verdict.broken == HOLDS) {
        verdict = probe(&stage->world, arena, &after, stage->again, &stage->dice);
    }
    stage->before = after;
    return verdict;
}

/* Up to when what is due is decided before a step: by the time of its command. */
static int64_t stage_until_us(const struct stage *stage, const struct step *step)
{
    const Google__Protobuf__Timestamp *time = step->command->occurred_at;
    bool imported = time != NULL && !stage->world.head.live;
    return imported ? fields_time_us(time) : stage->world.now_us + 1000000;
}

static bool stage_rests(struct stage *stage)
{
    const Agency__V1__Org *org;
    assert_ok(view_org(org_world_view(&stage->world), STR("acme"), &org));
    return due_stands_still(org);
}

/* One decision that nobody commanded: of a command that was carried, or of what was due. */
static struct verdict stage_judge_elapsed(struct stage *stage, int64_t until_us)
{
    const struct decide *last = &stage->world.last;
    struct plain_org after;
    struct verdict verdict;
    stage_look(stage, &after);
    struct arena *arena = &stage->arenas[stage->turn];
    stage->before.now_us = after.now_us = last->occurred_at_us;
    if (last->command == NULL) {
        verdict = judge_time(arena, &stage->before, &after, until_us);
    } else {
        const struct deed deed = {
            .command = registry_command((unsigned)last->command->payload_case)->name,
            .operator_name = "",
            .on_behalf_of = last->on_behalf_of,
            .carried_by = str_z(last->authority->origin->id),
            .before = &stage->before,
            .after = &after,
        };
        verdict = judge(arena, &deed);
    }
    stage->before = after;
    return verdict;
}

/* What time brings before a step, unless it stands still. */
static struct verdict stage_elapse(struct stage *stage, const struct step *step, bool judged)
{
    const int64_t until_us = stage_until_us(stage, step);
    struct verdict verdict = { .broken = HOLDS };
    while (verdict.broken == HOLDS && !stage_rests(stage) &&
           org_world_elapse(&stage->world, until_us)) {
        stage->before.count = judged ? stage->before.count : 0;
        if (judged) {
            verdict = stage_judge_elapsed(stage, until_us);
        }
    }
    return judged && verdict.broken == HOLDS && !stage_rests(stage)
               ? judge_due(&stage->arenas[stage->turn], &stage->before, until_us)
               : verdict;
}

/* Tries the step's command and behind it one that was refused: together they are refused for the
 * same, or else by what the first has left. */
static struct verdict stage_batch(struct stage *stage, const struct step *step)
{
    const Agency__V1__Command *both[] = { step->command, stage->refused };
    struct verdict verdict = { .broken = HOLDS };
    if (stage->refused != NULL && step->times <= 1) {
        stage->world.now_us += 1000000; /* as it will be decided */
        verdict.text = batch_twin(&stage->world, both, 2).differs;
        stage->world.now_us -= 1000000;
        verdict.broken = verdict.text.size > 0 ? BATCHES : HOLDS;
    }
    return verdict;
}

struct verdict stage_play(struct stage *stage, const struct step *step, bool judged)
{
    stage->world.now_us += step->wait_us;
    stage_principal(stage, step);
    if (judged && stage->before.count == 0) {
        stage_look(stage, &stage->before);
    }
    struct verdict verdict = stage_elapse(stage, step, judged);
    if (verdict.broken != HOLDS) {
        return verdict;
    }
    stage->unanswered = (struct str){ 0 };
    if (judged) {
        verdict = stage_batch(stage, step);
    }
    if (verdict.broken != HOLDS) {
        return verdict;
    }
    bool accepted = stage_decide_all(stage, step);
    stage->refused =
        accepted || stage->world.last.rejection == NULL ? stage->refused : step->command;
    stage->accepted += accepted;
    if (stage->unanswered.size > 0) {
        return (struct verdict){ .broken = ANSWERED, .text = stage->unanswered };
    }
    if (accepted && judged) {
        return stage_judge(stage, step);
    }
    if (accepted) {
        stage->before.count = 0; /* no longer what was before */
    }
    return (struct verdict){ .broken = HOLDS };
}
