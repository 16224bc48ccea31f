/* A batch is decided command by command, each by a `struct decide` of its own on the same scratch:
 * what one asks first (its permissions, its version, whether it is so already) is asked of the
 * state that those before it have left, and no command can tell that it stands in a batch. Shared
 * are what bounds a decision: events and their size, rows of indexes, dues, gas, and what they
 * read.
 *
 * What cannot be undone, or ends the import, stands alone: nobody should find it between others. So
 * does CreateOrg, before which there is no org that could know who asks. */
#include "core/domain/batch.h"

#include "core/base/limits.h"

/* Look-ups and rows that the commands before one may have read, so that a batch takes a fraction of
 * a second: one alone takes some dozens where nobody piles anything up. */
enum { BATCH_READ_MAX = 300000 };

static bool batch_refuses(unsigned number)
{
    return number == COMMAND_BATCH || number == COMMAND_CREATE_ORG ||
           number == COMMAND_FINISH_IMPORT || number == COMMAND_ERASE_SUBJECT ||
           number == COMMAND_ERASE_ORG;
}

/* Whether all but the payload and expected_version is unset. */
static bool batch_is_bare(const Agency__V1__Command *command)
{
    return command->org_id[0] == '\0' && command->command_id[0] == '\0' &&
           command->occurred_at == NULL && command->on_behalf_of[0] == '\0' &&
           command->n_annotations == 0 && command->issued_at == NULL &&
           command->trace_id[0] == '\0' && command->n_actors == 0;
}

static struct status batch_check_one(const Agency__V1__Command *command, size_t place)
{
    unsigned number = (unsigned)command->payload_case;
    if (registry_command(number) == NULL && number != COMMAND_BATCH) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "command %zu of the batch: expected one, such as assignRole, but none "
                            "is set",
                            place + 1);
    }
    if (batch_refuses(number)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "command %zu of the batch: expected one that may stand among others, "
                            "but it is %s: send it by itself",
                            place + 1, registry_command_name(number));
    }
    return batch_is_bare(command)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "command %zu of the batch: expected a payload and expected_version "
                              "only, as all else is said around the batch",
                              place + 1);
}

struct status batch_check(const Agency__V1__Command *command)
{
    const Agency__V1__Batch *batch = command->batch;
    assert(batch_is(command));
    if (batch->n_commands == 0 || batch->n_commands > LIST_ITEMS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a batch of 1 to %d commands, but it has %zu", LIST_ITEMS_MAX,
                            batch->n_commands);
    }
    if (command->expected_version != 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected expected_version in the commands of a batch, not around it");
    }
    for (size_t i = 0; i < batch->n_commands; i++) {
        TRY(batch_check_one(batch->commands[i], i));
    }
    return status_ok();
}

Agency__V1__Command batch_command(const Agency__V1__Command *batch, size_t place)
{
    const Agency__V1__Command *inner = batch->batch->commands[place];
    Agency__V1__Command command = *batch;
    command.expected_version = inner->expected_version;
    command.payload_case = inner->payload_case;
    command.create_org = inner->create_org; /* all members of the union are pointers */
    return command;
}

/* A decide of its own, with what the decision holds so far. */
static struct decide batch_begin(const struct decide *d, const Agency__V1__Command *command)
{
    return (struct decide){ .arena = d->arena,
                            .view = d->view,
                            .before = d->before,
                            .changes = d->changes,
                            .changes_self = d->changes_self,
                            .context = d->context,
                            .memory = d->events_count == 0 ? d->memory : NULL,
                            .command = command,
                            .occurred_at_us = d->occurred_at_us,
                            .events_before = d->events_count,
                            .events_size = d->events_size,
                            .rows_count = d->rows_count,
                            .rows_read = d->rows_read,
                            .lookups = d->lookups,
                            .dues = d->dues,
                            .renewing = d->renewing,
                            .constrained = d->constrained,
                            .gas_used = d->gas_used };
}

static struct status batch_reject(struct decide *d, const struct decide *one, size_t place)
{
    d->full = one->full;
    d->refused = place + 1;
    d->constraints = one->constraints;
    d->constraints_count = one->constraints_count;
    TRY(decide_reject(d, (enum status_code)one->rejection->code, "command %zu of %zu, %s: %s",
                      place + 1, d->command->batch->n_commands, decide_type(one)->name,
                      one->rejection->reason));
    d->rejection->constraint_id = one->rejection->constraint_id;
    return status_ok();
}

static struct status batch_add_events(struct decide *d, const struct decide *one)
{
    for (size_t i = 0; i < one->events_count; i++) {
        ARENA_TRY(
            d->arena, d->events,
            arena_grow(d->arena, d->events, d->events_count, sizeof *d->events, &d->events_cap));
        d->events[d->events_count++] = one->events[i];
    }
    for (size_t i = 0; i < one->constraints_count; i++) {
        TRY(decide_note_constraint(d, one->constraints[i]));
    }
    d->events_size = one->events_size;
    d->rows_count = one->rows_count;
    d->rows_read = one->rows_read;
    d->lookups = one->lookups;
    d->dues = one->dues;
    d->renewing = one->renewing;
    d->gas_used = one->gas_used;
    d->constrained = one->constrained;
    return status_ok();
}

/* What the decision says of the command; it takes room in the record, as events do. */
static struct status batch_add(struct decide *d, struct decide *one)
{
    Agency__V1__DecidedCommand *decided;
    ARENA_TRY(d->arena, decided, arena_alloc(d->arena, sizeof *decided));
    agency__v1__decided_command__init(decided);
    decided->command = (uint32_t)one->command->payload_case;
    decided->authority = one->authority;
    decided->events = (uint32_t)one->events_count;
    TRY_ACCEPTED(one, decide_take_room(one, &decided->base));
    d->commands[d->commands_count++] = decided;
    return batch_add_events(d, one);
}

/* The same for each of them: what names who acts stands in the batch's envelope. */
static void batch_note_actor(struct decide *d, const struct decide *one)
{
    d->subject_id = one->subject_id;
    d->credential_id = one->credential_id;
    d->actors = one->actors;
    d->actors_count = one->actors_count;
    d->on_behalf_of = one->on_behalf_of;
}

/* Who is not known any more, after what those before have left, was known to the first: refusing
 * him is a decision. */
static struct status batch_judge_one(struct decide *one, size_t place, batch_judge *judge)
{
    struct status st = judge(one);
    if (st.code == STATUS_UNAUTHENTICATED && place > 0) {
        return decide_reject(one, st.code, "%s", st.msg);
    }
    return status_prefix(st, "command %zu", place + 1);
}

/* Whether there is room for what the next one reads. */
static struct status batch_check_read(struct decide *d, size_t place)
{
    if (d->lookups + d->rows_read <= BATCH_READ_MAX) {
        return status_ok();
    }
    d->refused = place;
    return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                         "expected a batch whose commands read at most %d things to be judged, but "
                         "the first %zu of %zu have read more: send fewer at once",
                         BATCH_READ_MAX, place, d->command->batch->n_commands);
}

struct status batch_decide(struct decide *d, batch_judge *judge)
{
    size_t count = d->command->batch->n_commands;
    assert(d->events_count == 0 && count <= LIST_ITEMS_MAX);
    ARENA_TRY(d->arena, d->commands, arena_alloc(d->arena, count * sizeof *d->commands));
    for (size_t i = 0; i < count && d->rejection == NULL; i++) {
        TRY_ACCEPTED(d, batch_check_read(d, i));
        const Agency__V1__Command command = batch_command(d->command, i);
        struct decide one = batch_begin(d, &command);
        TRY(batch_judge_one(&one, i, judge));
        if (i == 0) {
            batch_note_actor(d, &one);
        }
        if (one.rejection == NULL) {
            TRY(batch_add(d, &one));
        }
        if (one.rejection != NULL) {
            TRY(batch_reject(d, &one, i));
        }
    }
    return status_ok();
}
