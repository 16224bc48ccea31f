#include "tests/attack/probe.h"

#include <stdlib.h>

#include "core/domain/check/check.h"
#include "core/pb/field.h"
#include "tests/attack/plain_access.h"
#include "tests/attack/price.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/org_rules.h"
#include "tests/lib/random_command.h"
#include "tests/lib/test.h"

enum {
    PROBE_COMMANDS = 6,
    PROBE_CHECKS = 12,
    PROBE_LATER_SECONDS = 300,
    PROBE_RULES_MAX = 400, /* entities above which the rules, which compare each with each, are left
                              out */
};

struct probe {
    struct org_world *world;
    struct arena *arena;
    const struct plain_org *org;
    struct random_state dice;
    struct verdict verdict;
};

/* ---- the owner ---- */

/* Commands on an entity that end it; the i-th of them, or NULL. */
static const ProtobufCFieldDescriptor *probe_ending(enum entity_kind kind, unsigned i)
{
    const ProtobufCMessageDescriptor *commands = &agency__v1__command__descriptor;
    for (unsigned field = 0; field < commands->n_fields; field++) {
        const struct command_type *type = registry_command(commands->fields[field].id);
        bool ends = pb_field_in_oneof(&commands->fields[field]) && type != NULL &&
                    type->entity == kind && judge_ends(type->name);
        if (ends && i-- == 0) {
            return &commands->fields[field];
        }
    }
    return NULL;
}

static Agency__V1__Command *probe_make(struct probe *probe, const ProtobufCFieldDescriptor *member,
                                       const struct plain *item)
{
    const struct entity_type *type = registry_entity((unsigned)item->kind);
    Agency__V1__Command *command = arena_alloc(probe->arena, sizeof *command);
    ProtobufCMessage *payload = arena_alloc(probe->arena, pb_field_type(member)->sizeof_message);
    agency__v1__command__init(command);
    pb_field_type(member)->message_init(payload);
    command->org_id = (char *)(uintptr_t) "acme";
    command->command_id = (char *)(uintptr_t) "probe";
    for (size_t part = 0; part < type->key_parts; part++) {
        const ProtobufCFieldDescriptor *field = &type->descriptor->fields[part];
        deep_field_set(payload, field->name, pb_field_at(item->entity, field));
    }
    pb_field_set(&command->base, member, &payload);
    return command;
}

/* What no constraint stands before. */
static bool probe_mends(const char *name)
{
    return strncmp(name, "Remove", 6) == 0 || strncmp(name, "Revoke", 6) == 0;
}

/* What may stand in the owner's way: it has dependants, it never ends, it is the last owner; or a
 * constraint, which he can remove. Not that he lacks a permission, nor that there is too much of
 * anything. */
static bool probe_allowed(const struct decide *last, const char *name)
{
    const Agency__V1__Rejection *rejection = last->rejection;
    return rejection == NULL || rejection->code == (uint32_t)STATUS_FAILED_PRECONDITION ||
           (rejection->constraint_id[0] != '\0' && !probe_mends(name));
}

/* The owner tries to end an entity. */
static void probe_end(struct probe *probe, const struct plain *owner,
                      const ProtobufCFieldDescriptor *member, const struct plain *item)
{
    const char *name = pb_field_type(member)->short_name;
    struct status status = org_world_try(probe->world, probe_make(probe, member, item));
    if ((status.code == STATUS_OK && probe_allowed(&probe->world->last, name)) ||
        probe->verdict.broken != HOLDS) {
        return;
    }
    const char *why = status.code != STATUS_OK ? status.msg : probe->world->last.rejection->reason;
    probe->verdict = (struct verdict){
        .broken = OWNER_CAN_END,
        .text = arena_printf(probe->arena, "%.*s, an owner, cannot %s '%.*s': %s",
                             STR_ARG(owner->id), name, STR_ARG(item->id), why),
        .tried = { .command = name, .kind = item->kind, .id = item->id },
    };
}

static void probe_become(struct probe *probe, const struct plain *credential)
{
    Agency__V1__Principal *principal = &probe->world->principal;
    agency__v1__principal__init(principal);
    principal->kind = (Agency__V1__CredentialKind)credential->numbers[PLAIN_CREDENTIAL_KIND];
    principal->identity_hash = (char *)(uintptr_t)credential->texts[PLAIN_IDENTITY].data;
}

/* All that ends it; `only` names one command, or is NULL. */
static void probe_item(struct probe *probe, const struct plain *owner, const struct plain *item,
                       const char *only)
{
    const ProtobufCFieldDescriptor *member;
    for (unsigned i = 0; (member = probe_ending(item->kind, i)) != NULL; i++) {
        if (only == NULL || strcmp(pb_field_type(member)->short_name, only) == 0) {
            probe_end(probe, owner, member, item);
        }
    }
}

static void probe_owner(struct probe *probe, const struct tried *again)
{
    const struct plain *credential;
    const struct plain *owner = judge_lasting_owner(probe->org, &credential);
    if (owner == NULL) {
        return;
    }
    probe_become(probe, credential);
    const struct plain *item =
        again == NULL ? NULL : plain_find(probe->org, again->kind, again->id);
    if (item != NULL) {
        probe_item(probe, owner, item, again->command);
    }
    for (unsigned n = 0; again == NULL && n < PROBE_COMMANDS; n++) {
        item = &probe->org->items[random_below(&probe->dice, (unsigned)probe->org->count)];
        probe_item(probe, owner, item, NULL);
    }
}

/* ---- Check ---- */

static void probe_price(struct probe *probe, const struct tried *tried,
                        const struct check_question *question, size_t lookups)
{
    size_t bound = price_bound(probe->org, probe->arena, question);
    if (lookups <= bound || probe->verdict.broken != HOLDS) {
        return;
    }
    struct str text =
        arena_printf(probe->arena, "%.*s '%.*s' on %s '%.*s'%s needs %zu look-ups, not %zu at most",
                     STR_ARG(tried->subject_id), STR_ARG(tried->permission),
                     object_kind_name(tried->object.kind), STR_ARG(tried->object.id),
                     tried->for_command ? ", for a command" : "", lookups, bound);
    probe->verdict = (struct verdict){ PRICE, text, *tried };
}

static void probe_ask(struct probe *probe, const struct tried *tried)
{
    struct plain_org org = *probe->org;
    org.now_us += tried->later_us;
    const struct check_question question = { .subject_id = tried->subject_id,
                                             .permission = tried->permission,
                                             .object = tried->object,
                                             .for_command = tried->for_command };
    struct check_answer answer;
    assert_ok(check(org_world_view(probe->world), probe->arena, org.now_us, &question, &answer));
    probe_price(probe, tried, &question, answer.lookups);
    bool plain = access_may(&org, probe->arena, tried->subject_id, tried->permission, tried->object,
                            tried->for_command ? ACCESS_FOR_COMMAND : ACCESS_ASKED);
    if (answer.allowed == plain || probe->verdict.broken != HOLDS) {
        return;
    }
    struct str text = arena_printf(
        probe->arena, "%.*s '%.*s' on %s '%.*s'%s, %lld s later: Check %s, the lists %s",
        STR_ARG(tried->subject_id), STR_ARG(tried->permission),
        object_kind_name(tried->object.kind), STR_ARG(tried->object.id),
        tried->for_command ? ", for a command" : "", (long long)(tried->later_us / 1000000),
        answer.allowed ? "allows" : check_reason_name(answer.reason), plain ? "allow" : "deny");
    probe->verdict = (struct verdict){ SAME_ANSWERS, text, *tried };
}

/* A question about what some grant gives, as most questions at random are about nothing; or about
 * the permission `*` on the org where there is no grant. */
static void probe_aim(struct probe *probe, struct tried *tried)
{
    const struct plain *first = plain_first(probe->org, ENTITY_GRANT);
    unsigned count = (unsigned)(plain_end(probe->org, ENTITY_GRANT) - first);
    const struct plain *grant = count == 0 ? NULL : first + random_below(&probe->dice, count);
    tried->permission = grant == NULL ? STR("*") : grant->texts[PLAIN_PERMISSION];
    tried->object = object_org();
    if (grant != NULL && grant->numbers[PLAIN_ON_KIND] != OBJECT_ASSET_TYPE) {
        tried->object = (struct object){ (enum object_kind)grant->numbers[PLAIN_ON_KIND],
                                         grant->texts[PLAIN_ON] };
    }
}

static void probe_checks(struct probe *probe)
{
    struct extent *extent = arena_alloc(probe->arena, sizeof *extent);
    const struct plain *subjects = plain_first(probe->org, ENTITY_SUBJECT);
    unsigned count = (unsigned)(plain_end(probe->org, ENTITY_SUBJECT) - subjects);
    extent_read(extent, probe->org, probe->org);
    for (unsigned n = 0; n < PROBE_CHECKS; n++) {
        /* The first of the permissions is none. */
        unsigned permission =
            1 + random_below(&probe->dice, (unsigned)extent->permissions_count - 1);
        unsigned later = n % 2 == 0 ? 0 : random_below(&probe->dice, PROBE_LATER_SECONDS);
        struct tried tried = {
            .subject_id = subjects[random_below(&probe->dice, count)].id,
            .permission = extent->permissions[permission],
            .object = extent->objects[random_below(&probe->dice, (unsigned)extent->objects_count)],
            .for_command = random_below(&probe->dice, 2) == 0,
            .later_us = INT64_C(1000000) * later,
        };
        if (n % 3 > 0) {
            probe_aim(probe, &tried);
        }
        probe_ask(probe, &tried);
    }
}

static void probe_rules(struct probe *probe)
{
    const char *broken =
        probe->org->count > PROBE_RULES_MAX
            ? NULL
            : org_rules_broken(&probe->world->state, probe->world->head.last_occurred_at_us);
    if (broken != NULL && probe->verdict.broken == HOLDS) {
        probe->verdict =
            (struct verdict){ .broken = RULES,
                              .text = arena_printf(probe->arena, "not so: %s", broken) };
    }
}

struct verdict probe(struct org_world *world, struct arena *arena, const struct plain_org *org,
                     const struct tried *again, uint64_t *dice)
{
    struct probe probe = { .world = world,
                           .arena = arena,
                           .org = org,
                           .dice = { .state = *dice },
                           .verdict = { .broken = HOLDS } };
    probe_rules(&probe);
    if (probe.verdict.broken != HOLDS) {
        return probe.verdict; /* what names nothing, nobody can ask about */
    }
    probe_owner(&probe, again);
    if (again == NULL) {
        probe_checks(&probe);
    } else if (again->permission.size > 0) {
        probe_ask(&probe, again);
    }
    *dice = probe.dice.state;
    return probe.verdict;
}
