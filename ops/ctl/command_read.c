#include "ops/ctl/command_read.h"

#include <inttypes.h>

#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/registry/registry.h"
#include "core/pb/field.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "ops/ctl/command_name.h"
#include "ops/ctl/lines.h"

struct status command_read_new_id(struct ctl *ctl, char **id)
{
    unsigned char bytes[16];
    char hex[2 * sizeof bytes];
    random_bytes(bytes, sizeof bytes);
    hex_write(bytes, sizeof bytes, hex);
    return arena_text(&ctl->arena, str_make(hex, sizeof hex), id);
}

static struct status command_read_notes(struct ctl *ctl, Agency__V1__Command *command)
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

static struct status command_read_time(struct ctl *ctl, struct str text,
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
static struct status command_read_id(struct ctl *ctl, Agency__V1__Command *command)
{
    struct str given = ctl->options.command_id;
    if (given.size > 0) {
        return arena_text(&ctl->arena, given, &command->command_id);
    }
    if (command->issued_at == NULL) {
        TRY(fields_time_new(&ctl->arena, clock_now_us(&ctl->clock), &command->issued_at));
    }
    return command_read_new_id(ctl, &command->command_id);
}

struct status command_read_envelope(struct ctl *ctl, Agency__V1__Command *command)
{
    const struct ctl_options *options = &ctl->options;
    TRY(arena_text(&ctl->arena, options->org, &command->org_id));
    TRY(arena_text(&ctl->arena, options->on_behalf_of, &command->on_behalf_of));
    TRY(ctl_actors(ctl, &command->actors, &command->n_actors));
    command->expected_version = (uint64_t)options->expected_version;
    TRY(command_read_time(ctl, options->occurred_at, &command->occurred_at));
    TRY(command_read_time(ctl, options->issued_at, &command->issued_at));
    TRY(command_read_notes(ctl, command));
    return command_read_id(ctl, command);
}

/* The JSON is read by itself: nothing in it can reach the envelope, or be another command. It has
 * the form of a request's body: the fields of the entity that the command carries, not wrapped. */
static struct status command_read_named(struct ctl *ctl, const char *name, const char *json,
                                        Agency__V1__Command **command)
{
    const ProtobufCFieldDescriptor *member = NULL;
    ProtobufCMessage *payload;
    TRY(command_name_find(name, &member));
    TRY(pb_from_json_body(&ctl->arena, pb_field_type(member),
                          registry_carried(pb_field_type(member)), str_z(json), &payload));
    TRY(pb_new(&ctl->arena, &agency__v1__command__descriptor, command));
    pb_field_set(&(*command)->base, member, &payload);
    return command_read_envelope(ctl, *command);
}

static struct status command_read_add_line(struct ctl *ctl, struct str line,
                                           Agency__V1__Batch *batch)
{
    if (batch->n_commands == LIST_ITEMS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d commands in a batch",
                            LIST_ITEMS_MAX);
    }
    return pb_from_json(&ctl->arena, &agency__v1__command__descriptor, line,
                        &batch->commands[batch->n_commands++]);
}

/* The commands of a file, as one. */
static struct status command_read_batch(struct ctl *ctl, struct lines *lines,
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
        TRY(status_prefix(command_read_add_line(ctl, line, batch), "line %" PRIu64,
                          lines_number(lines)));
        TRY(lines_next(lines, &line, &more));
    }
    TRY(pb_new(&ctl->arena, &agency__v1__command__descriptor, command));
    (*command)->payload_case = AGENCY__V1__COMMAND__PAYLOAD_BATCH;
    (*command)->batch = batch;
    return command_read_envelope(ctl, *command);
}

static struct status command_read_file(struct ctl *ctl, Agency__V1__Command **command)
{
    struct lines *lines;
    TRY(lines_open(ctl->options.batch.data, &lines));
    struct status st = command_read_batch(ctl, lines, command);
    lines_close(lines);
    return st;
}

struct status command_read(struct ctl *ctl, Agency__V1__Command **command)
{
    return ctl->options.batch.size > 0
               ? command_read_file(ctl, command)
               : command_read_named(ctl, ctl->argv[0], ctl->argv[1], command);
}
