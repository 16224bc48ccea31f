#include "core/domain/kernel/carried.h"

#include <inttypes.h>

#include "core/base/buf.h"
#include "core/base/time.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/rules.h"
#include "core/pb/json.h"

/* ---- names ---- */

struct status carried_check_names(struct decide *d, char *const *commands, size_t commands_count)
{
    if (commands_count == 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected commands, the names of those that it may carry, such as "
                             "SetGoal, but there are none");
    }
    for (size_t i = 0; i < commands_count; i++) {
        const unsigned number = registry_command_named(str_z(commands[i]));
        if (!registry_carries(number)) {
            return decide_reject(d, STATUS_INVALID_ARGUMENT,
                                 number == 0
                                     ? "expected commands to be names such as SetGoal, but '%s' "
                                       "is none"
                                     : "expected commands that may be carried, but '%s' may not",
                                 commands[i]);
        }
    }
    return rules_check_distinct(d, "commands", commands, commands_count);
}

/* ---- the template ---- */

/* Of texts only, as JSON has these braces nowhere else: {"turn" and not {turn. */
static void carried_expand(struct str text, const struct carried_values *values, struct buf *out)
{
    static const struct str turn = { "{turn}", 6 }, at = { "{at}", 4 };
    char time[TIME_TEXT_SIZE];
    time_format(values->at_us, time);
    while (text.size > 0) {
        size_t size = 1;
        if (str_starts(text, turn)) {
            buf_printf(out, "%" PRIu64, values->turn);
            size = turn.size;
        } else if (str_starts(text, at)) {
            buf_printf(out, "%s", time);
            size = at.size;
        } else {
            buf_byte(out, (uint8_t)text.data[0]);
        }
        text = str_from(text, size);
    }
}

static struct status carried_parse(struct decide *d, const Google__Protobuf__Struct *template,
                                   const struct carried_values *values,
                                   Agency__V1__Command **command)
{
    struct buf json = { 0 }, expanded = { 0 };
    struct status st;
    TRY_OUT(pb_to_json(&template->base, (struct pb_json_options){ 0 }, &json));
    carried_expand(buf_str(&json), values, &expanded);
    st = pb_from_json(d->arena, &agency__v1__command__descriptor, buf_str(&expanded), command);
out:
    buf_release(&json);
    buf_release(&expanded);
    return st.code == STATUS_INVALID_ARGUMENT ? decide_reject(d, st.code, "%s", st.msg) : st;
}

static bool carried_may(const struct carried *carried, unsigned number)
{
    return registry_carries(number) && ids_listed(carried->commands, carried->commands_count,
                                                  str_z(registry_command(number)->name));
}

static struct status carried_check(struct decide *d, const struct carried *carried,
                                   const Google__Protobuf__Struct *template,
                                   const Agency__V1__Command *command)
{
    const struct command_type *type = registry_command((unsigned)command->payload_case);
    if (template->n_fields != 1 || type == NULL) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected command to be one command and nothing beside it, such as "
                             "{\"setGoal\": {...}}");
    }
    return carried_may(carried, (unsigned)command->payload_case)
               ? status_ok()
               : decide_reject(d, STATUS_INVALID_ARGUMENT,
                               "expected a command that commands names, but '%s' is none of them",
                               type->name);
}

struct status carried_read(struct decide *d, const struct carried *carried,
                           const Google__Protobuf__Struct *template,
                           const struct carried_values *values, Agency__V1__Command **command)
{
    if (template == NULL) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected command, such as {\"setGoal\": {...}}, but it is not set");
    }
    TRY_ACCEPTED(d, carried_parse(d, template, values, command));
    TRY(arena_text(d->arena, d->view->org_id, &(*command)->org_id));
    return carried_check(d, carried, template, *command);
}
