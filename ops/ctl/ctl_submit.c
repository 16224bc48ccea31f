/* submit: one command from the command line, or many from standard input, each answered in its
 * order. */
#include <inttypes.h>
#include <stdio.h>

#include "core/pb/json.h"
#include "ops/ctl/command_read.h"
#include "ops/ctl/lines.h"
#include "ops/ctl/name_watch.h"
#include "ops/ctl/sending.h"

/* ---- the answer ---- */

static void submit_say(struct ctl *ctl, const Agency__V1__SubmitResponse *response)
{
    const char *again = response->repeated ? " (answered before)" : "";
    if (response->reason[0] != '\0') {
        buf_printf(&ctl->out, "%s %s: %s%s\n", response->sequence > 0 ? "rejected" : "failed",
                   response->code, response->reason, again);
    } else if (response->events == 0) {
        buf_printf(&ctl->out, "accepted, it is so already%s\n", again);
    } else {
        buf_printf(&ctl->out, "accepted as decision %" PRIu64 ", %u events%s\n",
                   response->org_sequence, response->events, again);
    }
    ctl_say_constraints(ctl, response->constraints, response->n_constraints);
}

static struct status submit_tell(struct sending *sending, const Agency__V1__Command *command,
                                 const struct submit_answer *answer)
{
    struct ctl *ctl = sending->ctl;
    Agency__V1__SubmitResponse *response;
    TRY(sending_response(sending, &ctl->arena, command->org_id, command->command_id, answer,
                         &response));
    if (answer->code != STATUS_OK) {
        ctl->exit = CTL_REJECTED;
    }
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &response->base);
    }
    submit_say(ctl, response);
    return status_ok();
}

static struct status submit_call(struct sending *sending, struct name_watch *names,
                                 Agency__V1__Command *command)
{
    struct submit_answer answer;
    TRY(sending_call(sending, &sending->ctl->arena, command, &answer));
    if (sending_is_over(&answer)) {
        return status_error(answer.code, "%s", answer.reason);
    }
    name_watch_note(names, command, &answer);
    return submit_tell(sending, command, &answer);
}

/* Standard input: a command is answered before the next is read, so that a program can hold a
 * conversation. */
static struct status submit_lines(struct sending *sending, struct name_watch *names)
{
    struct ctl *ctl = sending->ctl;
    struct lines *lines;
    TRY(lines_open("-", &lines));
    struct str line;
    bool more;
    struct status st = lines_next(lines, &line, &more);
    while (st.code == STATUS_OK && more) {
        Agency__V1__Command *command;
        st = pb_from_json(&ctl->arena, &agency__v1__command__descriptor, line, &command);
        if (st.code == STATUS_OK) {
            st = sending_check_org(ctl, command);
        }
        if (st.code == STATUS_OK) {
            st = submit_call(sending, names, command);
        }
        st = status_prefix(st, "line %" PRIu64, lines_number(lines));
        ctl_flush(ctl);
        if (st.code == STATUS_OK) {
            st = lines_next(lines, &line, &more);
        }
    }
    lines_close(lines);
    return st;
}

static struct status submit_run(struct sending *sending, Agency__V1__Command *command)
{
    struct name_watch names = { 0 };
    struct status st =
        command == NULL ? submit_lines(sending, &names) : submit_call(sending, &names, command);
    struct status closed = sending_close(sending);
    if (closed.code == STATUS_OK) {
        ctl_flush(sending->ctl); /* the answers come first */
        name_watch_tell(&names, sending->ctl);
    }
    return st.code == STATUS_OK ? closed : st;
}

struct status ctl_submit(struct ctl *ctl)
{
    struct sending sending;
    Agency__V1__Command *command = NULL;
    bool standard = ctl->argc == 1 && strcmp(ctl->argv[0], "-") == 0;
    bool batch = ctl->options.batch.size > 0;
    if (batch ? ctl->argc > 0 : !standard && ctl->argc != 2) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command and its JSON, - for lines on standard input, or "
                            "--batch with a file of them");
    }
    if (!standard) {
        TRY(ctl_need_org(ctl));
        TRY(command_read(ctl, &command));
    }
    TRY(sending_open(&sending, ctl));
    return submit_run(&sending, command);
}
