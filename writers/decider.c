/* The order of one command: read it; look for a repeat; decide on the scratch; encode the decision;
 * chain it; keep it in the fold.
 *
 * Invariants: (1) recorded_at rises strictly in a partition; (2) chain and fold are at the same
 * sequence; (3) the scratch is empty between commands; (4) the same command_id of a principal in an
 * org is decided once. */
#include "writers/decider_inside.h"

#include <inttypes.h>

#include "core/base/murmur2.h"
#include "core/domain/decide.h"
#include "core/domain/kernel/expression.h"
#include "core/model/before.h"
#include "core/model/decision.h"
#include "core/model/outcome.h"
#include "core/pb/message.h"

/* A CommandRecord around the largest command: principal, key id and proof are below 2 KiB. */
enum { DECIDER_COMMAND_SIZE_MAX = COMMAND_SIZE_MAX + 2048 };

/* One command with the state it touches: a cascade of 1,024 events over entities of some KiB stays
 * far below. */
static const size_t DECIDER_ARENA_MAX = (size_t)256 << 20;

static struct status decider_read_names(struct arena *arena, char *const *names, size_t count,
                                        const struct str **read)
{
    struct str *items;
    ARENA_TRY(arena, items, arena_alloc(arena, (count + 1) * sizeof *items));
    for (size_t i = 0; i < count; i++) {
        items[i] = str_z(names[i]);
    }
    *read = items;
    return status_ok();
}

static struct status decider_read_config(struct decider *decider, struct str configuration,
                                         int64_t forgotten_us)
{
    Agency__V1__DecidingConfiguration *read;
    struct arena *arena = &decider->config_arena;
    TRY(pb_unpack(arena, &agency__v1__deciding_configuration__descriptor, configuration, PB_STORED,
                  &read));
    TRY(decider_read_names(arena, read->org_creators, read->n_org_creators,
                           &decider->config.org_creators));
    TRY(decider_read_names(arena, read->operators, read->n_operators, &decider->operators));
    decider->config.org_creators_count = read->n_org_creators;
    decider->operators_count = read->n_operators;
    decider->commands_trusted = read->commands_trusted;
    decider->repeats = repeats_of(configuration, forgotten_us);
    return rejections_init(&decider->rejections, arena, read->rejections_per_minute);
}

struct status decider_init(struct decider *decider, struct fold *fold,
                           const struct position *position)
{
    *decider = (struct decider){ .fold = fold,
                                 .chain = position->chain,
                                 .recorded_at_us = position->time_us,
                                 .next_due_us = INT64_MAX };
    decider->expressions = expressions_new();
    arena_init(&decider->arena, DECIDER_ARENA_MAX);
    arena_init(&decider->config_arena, DECIDER_ARENA_MAX);
    return decider_read_config(decider, position->configuration, position->forgotten_us);
}

void decider_release(struct decider *decider)
{
    expressions_free(decider->expressions);
    decider->expressions = NULL;
    arena_release(&decider->arena);
    arena_release(&decider->config_arena);
    buf_release(&decider->value);
}

int64_t decider_next_time(const struct decider *decider, int64_t now_us)
{
    return now_us > decider->recorded_at_us ? now_us : decider->recorded_at_us + 1;
}

/* ---- one command ---- */

/* What is known of the command that is being decided. */
struct decider_work {
    struct decider *decider;
    const struct decider_command *given;
    const Agency__V1__Command *command;
    const Agency__V1__Principal *principal;
    Agency__V1__AuthenticationMethod method;
    Agency__V1__OrgHead *head;
    struct str sender; /* the principal, as text */
    struct hash content;
    int64_t recorded_at_us;
    bool unsettled; /* something is due by then, in an org that takes imports */
    struct decide decide;
};

static struct status decider_run(struct decider_work *work)
{
    struct decider *decider = work->decider;
    struct str org_id = str_z(work->command->org_id);
    struct layer_org changes = { &decider->fold->scratch, org_id };
    struct org_view org;
    struct before before;
    org_view_init(&org, &decider->fold->scratch.source, org_id);
    before_init(&before, &decider->fold->scratch, org_id, decider->expressions);
    org.view.expressions = decider->expressions;
    struct decide_context context = { .principal = work->principal,
                                      .config = &decider->config,
                                      .head = fold_org_head(work->head),
                                      .unsettled = work->unsettled,
                                      .recorded_at_us = work->recorded_at_us };
    work->decide = (struct decide){ .arena = &decider->arena,
                                    .view = &org.view,
                                    .before = &before.port,
                                    .changes = &layer_changes,
                                    .changes_self = &changes,
                                    .context = &context,
                                    .memory = &decider->fold->check_cache.memory,
                                    .command = work->command };
    struct status st = decide_command(&work->decide);
    before_release(&before);
    return st;
}

static void decider_fill(const struct decider_work *work, Agency__V1__Decision *decision)
{
    const struct decide *d = &work->decide;
    const Agency__V1__Command *command = work->command;
    const Agency__V1__Principal *principal = work->principal;
    decision->org_id = command->org_id;
    decision->command_id = command->command_id;
    decision->command = (uint32_t)command->payload_case;
    decision->org_prev = work->head->decision_hash;
    decision->content_hash =
        (ProtobufCBinaryData){ HASH_SIZE, (uint8_t *)(uintptr_t)work->content.bytes };
    decision->operator_ = principal->operator_;
    decision->authority = d->authority;
    decision->recorded_at_us = work->recorded_at_us;
    decision->occurred_at_us = d->occurred_at_us;
    decision->imported = command->occurred_at != NULL;
    decision->method = work->method;
    decision->annotations = command->annotations;
    decision->n_annotations = command->n_annotations;
    decision->trace_id = command->trace_id;
    decision->rejection = d->rejection;
    decision->commands = d->commands;
    decision->n_commands = d->commands_count;
    decision->constraints = d->constraints;
    decision->n_constraints = d->constraints_count;
    if (d->rejection == NULL && d->events_count > 0) {
        decision->events = d->events;
        decision->n_events = d->events_count;
        decision->org_sequence = work->head->org_sequence + 1;
    }
}

/* Ids of who acts are slices of messages; protobuf-c wants them ended by NUL. */
static struct status decider_fill_actors(const struct decider_work *work,
                                         Agency__V1__Decision *decision)
{
    const struct decide *d = &work->decide;
    struct arena *arena = &work->decider->arena;
    TRY(arena_text(arena, d->subject_id, &decision->subject_id));
    TRY(arena_text(arena, d->credential_id, &decision->credential_id));
    TRY(arena_text(arena, d->on_behalf_of, &decision->on_behalf_of));
    if (d->actors_count == 0) {
        return status_ok();
    }
    ARENA_TRY(arena, decision->actors,
              arena_alloc(arena, d->actors_count * sizeof *decision->actors));
    for (size_t i = 0; i < d->actors_count; i++) {
        TRY(arena_text(arena, d->actors[i], &decision->actors[decision->n_actors++]));
    }
    return status_ok();
}

/* Chains a body and leaves the record in decider->value. */
void decider_chain(struct decider *decider, enum record_type type, struct str body,
                   uint64_t next_command_offset)
{
    struct record record = { 0 };
    chain_next(&decider->chain, next_command_offset, &record);
    record.type = type;
    record.body = body;
    decider->value.size = 0;
    record_encode(&record, &decider->value);
    chain_push(&decider->chain, &record, buf_str(&decider->value));
}

static struct status decider_record(struct decider_work *work, struct submit_answer *answer,
                                    struct str *record)
{
    struct decider *decider = work->decider;
    Agency__V1__Decision decision = AGENCY__V1__DECISION__INIT;
    decider_fill(work, &decision);
    TRY(decider_fill_actors(work, &decision));
    if (decision.n_events == 0) {
        fold_discard(decider->fold);
    }
    struct str body;
    TRY(pb_pack(&decider->arena, &decision.base, &body));
    assert(body.size <= RECORD_BODY_SIZE_MAX);
    struct fold_place place = { .sequence = decider->chain.sequence + 1,
                                .body = body,
                                .principal = work->sender,
                                .head = work->head };
    TRY(fold_keep(decider->fold, &decider->arena, &decision, &place));
    decider_chain(decider, RECORD_DECISION, body, work->given->next_command_offset);
    decider->recorded_at_us = work->recorded_at_us;
    decider->next_due_us = dues_next_us(work->head);
    *answer = (struct submit_answer){ .outcome = SUBMIT_DECIDED,
                                      .sequence = place.sequence,
                                      .org_sequence = decision.org_sequence,
                                      .events_count = (uint32_t)decision.n_events,
                                      .recorded_at_us = decision.recorded_at_us };
    decider_set_rejection(answer, decision.rejection);
    TRY(outcome_set_constraints(&decider->arena, decision.constraints, decision.n_constraints,
                                answer));
    *record = buf_str(&decider->value);
    return status_ok();
}

/* A repeat that was read from the log is answered there. */
static struct status decider_record_repeat(struct decider_work *work,
                                           const struct submit_answer *answer, struct str *record)
{
    struct decider *decider = work->decider;
    Agency__V1__Repeat repeat = AGENCY__V1__REPEAT__INIT;
    repeat.org_id = work->command->org_id;
    repeat.command_id = work->command->command_id;
    repeat.principal = (Agency__V1__Principal *)(uintptr_t)work->principal;
    if (answer->outcome == SUBMIT_REPEATED) {
        repeat.first_sequence = answer->sequence;
    } else {
        repeat.code = (uint32_t)answer->code;
    }
    struct str body;
    TRY(pb_pack(&decider->arena, &repeat.base, &body));
    decider_chain(decider, RECORD_REPEAT, body, work->given->next_command_offset);
    *record = buf_str(&decider->value);
    return status_ok();
}

/* Who was rejected too often has to wait: whatever he sends is not even decided, or each would cost
 * a place in the order of decisions. An operator never has, as he may do everything. */
static struct status decider_check_rate(const struct decider_work *work)
{
    const struct rejections *rejections = &work->decider->rejections;
    if (work->principal->operator_[0] != '\0' ||
        rejections_have_room(rejections, str_z(work->command->org_id), work->sender,
                             work->recorded_at_us)) {
        return status_ok();
    }
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected a principal who is rejected at most %" PRIu32 " times a minute: "
                        "wait until the first are a minute old",
                        rejections->per_minute);
}

/* Of a batch each command counts that was judged: it has cost as much. */
static void decider_count_rejection(struct decider_work *work)
{
    for (size_t i = 0;
         work->principal->operator_[0] == '\0' && (i == 0 || i < work->decide.refused); i++) {
        rejections_add(&work->decider->rejections, str_z(work->command->org_id), work->sender,
                       work->recorded_at_us);
    }
}

/* Failures that say something about the command are its answer; those about the partition stop it.
 */
static bool decider_is_answer(enum status_code code)
{
    return code != STATUS_UNAVAILABLE && code != STATUS_DATA_LOSS;
}

/* Not recorded: who sent it is not known to be bound in the org without deciding. */
static struct status decider_poisoned(void)
{
    return status_error(STATUS_INTERNAL, "expected a command that can be decided, but this one has "
                                         "stopped the process three times");
}

static struct status decider_work(struct decider_work *work, struct submit_answer *answer,
                                  struct str *record)
{
    struct decider *decider = work->decider;
    const Agency__V1__Command *command = work->command;
    Agency__V1__AnswerRow *row;
    struct status known = repeats_check(&decider->repeats, command, work->recorded_at_us);
    if (known.code != STATUS_OK) {
        return decider_fail(answer, known);
    }
    TRY(decision_content_hash(&decider->arena, command, work->principal, &work->content));
    TRY(fold_answer(decider->fold, &decider->arena, str_z(command->org_id), work->sender,
                    str_z(command->command_id), &row));
    if (row != NULL) {
        TRY(decider_repeat(decider, answer, row, &work->content, command->command_id));
        if (work->given->cluster == NULL) {
            return status_ok();
        }
        if (answer->code != STATUS_OK) {
            decider_count_rejection(work);
        }
        return decider_record_repeat(work, answer, record);
    }
    TRY(fold_head(decider->fold, &decider->arena, str_z(command->org_id), &work->head));
    struct decider_settling settling = { .decider = decider,
                                         .command = command,
                                         .principal = work->principal,
                                         .head = work->head,
                                         .recorded_at_us = work->recorded_at_us,
                                         .waits = work->given->waits };
    bool answered = false;
    struct status st = decider_settle(&settling, answer, record, &answered);
    work->unsettled = settling.unsettled;
    if (st.code != STATUS_OK || answered) {
        return st;
    }
    st = decider_run(work);
    if (st.code != STATUS_OK) {
        fold_discard(decider->fold);
        return decider_is_answer(st.code) ? decider_fail(answer, st) : st;
    }
    if (work->decide.rejection != NULL) {
        decider_count_rejection(work);
    }
    st = decider_record(work, answer, record);
    if (st.code != STATUS_OK) {
        fold_discard(decider->fold);
    }
    return st;
}

/* What the place of a command in the log says, before anybody looks into it. */
static struct status decider_check_place(const struct decider *decider,
                                         const struct decider_command *given)
{
    uint32_t partition = murmur2_partition(given->key, decider->chain.identity.partitions_count);
    if (partition != decider->chain.partition) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a record whose key, the org, belongs into partition '%" PRIu32
                            "', but it belongs into '%" PRIu32 "'",
                            decider->chain.partition, partition);
    }
    if (given->bytes.size > DECIDER_COMMAND_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a record of at most '%d' bytes, but it has '%zu'",
                            DECIDER_COMMAND_SIZE_MAX, given->bytes.size);
    }
    return status_ok();
}

static struct status decider_check_sender(const struct decider_work *work,
                                          const Agency__V1__CommandRecord *record,
                                          const Agency__V1__Command *command)
{
    const struct decider_command *given = work->given;
    if (!str_eq(given->key, str_z(command->org_id))) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the command's org_id as the key of its record");
    }
    return command_signature_check(given->cluster, work->decider->commands_trusted, record, command,
                                   given->now_us);
}

/* Whoever is none of the operators has no power, however he was proven: a name without a kind is no
 * better than one that nobody knows. */
static struct status decider_check_operator(const struct decider *decider,
                                            const Agency__V1__Principal *principal)
{
    struct str name = str_z(principal->operator_);
    for (size_t i = 0; i < decider->operators_count; i++) {
        if (str_eq(decider->operators[i], name)) {
            return status_ok();
        }
    }
    return name.size == 0
               ? status_ok()
               : status_error(STATUS_UNAUTHENTICATED,
                              "expected an operator that the configuration of the deciders names, "
                              "but '%.*s' is none",
                              STR_ARG(name));
}

static Agency__V1__AuthenticationMethod decider_method(const Agency__V1__CommandRecord *record)
{
    return record->proof_case == AGENCY__V1__COMMAND_RECORD__PROOF_SIGNATURE
               ? AGENCY__V1__AUTHENTICATION_METHOD__AUTHENTICATION_METHOD_SIGNATURE
               : record->principal->method;
}

/* Reads the command and who sent it. Any status but OK is the answer. */
static struct status decider_read(struct decider_work *work)
{
    struct arena *arena = &work->decider->arena;
    const struct decider_command *given = work->given;
    Agency__V1__CommandRecord *record;
    Agency__V1__Command *command;
    if (given->cluster != NULL) {
        TRY(decider_check_place(work->decider, given));
    }
    if (given->poisoned) {
        return decider_poisoned();
    }
    TRY(pb_unpack(arena, &agency__v1__command_record__descriptor, given->bytes, PB_OUTSIDE,
                  &record));
    if (record->command.len == 0 || record->principal == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a command and its principal");
    }
    TRY(pb_unpack(arena, &agency__v1__command__descriptor,
                  str_make(record->command.data, record->command.len), PB_OUTSIDE, &command));
    work->decider->org_id = str_z(command->org_id);
    work->decider->command_id = str_z(command->command_id);
    work->decider->trace = str_z(command->trace_id);
    work->decider->command = (uint32_t)command->payload_case;
    if (given->cluster != NULL) {
        TRY(decider_check_sender(work, record, command));
    }
    TRY(decider_check_operator(work->decider, record->principal));
    work->command = command;
    work->principal = record->principal;
    work->method = decider_method(record);
    TRY(decision_principal(arena, work->principal, &work->sender));
    return decider_check_rate(work);
}

struct status decider_decide(struct decider *decider, const struct decider_command *command,
                             struct submit_answer *answer, struct str *record)
{
    struct decider_work work = { .decider = decider,
                                 .given = command,
                                 .recorded_at_us = decider_next_time(decider, command->now_us) };
    *record = (struct str){ 0 };
    arena_reset(&decider->arena);
    decider->org_id = decider->command_id = decider->trace = (struct str){ 0 };
    decider->command = 0;
    decider->owed_until_us = INT64_MIN;
    struct status st = decider_read(&work);
    if (st.code != STATUS_OK) {
        return decider_fail(answer, st);
    }
    if (command->decide_nothing) {
        *answer = (struct submit_answer){ .outcome = SUBMIT_LATER };
        return status_ok();
    }
    return decider_work(&work, answer, record);
}

struct status decider_tick(struct decider *decider, Agency__V1__Tick *tick, int64_t now_us,
                           uint64_t next_command_offset, struct str *record)
{
    arena_reset(&decider->arena);
    decider->recorded_at_us = decider_next_time(decider, now_us);
    tick->time_us = decider->recorded_at_us;
    struct str body;
    TRY(pb_pack(&decider->arena, &tick->base, &body));
    decider_chain(decider, RECORD_TICK, body, next_command_offset);
    *record = buf_str(&decider->value);
    return status_ok();
}
