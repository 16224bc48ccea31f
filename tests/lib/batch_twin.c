#include "tests/lib/batch_twin.h"

#include "core/domain/batch.h"
#include "core/domain/decide.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

enum { TWIN_EVENTS_MAX = 4096 };

/* The commands as they come alone. */
struct twin {
    struct org_world *world;
    struct layer sum;     /* what they leave together */
    struct layer scratch; /* of one of them */
    struct org_head head;
    const Agency__V1__Event *events[TWIN_EVENTS_MAX];
    size_t events_count;
    struct status status;                   /* of the one that was refused, unrecorded */
    const Agency__V1__Rejection *rejection; /* of the one that was rejected */
    size_t place;                           /* how many were judged before it */
};

static struct status twin_decide(struct org_world *world, struct layer *scratch,
                                 const struct org_head *head, const Agency__V1__Command *command,
                                 struct decide *d)
{
    struct layer_org changes = { scratch, STR("acme") };
    struct org_view org;
    struct before before;
    org_view_init(&org, &scratch->source, STR("acme"));
    before_init(&before, scratch, STR("acme"), NULL);
    struct decide_context context = { .principal = &world->principal,
                                      .config = &world->config,
                                      .head = *head,
                                      .recorded_at_us = world->now_us };
    *d = (struct decide){ .arena = &world->arena,
                          .view = &org.view,
                          .before = &before.port,
                          .changes = &layer_changes,
                          .changes_self = &changes,
                          .context = &context,
                          .command = command };
    struct status st = decide_command(d);
    before_release(&before);
    return st;
}

static void twin_keep(struct twin *twin, const struct decide *d)
{
    for (size_t i = 0; i < d->events_count; i++) {
        assert_true(twin->events_count < TWIN_EVENTS_MAX);
        twin->events[twin->events_count++] = d->events[i];
    }
    if (d->events_count > 0) {
        assert_ok(layer_merge(&twin->sum, &twin->scratch));
        twin->head.org_sequence++;
        twin->head.constrained = twin->head.constrained || d->constrained;
        twin->head.last_occurred_at_us = d->occurred_at_us;
    }
    layer_reset(&twin->scratch);
}

static void twin_run(struct twin *twin, const Agency__V1__Command *batch)
{
    for (size_t i = 0; i < batch->batch->n_commands; i++) {
        const Agency__V1__Command command = batch_command(batch, i);
        struct decide d;
        twin->status = twin_decide(twin->world, &twin->scratch, &twin->head, &command, &d);
        twin->rejection = d.rejection;
        twin->place = i;
        if (twin->status.code != STATUS_OK || d.rejection != NULL) {
            return;
        }
        twin_keep(twin, &d);
    }
}

static Agency__V1__Command twin_batch(struct arena *arena,
                                      const Agency__V1__Command *const *commands, size_t count)
{
    Agency__V1__Command whole = *commands[0];
    Agency__V1__Batch *batch = arena_alloc(arena, sizeof *batch);
    agency__v1__batch__init(batch);
    batch->commands = arena_alloc(arena, count * sizeof *batch->commands);
    for (; batch->n_commands < count; batch->n_commands++) {
        Agency__V1__Command *one = arena_alloc(arena, sizeof *one);
        agency__v1__command__init(one);
        one->payload_case = commands[batch->n_commands]->payload_case;
        one->create_org = commands[batch->n_commands]->create_org;
        batch->commands[batch->n_commands] = one;
    }
    whole.payload_case = AGENCY__V1__COMMAND__PAYLOAD_BATCH;
    whole.batch = batch;
    whole.expected_version = 0;
    return whole;
}

/* ---- comparing ---- */

/* What is said of all of them before the first is judged. */
static bool twin_unjudged(struct status status)
{
    return strstr(status.msg, "of the batch: ") != NULL &&
           (status.code == STATUS_INVALID_ARGUMENT || status.code == STATUS_UNIMPLEMENTED);
}

static struct str twin_rejected(const struct twin *twin, struct status status,
                                const struct decide *d)
{
    unsigned alone = twin->rejection != NULL ? twin->rejection->code : twin->status.code;
    const char *reason = twin->rejection != NULL ? twin->rejection->reason : twin->status.msg;
    unsigned batch = d->rejection != NULL ? d->rejection->code : status.code;
    const char *said = d->rejection != NULL ? d->rejection->reason : status.msg;
    bool same = alone == batch && d->events_count == 0 &&
                (status.code != STATUS_OK || d->refused == twin->place + 1) &&
                (strlen(reason) > 200 || strstr(said, reason) != NULL || status.code != STATUS_OK);
    return same ? STR("")
                : arena_printf(&twin->world->arena,
                               "command %zu alone is refused: %s; the batch says: %s",
                               twin->place + 1, reason, said);
}

static bool twin_same_entity(struct arena *arena, const ProtobufCMessage *a,
                             const ProtobufCMessage *b)
{
    ProtobufCMessage *copies[2];
    assert_ok(pb_copy(arena, a, &copies[0]));
    assert_ok(pb_copy(arena, b, &copies[1]));
    for (size_t i = 0; i < 2; i++) {
        pb_field_clear(copies[i], protobuf_c_message_descriptor_get_field(copies[i]->descriptor,
                                                                          FIELD_VERSION));
    }
    return pb_equal(copies[0], copies[1]);
}

static struct str twin_entities(const struct twin *twin)
{
    struct org_world *world = twin->world;
    const struct omap_entry *a = omap_lower_bound(&twin->sum.entities, STR(""));
    const struct omap_entry *b = omap_lower_bound(&world->scratch.entities, STR(""));
    for (; a != NULL && b != NULL; a = omap_next(a), b = omap_next(b)) {
        if (!str_eq(a->key, b->key) ||
            !twin_same_entity(&world->arena, layer_entity(a), layer_entity(b))) {
            return STR("another entity is left");
        }
    }
    return a == NULL && b == NULL ? STR("") : STR("more entities are changed one way");
}

static struct str twin_rows(const struct twin *twin)
{
    const struct omap_entry *a = omap_lower_bound(&twin->sum.rows, STR(""));
    const struct omap_entry *b = omap_lower_bound(&twin->world->scratch.rows, STR(""));
    for (; a != NULL && b != NULL; a = omap_next(a), b = omap_next(b)) {
        if (!str_eq(a->key, b->key) || !str_eq(a->value, b->value)) {
            return STR("another row of an index is left");
        }
    }
    return a == NULL && b == NULL ? STR("") : STR("more rows are changed one way");
}

static struct str twin_accepted(const struct twin *twin, struct status status,
                                const struct decide *d)
{
    if (status.code != STATUS_OK || d->rejection != NULL) {
        return arena_printf(&twin->world->arena, "each alone is accepted; the batch says: %s",
                            d->rejection != NULL ? d->rejection->reason : status.msg);
    }
    size_t count = 0;
    for (size_t i = 0; i < d->commands_count; i++) {
        count += d->commands[i]->events;
    }
    bool same = count == d->events_count && d->events_count == twin->events_count;
    for (size_t i = 0; same && i < count; i++) {
        same = pb_equal(&d->events[i]->base, &twin->events[i]->base);
    }
    struct str differs = same ? twin_entities(twin) : STR("other events are made");
    return differs.size > 0 ? differs : twin_rows(twin);
}

struct batch_twin_answer batch_twin(struct org_world *world,
                                    const Agency__V1__Command *const *commands, size_t count)
{
    struct twin *twin = test_malloc(sizeof *twin);
    struct decide d;
    const Agency__V1__Command batch = twin_batch(&world->arena, commands, count);
    *twin = (struct twin){ .world = world, .head = world->head };
    layer_init(&twin->sum, &world->state.source);
    layer_init(&twin->scratch, &twin->sum.source);
    struct status status = twin_decide(world, &world->scratch, &world->head, &batch, &d);
    struct str differs = { 0 };
    if (!twin_unjudged(status)) {
        twin_run(twin, &batch);
        differs = twin->rejection != NULL || twin->status.code != STATUS_OK
                      ? twin_rejected(twin, status, &d)
                      : twin_accepted(twin, status, &d);
    }
    layer_reset(&world->scratch);
    layer_release(&twin->scratch);
    layer_release(&twin->sum);
    test_free(twin);
    return (struct batch_twin_answer){ differs, d.events_count };
}
