/* submit: one command from the command line, or many from standard input, each answered in its
 * order. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/registry/registry.h"
#include "core/pb/field.h"
#include "core/pb/json.h"
#include "ops/ctl/command_name.h"
#include "ops/ctl/lines.h"
#include "ops/ctl/name_watch.h"
#include "ops/ctl/sending.h"

/* ---- the command ---- */

static struct status submit_new_id(struct ctl *ctl, char **id)
{
    unsigned char bytes[16];
    char hex[2 * sizeof bytes];
    random_bytes(bytes, sizeof bytes);
    hex_write(bytes, sizeof bytes, hex);
    return arena_text(&ctl->arena, str_make(hex, sizeof hex), id);
}

static struct status submit_notes(struct ctl *ctl, Agency__V1__Command *command)
{
    const struct config_pairs *notes = &ctl->options.notes;
    Agency__V1__Annotation *items;
    ARENA_TRY(&ctl->arena, items, arena_alloc(&ctl->arena, (notes->count + 1) * sizeof *items));
    ARENA_TRY(&ctl->arena, command->annotations,
              arena_alloc(&ctl->arena, (notes->count + 1) * sizeof(void *)));
    for (size_t i = 0; i < notes->count; i++) {
        agency__v1__annotation__init(&items[i]);
        TRY(arena_text(&ctl->arena, notes->items[i].name, &items[i].key));
        TRY(arena_text(&ctl->arena, notes->items[i].value, &items[i].value));
        command->annotations[command->n_annotations++] = &items[i];
    }
    return status_ok();
}

static struct status submit_time(struct ctl *ctl, struct str text,
                                 Google__Protobuf__Timestamp **time)
{
    int64_t time_us;
    if (text.size == 0) {
        return status_ok();
    }
    TRY(time_parse_human(text, clock_now_us(&ctl->clock), &time_us));
    return fields_time_new(&ctl->arena, time_us, time);
}

/* A new id is a command that was not issued before. */
static struct status submit_id(struct ctl *ctl, Agency__V1__Command *command)
{
    struct str given = ctl->options.command_id;
    if (given.size > 0) {
        return arena_text(&ctl->arena, given, &command->command_id);
    }
    if (command->issued_at == NULL) {
        TRY(fields_time_new(&ctl->arena, clock_now_us(&ctl->clock), &command->issued_at));
    }
    return submit_new_id(ctl, &command->command_id);
}

static struct status submit_envelope(struct ctl *ctl, Agency__V1__Command *command)
{
    const struct ctl_options *options = &ctl->options;
    TRY(arena_text(&ctl->arena, options->org, &command->org_id));
    TRY(arena_text(&ctl->arena, options->on_behalf_of, &command->on_behalf_of));
    TRY(ctl_actors(ctl, &command->actors, &command->n_actors));
    command->expected_version = (uint64_t)options->expected_version;
    TRY(submit_time(ctl, options->occurred_at, &command->occurred_at));
    TRY(submit_time(ctl, options->issued_at, &command->issued_at));
    TRY(submit_notes(ctl, command));
    return submit_id(ctl, command);
}

/* The JSON is read by itself: nothing in it can reach the envelope, or be another command. It has
 * the form of a request's body: the fields of the entity that the command carries, not wrapped. */
static struct status submit_read(struct ctl *ctl, const char *name, const char *json,
                                 Agency__V1__Command **command)
{
    const ProtobufCFieldDescriptor *member = NULL;
    ProtobufCMessage *payload;
    TRY(command_name_find(name, &member));
    TRY(pb_from_json_body(&ctl->arena, pb_field_type(member),
                          registry_carried(pb_field_type(member)), str_z(json), &payload));
    TRY(pb_new(&ctl->arena, &agency__v1__command__descriptor, command));
    pb_field_set(&(*command)->base, member, &payload);
    return submit_envelope(ctl, *command);
}

static struct status submit_add_line(struct ctl *ctl, struct str line, Agency__V1__Batch *batch)
{
    if (batch->n_commands == LIST_ITEMS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d commands in a batch",
                            LIST_ITEMS_MAX);
    }
    return pb_from_json(&ctl->arena, &agency__v1__command__descriptor, line,
                        &batch->commands[batch->n_commands++]);
}

/* The commands of a file, as one. */
static struct status submit_batch(struct ctl *ctl, struct lines *lines,
                                  Agency__V1__Command **command)
{
    struct str line;
    bool more;
    Agency__V1__Batch *batch;
    TRY(pb_new(&ctl->arena, &agency__v1__batch__descriptor, &batch));
    ARENA_TRY(&ctl->arena, batch->commands,
              arena_alloc(&ctl->arena, LIST_ITEMS_MAX * sizeof *batch->commands));
    TRY(lines_next(lines, &line, &more));
    while (more) {
        TRY(status_prefix(submit_add_line(ctl, line, batch), "line %" PRIu64, lines_number(lines)));
        TRY(lines_next(lines, &line, &more));
    }
    TRY(pb_new(&ctl->arena, &agency__v1__command__descriptor, command));
    (*command)->payload_case = AGENCY__V1__COMMAND__PAYLOAD_BATCH;
    (*command)->batch = batch;
    return submit_envelope(ctl, *command);
}

static struct status submit_read_batch(struct ctl *ctl, Agency__V1__Command **command)
{
    struct lines *lines;
    TRY(lines_open(ctl->options.batch.data, &lines));
    struct status st = submit_batch(ctl, lines, command);
    lines_close(lines);
    return st;
}

/* ---- the answer ---- */

static void submit_say_constraints(struct ctl *ctl, const Agency__V1__SubmitResponse *response)
{
    for (size_t i = 0; i < response->n_constraints; i++) {
        ctl_say_constraint(ctl, response->constraints[i]);
    }
}

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
    submit_say_constraints(ctl, response);
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
        TRY(batch ? submit_read_batch(ctl, &command)
                  : submit_read(ctl, ctl->argv[0], ctl->argv[1], &command));
    }
    TRY(sending_open(&sending, ctl));
    return submit_run(&sending, command);
}
