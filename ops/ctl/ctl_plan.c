/* plan, apply: documents that say what an org has, and what is needed to make it so. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/json_text.h"
#include "core/base/limits.h"
#include "core/pb/message.h"
#include "ops/ctl/command_read.h"
#include "ops/ctl/planning.h"
#include "ops/ctl/say.h"
#include "ops/ctl/sending.h"

/* Of one Batch: its events, with room for more than the plan knew; its bytes, with its envelope. */
enum { APPLY_EVENTS_MAX = DECISION_EVENTS_MAX / 2, APPLY_SIZE_MAX = COMMAND_SIZE_MAX / 2 };

struct status ctl_plan(struct ctl *ctl)
{
    struct planning planning;
    struct status st = planning_open(&planning, ctl);
    if (st.code == STATUS_OK) {
        st = planning_say(&planning);
    }
    if (st.code == STATUS_OK && planning.plan.rejected > 0) {
        ctl->exit = CTL_REJECTED;
    }
    planning_close(&planning);
    return st;
}

/* ---- apply ---- */

struct apply {
    struct ctl *ctl;
    struct sending sending;
    const struct planned *items;
    size_t count;
    size_t applied;
    size_t events;
};

/* How many of the next fit into one Batch. */
static size_t apply_fit(const struct apply *apply)
{
    size_t count = 0, events = 0, size = 0;
    while (apply->applied + count < apply->count && count < LIST_ITEMS_MAX) {
        const struct planned *next = &apply->items[apply->applied + count];
        events += next->events_count;
        size += pb_packed_size(&next->command->base) + 8;
        if (count > 0 && (events > APPLY_EVENTS_MAX || size > APPLY_SIZE_MAX)) {
            break;
        }
        count++;
    }
    return count;
}

static struct status apply_command(struct apply *apply, size_t count, Agency__V1__Command **command)
{
    struct ctl *ctl = apply->ctl;
    Agency__V1__Batch *batch;
    TRY(pb_new(&ctl->arena, &agency__v1__batch__descriptor, &batch));
    TRY(pb_new(&ctl->arena, &agency__v1__command__descriptor, command));
    ARENA_TRY(&ctl->arena, batch->commands,
              arena_alloc(&ctl->arena, count * sizeof *batch->commands));
    for (size_t i = 0; i < count; i++) {
        batch->commands[batch->n_commands++] = apply->items[apply->applied + i].command;
    }
    (*command)->payload_case = AGENCY__V1__COMMAND__PAYLOAD_BATCH;
    (*command)->batch = batch;
    return command_read_envelope(ctl, *command);
}

/* A rejection of a batch says which command it was. */
static const struct document *apply_refused_document(const struct apply *apply,
                                                     const struct submit_answer *answer)
{
    size_t place = 0;
    bool placed = sscanf(answer->reason, "command %zu of", &place) == 1 && place > 0 &&
                  apply->applied + place <= apply->count;
    return placed ? apply->items[apply->applied + place - 1].document : NULL;
}

static void apply_say_refused(struct apply *apply, const struct submit_answer *answer)
{
    struct ctl *ctl = apply->ctl;
    const struct document *document = apply_refused_document(apply, answer);
    struct str place = document == NULL
                           ? STR("")
                           : arena_printf(&ctl->arena, "%.*s:%u", STR_ARG(document->file),
                                          (unsigned)document->line);
    ctl->exit = CTL_REJECTED;
    if (ctl->options.output == CTL_TABLE) {
        buf_printf(&ctl->out, "refused %s%s%.*s: %s\n", status_code_name(answer->code),
                   place.size > 0 ? " for " : "", STR_ARG(place), answer->reason);
        return;
    }
    buf_printf(&ctl->out, "{\"document\":");
    json_text(place, &ctl->out);
    buf_printf(&ctl->out, ",\"code\":\"%s\",\"reason\":", status_code_name(answer->code));
    json_text(str_z(answer->reason), &ctl->out);
    buf_printf(&ctl->out, "}\n");
}

/* The constraints of a batch that were not true, as far as its answer has room for them. */
static struct status apply_say_constraints(struct apply *apply, const Agency__V1__Command *command,
                                           const struct submit_answer *answer)
{
    struct ctl *ctl = apply->ctl;
    Agency__V1__SubmitResponse *response;
    TRY(sending_response(&apply->sending, &ctl->arena, command->org_id, command->command_id, answer,
                         &response));
    if (ctl->options.output == CTL_TABLE) {
        ctl_say_constraints(ctl, response->constraints, response->n_constraints);
        return status_ok();
    }
    for (size_t i = 0; i < response->n_constraints; i++) {
        TRY(ctl_json(ctl, &response->constraints[i]->base));
    }
    return status_ok();
}

static struct status apply_next(struct apply *apply, bool *refused)
{
    Agency__V1__Command *command;
    struct submit_answer answer;
    size_t count = apply_fit(apply);
    TRY(apply_command(apply, count, &command));
    TRY(sending_call(&apply->sending, &apply->ctl->arena, command, &answer));
    if (sending_is_over(&answer)) {
        return status_error(answer.code, "%s", answer.reason);
    }
    *refused = answer.code != STATUS_OK;
    if (*refused) {
        apply_say_refused(apply, &answer);
    } else {
        apply->applied += count;
        apply->events += answer.events_count;
    }
    return apply_say_constraints(apply, command, &answer);
}

static struct status apply_all(struct apply *apply)
{
    bool refused = false;
    struct status st = sending_open(&apply->sending, apply->ctl);
    while (st.code == STATUS_OK && !refused && apply->applied < apply->count) {
        st = apply_next(apply, &refused);
    }
    struct status closed = sending_close(&apply->sending);
    return st.code == STATUS_OK ? closed : st;
}

static struct status apply_run(struct planning *planning)
{
    struct apply apply = { .ctl = planning->ctl,
                           .items = planning->plan.items,
                           .count = planning->plan.count };
    planning_close(planning); /* so that this process can own the log */
    if (apply.count > 0) {
        TRY(apply_all(&apply));
    }
    if (planning->ctl->options.output == CTL_TABLE) {
        buf_printf(&planning->ctl->out, "%zu of %zu commands applied, %zu events\n", apply.applied,
                   apply.count, apply.events);
    } else {
        buf_printf(&planning->ctl->out, "{\"commands\":%zu,\"applied\":%zu,\"events\":%zu}\n",
                   apply.count, apply.applied, apply.events);
    }
    return status_ok();
}

struct status ctl_apply(struct ctl *ctl)
{
    struct planning planning;
    struct status st = planning_open(&planning, ctl);
    if (st.code == STATUS_OK && planning.plan.rejected > 0) {
        ctl->exit = CTL_REJECTED; /* nothing is sent where not all can be */
        st = planning_say(&planning);
    } else if (st.code == STATUS_OK) {
        st = apply_run(&planning);
    }
    planning_close(&planning);
    return st;
}
