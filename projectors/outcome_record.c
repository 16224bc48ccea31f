/* An outcome says what the client was, or would have been, told at once: of a repeat the first
 * answer, as the store keeps it. */
#include "projectors/outcome_record.h"

#include "core/model/decision.h"
#include "core/model/outcome.h"
#include "core/pb/message.h"

/* What the two kinds of records say of a command, each in its way. */
struct outcome_record {
    const struct record_place *place;
    const char *org_id;
    struct str principal; /* decision_principal */
};

static struct status outcome_record_make(struct arena *arena, const struct outcome_record *about,
                                         const struct outcome *outcome, struct evlog_item *item)
{
    const struct record_place *place = about->place;
    Agency__V1__Outcome record = AGENCY__V1__OUTCOME__INIT;
    record.org_id = (char *)(uintptr_t)about->org_id;
    record.offset = place->command_offset;
    TRY(decision_fingerprint(arena, about->principal, &record.principal));
    TRY(outcome_response(arena, &place->history_id, place->partition, outcome, &record.answer));
    *item = (struct evlog_item){ .stream = EVLOG_OUTCOMES,
                                 .partition = place->partition,
                                 .key = str_z(outcome->command_id) };
    return pb_pack(arena, &record.base, &item->value);
}

static void outcome_record_set_rejection(struct outcome *outcome,
                                         const Agency__V1__Rejection *rejection)
{
    if (rejection != NULL) {
        outcome->code = (enum status_code)rejection->code;
        outcome->reason = rejection->reason;
    }
}

struct status outcome_record_of_decision(struct arena *arena, const struct partition *partition,
                                         const struct record_place *place,
                                         const Agency__V1__Decision *decision,
                                         struct evlog_item *item)
{
    struct outcome_record about = { .place = place, .org_id = decision->org_id };
    struct outcome outcome = { .command_id = decision->command_id,
                               .reason = "",
                               .events_count = (uint32_t)decision->n_events,
                               .org_sequence = decision->org_sequence,
                               .sequence = place->sequence,
                               .recorded_at_us = decision->recorded_at_us };
    outcome_record_set_rejection(&outcome, decision->rejection);
    outcome.constraints = decision->constraints;
    outcome.constraints_count = decision->n_constraints;
    TRY(fold_principal(&partition->fold, arena, decision, &about.principal));
    return outcome_record_make(arena, &about, &outcome, item);
}

static struct status outcome_record_first_answer(struct arena *arena,
                                                 const struct partition *partition,
                                                 const Agency__V1__Repeat *repeat,
                                                 struct str principal,
                                                 Agency__V1__AnswerRow **answer)
{
    TRY(fold_answer(&partition->fold, arena, str_z(repeat->org_id), principal,
                    str_z(repeat->command_id), answer));
    return *answer != NULL ? status_ok()
                           : status_error(STATUS_DATA_LOSS,
                                          "expected the first answer to command '%s' of org '%s'",
                                          repeat->command_id, repeat->org_id);
}

struct status outcome_record_of_repeat(struct arena *arena, const struct partition *partition,
                                       const struct record_place *place,
                                       const Agency__V1__Repeat *repeat, struct evlog_item *item)
{
    struct outcome outcome = { .command_id = repeat->command_id, .reason = "" };
    struct outcome_record about = { .place = place, .org_id = repeat->org_id };
    Agency__V1__AnswerRow *first;
    struct status other = decision_other_content(repeat->command_id);
    if (repeat->principal == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected a repeat to name its principal");
    }
    TRY(decision_principal(arena, repeat->principal, &about.principal));
    if (repeat->code != STATUS_OK) {
        outcome.code = (enum status_code)repeat->code;
        outcome.reason = repeat->code == (uint32_t)other.code ? other.msg : "";
        return outcome_record_make(arena, &about, &outcome, item);
    }
    TRY(outcome_record_first_answer(arena, partition, repeat, about.principal, &first));
    outcome.repeated = true;
    outcome.events_count = first->events_count;
    outcome.org_sequence = first->org_sequence;
    outcome.sequence = first->sequence;
    outcome.recorded_at_us = first->recorded_at_us;
    outcome_record_set_rejection(&outcome, first->rejection);
    outcome.constraints = first->constraints;
    outcome.constraints_count = first->n_constraints;
    return outcome_record_make(arena, &about, &outcome, item);
}
