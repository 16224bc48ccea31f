#include "ops/ctl/server_sending.h"

#include <stdio.h>

#include "agency/v1/commands_service.pb-c.h"
#include "core/domain/kernel/fields.h"
#include "core/model/outcome.h"
#include "core/pb/message.h"

/* A batch stays well below what servers take in a message. */
enum { SERVER_SENDING_SIZE_MAX = 2 << 20 };
static const size_t SERVER_SENDING_ARENA_MAX = (size_t)256 << 20;

void server_sending_init(struct server_sending *sending, struct server_client *client)
{
    *sending = (struct server_sending){ .client = client };
    arena_init(&sending->arena, SERVER_SENDING_ARENA_MAX);
}

void server_sending_release(struct server_sending *sending)
{
    arena_release(&sending->arena);
}

static struct status server_sending_answer(struct arena *arena,
                                           const Agency__V1__SubmitResponse *response,
                                           struct submit_answer *answer)
{
    *answer = (struct submit_answer){
        .outcome = response->repeated       ? SUBMIT_REPEATED
                   : response->sequence > 0 ? SUBMIT_DECIDED
                                            : SUBMIT_FAILED,
        .code = status_code_named(response->code),
        .sequence = response->sequence,
        .org_sequence = response->org_sequence,
        .events_count = response->events,
        .recorded_at_us = fields_time_us(response->recorded_at),
    };
    snprintf(answer->reason, sizeof answer->reason, "%s", response->reason);
    return outcome_set_constraints(arena, response->constraints, response->n_constraints, answer);
}

static struct status server_sending_request(struct server_sending *sending,
                                            Agency__V1__SubmitBatchRequest *batch)
{
    Agency__V1__SubmitRequest *requests;
    ARENA_TRY(&sending->arena, requests,
              arena_alloc(&sending->arena, sending->count * sizeof *requests));
    ARENA_TRY(&sending->arena, batch->requests,
              arena_alloc(&sending->arena, sending->count * sizeof *batch->requests));
    for (size_t i = 0; i < sending->count; i++) {
        agency__v1__submit_request__init(&requests[i]);
        requests[i].what_case = AGENCY__V1__SUBMIT_REQUEST__WHAT_COMMAND;
        requests[i].command = sending->waiting[i].command;
        batch->requests[batch->n_requests++] = &requests[i];
    }
    return status_ok();
}

static struct status server_sending_ask(struct server_sending *sending,
                                        Agency__V1__SubmitBatchResponse **response)
{
    Agency__V1__SubmitBatchRequest batch = AGENCY__V1__SUBMIT_BATCH_REQUEST__INIT;
    TRY(server_sending_request(sending, &batch));
    TRY(server_client_call(sending->client, &sending->arena, "agency.v1.Commands/SubmitBatch",
                           &batch.base, &agency__v1__submit_batch_response__descriptor, response));
    return (*response)->n_responses == sending->count
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected %zu answers, but there are %zu",
                              sending->count, (*response)->n_responses);
}

void server_sending_flush(struct server_sending *sending)
{
    Agency__V1__SubmitBatchResponse *response = NULL;
    if (sending->count == 0) {
        return;
    }
    struct status st = server_sending_ask(sending, &response);
    struct submit_answer failed = { .outcome = SUBMIT_FAILED, .code = st.code };
    snprintf(failed.reason, sizeof failed.reason, "%s", st.msg);
    for (size_t i = 0; i < sending->count; i++) {
        bool well = st.code == STATUS_OK;
        struct submit_answer answer = failed;
        if (well) {
            st = server_sending_answer(&sending->arena, response->responses[i], &answer);
        }
        sending->token = well ? str_z(response->responses[i]->token) : STR("");
        sending->waiting[i].done(sending->waiting[i].context, &answer);
    }
    sending->count = 0;
}

struct status server_sending_add(struct server_sending *sending, const Agency__V1__Command *command,
                                 submit_done *done, void *context)
{
    if (sending->count == 0) {
        arena_reset(&sending->arena);
        sending->token = STR("");
    }
    TRY(pb_copy(&sending->arena, &command->base, &sending->waiting[sending->count].command));
    sending->waiting[sending->count].done = done;
    sending->waiting[sending->count].context = context;
    sending->count++;
    if (sending->count == SERVER_SENDING_MAX || sending->arena.used > SERVER_SENDING_SIZE_MAX) {
        server_sending_flush(sending);
    }
    return status_ok();
}
