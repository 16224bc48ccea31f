/* dry-run: what a command would come to, judged on the org as it is now; nothing is sent. */
#include "core/base/json_text.h"
#include "core/pb/json.h"
#include "ops/ctl/command_read.h"
#include "ops/ctl/planning.h"

static struct status dry_run_list(struct buf *out, const char *name, const void *items,
                                  size_t count)
{
    const struct pb_json_options options = { 0 };
    ProtobufCMessage *const *messages = items;
    buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, i == 0 ? "" : ",");
        TRY(pb_to_json(messages[i], options, out));
    }
    buf_byte(out, ']');
    return status_ok();
}

/* {"code", "reason", "authority", "constraints": [{...}], "events": [{...}]}, and a line for each
 * change of access. */
static struct status dry_run_json(struct ctl *ctl, const struct forecast *forecast)
{
    struct buf *out = &ctl->out;
    const struct pb_json_options options = { 0 };
    buf_printf(out, "{\"code\":\"%s\",\"reason\":", status_code_name(forecast->code));
    json_text(forecast->reason, out);
    buf_printf(out, ",\"authority\":");
    if (forecast->authority != NULL) {
        TRY(pb_to_json(&forecast->authority->base, options, out));
    } else {
        buf_printf(out, "null");
    }
    TRY(dry_run_list(out, "constraints", forecast->constraints, forecast->constraints_count));
    TRY(dry_run_list(out, "events", forecast->events, forecast->events_count));
    buf_printf(out, "}\n");
    return status_ok();
}

static struct status dry_run_text(struct ctl *ctl, const struct forecast *forecast)
{
    if (forecast->code != STATUS_OK) {
        buf_printf(&ctl->out, "would be refused %s: %.*s\n", status_code_name(forecast->code),
                   STR_ARG(forecast->reason));
        ctl_say_constraints(ctl, forecast->constraints, forecast->constraints_count);
        return status_ok();
    }
    buf_printf(&ctl->out, "would be accepted, %zu events%s\n", forecast->events_count,
               forecast->events_count == 0 ? ": it is so already" : "");
    for (size_t i = 0; i < forecast->events_count; i++) {
        planning_say_event(ctl, forecast->events[i]);
    }
    if (forecast->authority != NULL) {
        buf_printf(&ctl->out, "authority\n    ");
        TRY(pb_to_json(&forecast->authority->base, (struct pb_json_options){ 0 }, &ctl->out));
        buf_byte(&ctl->out, '\n');
    }
    ctl_say_constraints(ctl, forecast->constraints, forecast->constraints_count);
    return status_ok();
}

static struct status dry_run_say(struct planning *planning, const struct forecast *forecast)
{
    struct ctl *ctl = planning->ctl;
    ctl->exit = forecast->code == STATUS_OK ? ctl->exit : CTL_REJECTED;
    TRY(ctl->options.output == CTL_JSON ? dry_run_json(ctl, forecast)
                                        : dry_run_text(ctl, forecast));
    return forecast->events_count == 0 ? status_ok() : planning_say_access(planning);
}

struct status ctl_dry_run(struct ctl *ctl)
{
    struct planning planning;
    struct forecast forecast;
    Agency__V1__Command *command;
    if (ctl->argc != (ctl->options.batch.size > 0 ? 0 : 2)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a command and its JSON, or --batch "
                                                     "with a file of them");
    }
    TRY(ctl_need_org(ctl));
    TRY(command_read(ctl, &command));
    if (command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_CREATE_ORG) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command to an org that is there: CreateOrg is judged when "
                            "it is sent only");
    }
    struct status st = planning_command(&planning, ctl, command, &forecast);
    if (st.code == STATUS_OK) {
        st = dry_run_say(&planning, &forecast);
    }
    planning_close(&planning);
    return st;
}
