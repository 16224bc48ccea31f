#include "ops/sending.h"

#include <stdio.h>
#include <time.h>

#include "core/base/murmur2.h"
#include "core/domain/fields.h"
#include "core/model/answer.h"
#include "core/pb/message.h"
#include "writers/intake.h"

/* Another agencyctl is soon done; a server is not. */
enum { LOCK_WAIT_US = 5 * 1000000, LOCK_RETRY_US = 20 * 1000 };

static struct status sending_open_log(void *context, struct evlog **log)
{
    struct sending *sending = context;
    const struct clock *clock = &sending->ctl->clock;
    int64_t until = clock_monotonic_us(clock) + LOCK_WAIT_US;
    struct status st = data_dir_open_log(&sending->ctl->dir, false, log);
    while (st.code == STATUS_FAILED_PRECONDITION && clock_monotonic_us(clock) < until) {
        nanosleep(&(struct timespec){ .tv_nsec = LOCK_RETRY_US * 1000 }, NULL);
        st = data_dir_open_log(&sending->ctl->dir, false, log);
    }
    if (st.code == STATUS_OK) {
        sending->identity = (*log)->identity;
    }
    return st;
}

static void sending_report(void *context, struct status what)
{
    (void)context;
    fprintf(stderr, "agencyctl: %s: %s\n", status_code_name(what.code), what.msg);
}

/* On a folder of one machine its owner is the operator `admin`, who may create orgs. */
static struct status sending_configuration(struct arena *arena, struct str *configuration)
{
    char admin[] = "admin";
    char *creators[] = { admin };
    Agency__V1__DecidingConfiguration message = AGENCY__V1__DECIDING_CONFIGURATION__INIT;
    message.org_creators = creators;
    message.n_org_creators = 1;
    return pb_pack(arena, &message.base, configuration);
}

struct status sending_open(struct sending *sending, struct ctl *ctl)
{
    *sending = (struct sending){ .ctl = ctl };
    TRY(intake_principal(&ctl->arena, ctl->dir.cluster_key, ctl->options.principal,
                         &sending->principal));
    struct writer_options options = { .open_log = sending_open_log,
                                      .report = sending_report,
                                      .context = sending,
                                      .stores = ctl->dir.stores,
                                      .clock = ctl->clock };
    TRY(sending_configuration(&ctl->arena, &options.configuration));
    return writer_open(&options, &sending->writer);
}

struct status sending_close(struct sending *sending)
{
    return writer_close(sending->writer);
}

struct status sending_submit(struct sending *sending, struct arena *arena,
                             Agency__V1__Command *command, request_done *done, void *context)
{
    struct str record;
    TRY(intake_record(arena, sending->ctl->dir.cluster_key, command, sending->principal, NULL,
                      &record));
    return writer_submit(sending->writer, str_z(command->org_id), record, done, context);
}

struct status sending_call(struct sending *sending, struct arena *arena,
                           Agency__V1__Command *command, struct decider_answer *answer)
{
    struct str record;
    TRY(intake_record(arena, sending->ctl->dir.cluster_key, command, sending->principal, NULL,
                      &record));
    return writer_call(sending->writer, str_z(command->org_id), record, answer);
}

struct status sending_response(const struct sending *sending, struct arena *arena,
                               const char *org_id, const char *command_id,
                               const struct decider_answer *answer,
                               Agency__V1__SubmitResponse **out)
{
    struct answer facts = {
        .command_id = command_id,
        .repeated = answer->outcome == DECIDER_REPEATED,
        .code = answer->code,
        .reason = answer->reason,
        .events_count = answer->events_count,
        .org_sequence = answer->org_sequence,
        .sequence = answer->sequence,
        .recorded_at_us = answer->recorded_at_us,
    };
    uint32_t partition = murmur2_partition(str_z(org_id), sending->identity.partitions_count);
    return answer_response(arena, &sending->identity.history_id, partition, &facts, out);
}
