/* A request becomes a CommandRecord and a struct submission, which the port carries as the context;
 * its answer comes in a thread of the port's, and is posted back.
 *
 * A client's word counts for what is asked, never for who asks: the principal is what the gate has
 * found, or the key whose signature the message carries. */
#include "writers/service/submission.h"

#include <stdio.h>

#include "core/auth/admitted.h"
#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/base/random.h"
#include "core/model/decision.h"
#include "core/model/outcome.h"
#include "core/pb/message.h"
#include "core/trace/traceparent.h"

enum { SUBMISSION_ID_SIZE = 64 };

struct submission {
    struct rpc_server *server;
    submission_back *back;
    void *owner;
    size_t index;
    uint32_t partition;
    struct submit_answer answer;
    struct keyring keyring;
    struct command_record_erasure erasure; /* its texts lie behind the command's id */
    char command_id[];
};

/* ---- the way back ---- */

static void submission_come_back(void *argument)
{
    struct submission *submission = argument;
    if (submission->answer.code == STATUS_OK) {
        struct status st = command_record_erase(&submission->keyring, &submission->erasure);
        (void)st; /* what follows the stores tries it again, and tells */
    }
    submission->back(submission->owner, submission->index, submission->command_id,
                     submission->partition, &submission->answer);
    mem_free(submission);
}

static void submission_done(void *context, const struct submit_answer *answer)
{
    struct submission *submission = context;
    submission->answer = *answer;
    rpc_server_post(submission->server, submission_come_back, submission);
}

/* ---- what is sent ---- */

/* What is sent, with what is needed to know its answer. */
struct submission_sent {
    struct submit_command submit;
    const char *command_id;
    struct command_record_erasure erasure;
};

/* The id that the client gave, in the message or beside it; else one that nobody else has. */
static struct status submission_id(struct arena *arena, struct rpc_call *call,
                                   Agency__V1__Command *command)
{
    struct str given = rpc_call_metadata(call, STR("idempotency-key"));
    char made[SUBMISSION_ID_SIZE];
    uint64_t random[2];
    if (command->command_id[0] != '\0') {
        return status_ok();
    }
    if (given.size == 0) {
        random_bytes(random, sizeof random);
        int size = snprintf(made, sizeof made, "once-%016llx%016llx", (unsigned long long)random[0],
                            (unsigned long long)random[1]);
        given = str_make(made, (size_t)size);
    }
    return arena_text(arena, given, &command->command_id);
}

/* What the command does is part of the trace of the call that brought it, unless the client says
 * otherwise. */
static struct status submission_trace(struct arena *arena, struct rpc_call *call,
                                      Agency__V1__Command *command)
{
    struct traceparent place;
    struct str given = rpc_call_trace(call);
    if (command->trace_id[0] != '\0' || !traceparent_read(given, &place)) {
        return status_ok();
    }
    return arena_text(arena, given, &command->trace_id);
}

static struct status submission_finish(struct arena *arena, const Agency__V1__Command *command,
                                       const Agency__V1__Principal *principal,
                                       struct submission_sent *sent)
{
    struct str text;
    char *fingerprint;
    TRY(decision_principal(arena, principal, &text));
    TRY(decision_fingerprint(arena, text, &fingerprint));
    sent->command_id = command->command_id;
    sent->erasure = command_record_erasure(command);
    sent->submit.org_id = str_z(command->org_id);
    sent->submit.command_id = str_z(command->command_id);
    sent->submit.principal = str_z(fingerprint);
    return status_ok();
}

static struct status submission_record(const struct submission_options *options,
                                       struct arena *arena, struct rpc_call *call,
                                       const Agency__V1__Command *asked,
                                       struct submission_sent *sent)
{
    const struct admitted *admitted = rpc_call_admitted(call);
    int64_t now_us = clock_now_us(&options->clock);
    struct command_record_proof proof = { .issued_at_us = now_us,
                                          .expires_at_us = now_us + options->timeout_us };
    Agency__V1__Command *command;
    if (admitted_is_nobody(admitted)) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected to be told who calls, or a signed command");
    }
    TRY(pb_copy(arena, &asked->base, &command));
    TRY(submission_id(arena, call, command));
    TRY(submission_trace(arena, call, command));
    if (options->seals != NULL) {
        proof.cluster = *options->seals;
    }
    TRY(command_record_make(arena, &options->keys, command, &admitted->principal,
                            options->seals == NULL ? NULL : &proof, &sent->submit.record));
    return submission_finish(arena, command, &admitted->principal, sent);
}

/* Who signs needs nobody's word: the signature is checked here, since an embedded decider believes
 * whatever its own process hands over, and so that a wrong one is told at once. */
static struct status submission_signed(const struct submission_options *options,
                                       struct arena *arena, const Agency__V1__CommandRecord *record,
                                       struct submission_sent *sent)
{
    struct command_signature_cluster cluster = { evlog_id_str(&options->identity.history_id), NULL,
                                                 0 };
    Agency__V1__Command *command;
    if (record->command.len == 0 || record->principal == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a signed command to have a command and its principal");
    }
    if (record->proof_case != AGENCY__V1__COMMAND_RECORD__PROOF_SIGNATURE) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a signed command to carry a signature: seals are this "
                            "installation's own");
    }
    TRY(pb_unpack(arena, &agency__v1__command__descriptor,
                  str_make(record->command.data, record->command.len), PB_OUTSIDE, &command));
    TRY(command_record_check_hidden(command));
    TRY(command_signature_check(&cluster, false, record, command, clock_now_us(&options->clock)));
    TRY(pb_pack(arena, &record->base, &sent->submit.record));
    return submission_finish(arena, command, record->principal, sent);
}

static struct status submission_judge(const struct submission_options *options, struct arena *arena,
                                      struct rpc_call *call,
                                      const Agency__V1__CommandRecord *record,
                                      struct submission_sent *sent)
{
    struct status st = submission_signed(options, arena, record, sent);
    if (st.code == STATUS_UNAUTHENTICATED) {
        rpc_call_unproven(call);
    }
    return st;
}

static struct status submission_prepare(const struct submission_options *options,
                                        struct arena *arena, struct rpc_call *call,
                                        const Agency__V1__SubmitRequest *request,
                                        struct submission_sent *sent)
{
    switch (request->what_case) {
    case AGENCY__V1__SUBMIT_REQUEST__WHAT_COMMAND:
        return submission_record(options, arena, call, request->command, sent);
    case AGENCY__V1__SUBMIT_REQUEST__WHAT_SIGNED:
        return submission_judge(options, arena, call, request->signed_, sent);
    case AGENCY__V1__SUBMIT_REQUEST__WHAT__NOT_SET:
    case _AGENCY__V1__SUBMIT_REQUEST__WHAT__CASE_IS_INT_SIZE:
        break;
    }
    return status_error(STATUS_INVALID_ARGUMENT, "expected a command, or a signed one");
}

static struct str submission_keep(char **room, struct str text)
{
    struct str kept = str_make(*room, text.size);
    if (text.size > 0) {
        memcpy(*room, text.data, text.size);
    }
    *room += text.size;
    return kept;
}

static struct submission *submission_new(const struct submission_sent *sent)
{
    const struct str id = str_make(sent->command_id, strlen(sent->command_id) + 1);
    const struct command_record_erasure *erasure = &sent->erasure;
    struct submission *submission = mem_zalloc(
        1, sizeof *submission + id.size + erasure->org_id.size + erasure->subject_id.size);
    char *room = submission->command_id;
    submission_keep(&room, id);
    submission->erasure.org_id = submission_keep(&room, erasure->org_id);
    submission->erasure.subject_id = submission_keep(&room, erasure->subject_id);
    return submission;
}

struct status submission_send(const struct submission_options *options, struct arena *arena,
                              struct rpc_call *call, const Agency__V1__SubmitRequest *request,
                              submission_back *back, void *owner, size_t index)
{
    struct submission_sent sent = { 0 };
    TRY(submission_prepare(options, arena, call, request, &sent));
    struct submission *submission = submission_new(&sent);
    submission->server = options->server;
    submission->back = back;
    submission->owner = owner;
    submission->index = index;
    submission->partition =
        murmur2_partition(sent.submit.org_id, options->identity.partitions_count);
    submission->keyring = options->keys.keyring;
    struct status st = submit(&options->port, &sent.submit, submission_done, submission);
    if (st.code != STATUS_OK) {
        mem_free(submission);
    }
    return st;
}

struct status submission_response(const struct submission_options *options, struct arena *arena,
                                  const char *command_id, uint32_t partition,
                                  const struct submit_answer *answer,
                                  Agency__V1__SubmitResponse **response)
{
    struct outcome facts = outcome_of(command_id, answer);
    return outcome_response(arena, &options->identity.history_id, partition, &facts, response);
}
