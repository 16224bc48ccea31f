/* A seeded random org: whatever commands come, live state equals the state rebuilt from the packed
 * events, the rows of the indexes equal those computed anew, and what must hold does (org_rules.h).
 * A failure prints its seed and step. */
#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/message.h"
#include "tests/lib/org_rules.h"
#include "tests/lib/org_world.h"
#include "tests/lib/random_command.h"
#include "tests/lib/test.h"

enum { SIMULATION_STEPS = 8000, COMMANDS_END = REGISTRY_NUMBERS_END };

static const int64_t SIMULATION_SECOND_US = 1000000;

struct simulation {
    struct org_world world;
    struct random_state random;
    unsigned seed;
    unsigned step;
    int64_t past_us;      /* 0, or how long ago what is imported happened */
    struct layer rebuilt; /* from the events, as they are packed in the log */
    struct layer_org rebuilt_changes;
    struct org_view rebuilt_view;
    unsigned changed[COMMANDS_END];  /* decisions with events, per command */
    unsigned happened[COMMANDS_END]; /* events, per number */
};

#define SIMULATION_FAIL(simulation, ...)                                           \
    do {                                                                           \
        print_error("seed %u, step %u: ", (simulation)->seed, (simulation)->step); \
        fail_msg(__VA_ARGS__);                                                     \
    } while (0)

static void simulation_init(struct simulation *simulation, unsigned seed, int64_t past_us)
{
    *simulation =
        (struct simulation){ .seed = seed, .random = { .state = seed }, .past_us = past_us };
    org_world_init(&simulation->world);
    layer_init(&simulation->rebuilt, source_empty());
    simulation->rebuilt_changes = (struct layer_org){ &simulation->rebuilt, STR("acme") };
    org_view_init(&simulation->rebuilt_view, &simulation->rebuilt.source, STR("acme"));
}

static void simulation_release(struct simulation *simulation)
{
    layer_release(&simulation->rebuilt);
    org_world_release(&simulation->world);
}

/* ---- rebuilding ---- */

static void simulation_apply(struct simulation *simulation, const Agency__V1__Event *event)
{
    struct arena *arena = &simulation->world.arena;
    struct str packed;
    Agency__V1__Event *read;
    assert_ok(pb_pack(arena, &event->base, &packed));
    assert_ok(pb_unpack(arena, &agency__v1__event__descriptor, packed, PB_STORED, &read));
    const struct evolve evolve = { .view = &simulation->rebuilt_view.view,
                                   .changes = &layer_changes,
                                   .changes_self = &simulation->rebuilt_changes,
                                   .arena = arena,
                                   .org_sequence = simulation->world.head.org_sequence,
                                   .occurred_at_us = simulation->world.last.occurred_at_us };
    assert_ok(evolve_apply(&evolve, read, NULL));
}

static void simulation_apply_all(struct simulation *simulation)
{
    const struct decide *last = &simulation->world.last;
    for (size_t i = 0; i < last->events_count; i++) {
        simulation_apply(simulation, last->events[i]);
        simulation->happened[last->events[i]->payload_case]++;
    }
}

static struct omap_entry *simulation_row(struct omap_entry *entry)
{
    while (entry != NULL && entry->value.data[0] != LAYER_ROW_PUT) {
        entry = omap_next(entry);
    }
    return entry;
}

static void simulation_same_rows(struct simulation *simulation, const struct omap *a,
                                 const struct omap *b)
{
    struct omap_entry *row = simulation_row(omap_lower_bound(a, STR("")));
    struct omap_entry *other = simulation_row(omap_lower_bound(b, STR("")));
    while (row != NULL && other != NULL && str_eq(row->key, other->key)) {
        row = simulation_row(omap_next(row));
        other = simulation_row(omap_next(other));
    }
    if (row != NULL || other != NULL) {
        SIMULATION_FAIL(simulation, "expected the same rows of indexes");
    }
}

static void simulation_same_entities(struct simulation *simulation)
{
    const struct omap *live = &simulation->world.state.entities;
    struct omap_entry *other = omap_lower_bound(&simulation->rebuilt.entities, STR(""));
    assert_int_equal(live->count, simulation->rebuilt.entities.count);
    for (struct omap_entry *e = omap_lower_bound(live, STR("")); e != NULL; e = omap_next(e)) {
        if (!str_eq(e->key, other->key) || !pb_equal(layer_entity(e), layer_entity(other))) {
            SIMULATION_FAIL(simulation, "expected the same entities, not another %s",
                            layer_entity(e)->descriptor->short_name);
        }
        other = omap_next(other);
    }
}

/* ---- what must hold ---- */

static enum entity_kind simulation_kind(const ProtobufCMessage *entity)
{
    unsigned kind = 1;
    while (registry_entity(kind) == NULL ||
           registry_entity(kind)->descriptor != entity->descriptor) {
        kind++;
    }
    return (enum entity_kind)kind;
}

struct simulation_sink {
    struct layer_org org;
    struct str id;
};

static struct status simulation_put_row(void *self, const struct index_row *row)
{
    struct simulation_sink *sink = self;
    return layer_changes.put_row(&sink->org, row, sink->id);
}

static void simulation_check_rows(struct simulation *simulation)
{
    struct layer fresh;
    struct simulation_sink sink = { .org = { &fresh, STR("acme") } };
    const struct omap *live = &simulation->world.state.entities;
    layer_init(&fresh, source_empty());
    for (struct omap_entry *e = omap_lower_bound(live, STR("")); e != NULL; e = omap_next(e)) {
        const ProtobufCMessage *entity = layer_entity(e);
        enum entity_kind kind = simulation_kind(entity);
        assert_ok(evolve_entity_id(&simulation->world.arena, kind, entity, &sink.id));
        assert_ok(index_rows(
            kind, entity,
            &(struct index_sink){ simulation_put_row, &sink, &simulation->world.arena }));
    }
    simulation_same_rows(simulation, &simulation->world.state.rows, &fresh.rows);
    layer_release(&fresh);
}

static void simulation_check_state(struct simulation *simulation)
{
    const struct org_world *world = &simulation->world;
    simulation_same_entities(simulation);
    simulation_same_rows(simulation, &world->state.rows, &simulation->rebuilt.rows);
    simulation_check_rows(simulation);
    const char *broken = org_rules_broken(&world->state, world->last.occurred_at_us);
    if (broken != NULL) {
        SIMULATION_FAIL(simulation, "expected that %s", broken);
    }
}

/* ---- a step ---- */

static unsigned simulation_status(struct simulation *simulation, const Agency__V1__Command *command)
{
    enum entity_kind kind = registry_command((unsigned)command->payload_case)->entity;
    const ProtobufCMessage *entity;
    struct str id;
    assert_ok(
        evolve_entity_id(&simulation->world.arena, kind, registry_command_payload(command), &id));
    assert_ok(view_get(org_world_view(&simulation->world), kind, id, &entity));
    return entity == NULL ? LIFE_NONE : fields_status(entity);
}

/* By the command's event, or another that its decision holds. */
static void simulation_check_move(struct simulation *simulation, unsigned command, unsigned from,
                                  unsigned to)
{
    const struct decide *last = &simulation->world.last;
    const enum entity_kind kind = registry_command(command)->entity;
    unsigned allowed;
    bool may = life_move(command, from, &allowed) && allowed == to;
    for (size_t i = 0; i < last->events_count && !may; i++) {
        may = registry_event_kind(last->events[i]) == kind &&
              life_may((enum event_number)last->events[i]->payload_case, from, to);
    }
    if (may) {
        return;
    }
    SIMULATION_FAIL(simulation, "expected no %s from %s to %s", registry_command(command)->name,
                    life_name(from), life_name(to));
}

static void simulation_check_outcome(struct simulation *simulation,
                                     const Agency__V1__Command *command, struct status status,
                                     unsigned before)
{
    const struct decide *last = &simulation->world.last;
    unsigned number = (unsigned)command->payload_case;
    bool unrecorded = status.code == STATUS_UNIMPLEMENTED || status.code == STATUS_UNAUTHENTICATED;
    if (status.code != STATUS_OK && !unrecorded) {
        SIMULATION_FAIL(simulation, "%s: %s", registry_command(number)->name, status.msg);
    }
    if (status.code != STATUS_OK || last->rejection != NULL) {
        assert_int_equal(last->events_count, 0);
        return;
    }
    unsigned after = simulation_status(simulation, command);
    if (last->events_count == 0) {
        assert_int_equal(before, after);
        return;
    }
    simulation_check_move(simulation, number, before, after);
    simulation->changed[number]++;
    simulation_apply_all(simulation);
}

/* Mostly an operator, who may do all; now and then whoever a credential is or was bound to. */
static void simulation_principal(struct simulation *simulation)
{
    struct org_world *world = &simulation->world;
    const Agency__V1__Credential *credential = NULL;
    org_world_as(world, "admin");
    if (random_below(&simulation->random, 3) == 0) {
        credential =
            (const void *)random_entity(&simulation->random, &world->state, ENTITY_CREDENTIAL);
    }
    if (credential != NULL) {
        agency__v1__principal__init(&world->principal);
        world->principal.kind = credential->kind;
        world->principal.identity_hash = credential->identity_hash;
    }
}

/* When the next command happens: now, unset, or then. */
static Google__Protobuf__Timestamp *simulation_occurred_at(struct simulation *simulation)
{
    struct org_world *world = &simulation->world;
    Google__Protobuf__Timestamp *time = NULL;
    if (simulation->past_us > 0) {
        assert_ok(fields_time_new(&world->arena, world->now_us - simulation->past_us, &time));
    }
    return time;
}

static void simulation_try(struct simulation *simulation, Agency__V1__Command *command)
{
    struct org_world *world = &simulation->world;
    command->occurred_at = simulation_occurred_at(simulation);
    unsigned before = simulation_status(simulation, command);
    simulation_check_outcome(simulation, command, org_world_decide(world, command), before);
    if (world->last.events_count > 0) {
        simulation_check_state(simulation);
    }
}

/* Lets time pass, at times for days, and decides what is due by the next command, unless the org's
 * time stands still. */
static void simulation_elapse(struct simulation *simulation)
{
    struct org_world *world = &simulation->world;
    const Agency__V1__Org *org;
    if (random_below(&simulation->random, 200) == 0) {
        world->now_us += (int64_t)random_below(&simulation->random, 20000) * SIMULATION_SECOND_US;
    }
    assert_ok(view_org(org_world_view(world), STR("acme"), &org));
    const int64_t until_us = world->now_us + SIMULATION_SECOND_US - simulation->past_us;
    while (!due_stands_still(org) && org_world_elapse(world, until_us)) {
        simulation_apply_all(simulation);
        simulation_check_state(simulation);
    }
}

static void simulation_step(struct simulation *simulation)
{
    struct org_world *world = &simulation->world;
    simulation_elapse(simulation);
    simulation_principal(simulation);
    simulation_try(simulation, random_command(&simulation->random, &world->arena, &world->state,
                                              world->now_us - simulation->past_us));
}

/* By an operator, about the org. */
static void simulation_do(struct simulation *simulation, const char *name)
{
    struct org_world *world = &simulation->world;
    Agency__V1__Command *command = random_command_named(&simulation->random, &world->arena,
                                                        &world->state, world->now_us, name);
    if (command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_FINISH_IMPORT) {
        command->finish_import->org_id = command->org_id;
        command->finish_import->at = NULL;
    } else {
        command->erase_org->org_id = command->org_id;
    }
    org_world_as(world, "admin");
    simulation_try(simulation, command);
}

/* They come last: afterwards nothing is imported, and nothing commanded. */
static void simulation_end(struct simulation *simulation)
{
    const bool imports = simulation->past_us > 0;
    simulation->past_us = 0;
    if (imports) {
        simulation_do(simulation, "FinishImport");
    }
    simulation_do(simulation, "EraseOrg");
    simulation_step(simulation);
}

static void simulation_begin(struct simulation *simulation)
{
    struct org_world *world = &simulation->world;
    world->envelope.occurred_at = simulation_occurred_at(simulation);
    assert_ok(org_world_submit(
        world, "CreateOrg {\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"root\"},\"credential\":"
               "{\"credentialId\":\"c-root\",\"kind\":\"CREDENTIAL_KIND_JWT\",\"identityHash\":"
               "\"@root\"}}"));
    simulation_apply_all(simulation);
}

/* How often something was reached in the runs of a test. */
struct reached {
    unsigned changed[COMMANDS_END];
    unsigned happened[COMMANDS_END];
};

/* Runs one seed, and adds what it reached. */
static void simulation_run(unsigned seed, int64_t past_us, struct reached *reached)
{
    struct simulation *simulation = test_malloc(sizeof *simulation);
    simulation_init(simulation, seed, past_us);
    simulation_begin(simulation);
    for (simulation->step = 0; simulation->step < SIMULATION_STEPS; simulation->step++) {
        simulation_step(simulation);
    }
    simulation_end(simulation);
    for (unsigned number = 0; number < COMMANDS_END; number++) {
        reached->changed[number] += simulation->changed[number];
        reached->happened[number] += simulation->happened[number];
    }
    simulation_release(simulation);
    test_free(simulation);
}

/* A live org has no import that ends; and that something cannot happen when it is due is rare. */
static void simulation_check_reached(const struct reached *reached, bool imports)
{
    for (unsigned number = 0; number < COMMANDS_END; number++) {
        const struct command_type *type = registry_command(number);
        bool never = number == COMMAND_CREATE_ORG || (number == COMMAND_FINISH_IMPORT && !imports);
        if (type != NULL && !never && reached->changed[number] == 0) {
            fail_msg("expected %s to be accepted at least once", type->name);
        }
        const struct event_type *event = registry_event(number);
        never = number == EVENT_DEADLINE_FAILED || (number == EVENT_IMPORT_FINISHED && !imports);
        if (event != NULL && !never && reached->happened[number] == 0) {
            fail_msg("expected %s to happen at least once", event->name);
        }
    }
}

TEST(simulation, live_state_equals_the_state_rebuilt_from_events)
{
    struct reached reached = { 0 };
    simulation_run(1, 0, &reached);
    simulation_run(2, 0, &reached);
    simulation_run(6, 0, &reached);
    simulation_check_reached(&reached, false);
}

/* What has expired is judged by when it happened, not by when it is imported. */
TEST(simulation, an_imported_past_keeps_the_same_rules)
{
    struct reached reached = { 0 };
    simulation_run(3, INT64_C(5) * 366 * 86400 * 1000000, &reached);
    simulation_run(4, INT64_C(5) * 366 * 86400 * 1000000, &reached);
    simulation_run(6, INT64_C(5) * 366 * 86400 * 1000000, &reached);
    simulation_run(7, INT64_C(5) * 366 * 86400 * 1000000, &reached);
    simulation_check_reached(&reached, true);
}
