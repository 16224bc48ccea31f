/* The commands of an org that were accepted, in their order, as JSON lines that import takes. What
 * a decider made of them is in the log; who sent them is not exported: an import acts by its own
 * authority. */
#include "replay/export.h"

#include <inttypes.h>

#include "core/base/murmur2.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/registry/registry.h"
#include "core/evlog/chain.h"
#include "core/model/decision.h"
#include "core/pb/json.h"
#include "core/pb/message.h"

enum { EXPORT_RUN = 128 };
static const size_t EXPORT_ARENA_MAX = (size_t)64 << 20;

struct export
{
    const struct export_request *request;
    struct arena arena; /* of one command */
    struct evlog_reader *commands;
    uint64_t commands_begin; /* what is kept of them */
    struct chain chain;
    uint64_t written;
};

/* Reads on to the command at an offset: decisions come in the order of their commands. */
static struct status export_seek_command(struct export *export, uint32_t partition, uint64_t offset,
                                         struct evlog_record *record)
{
    size_t count;
    do {
        TRY(evlog_reader_read_to(export->commands, partition, offset + 1, record, 1, &count));
        if (count != 1 || record->offset > offset) {
            return status_error(STATUS_DATA_LOSS, "expected the command at offset %" PRIu64,
                                offset);
        }
    } while (record->offset < offset);
    return status_ok();
}

/* The command of a decision is the one before next_command_offset. */
static struct status export_read_command(struct export *export, uint32_t partition, uint64_t offset,
                                         Agency__V1__Command **command)
{
    struct evlog_record record;
    Agency__V1__CommandRecord *read;
    if (offset < export->commands_begin) {
        return status_error(STATUS_OUT_OF_RANGE,
                            "expected the commands of all decisions, but the log keeps them for a "
                            "time only: those below offset %" PRIu64 " are gone; the history "
                            "itself is whole, and log copy moves it",
                            export->commands_begin);
    }
    TRY(export_seek_command(export, partition, offset, &record));
    TRY(pb_unpack(&export->arena, &agency__v1__command_record__descriptor, record.value, PB_STORED,
                  &read));
    return pb_unpack(&export->arena, &agency__v1__command__descriptor,
                     str_make(read->command.data, read->command.len), PB_STORED, command);
}

/* A log that was copied has no commands from before: the one that it was copied from has them. */
static struct status export_check_log(const struct export *export)
{
    struct evlog_id of_commands = export->chain.identity.commands_log_id;
    if (evlog_id_eq(of_commands, export->request->log->identity.commands_log_id)) {
        return status_ok();
    }
    return status_error(STATUS_FAILED_PRECONDITION,
                        "expected the commands of all decisions, but this log is a copy: those of "
                        "decision '%" PRIu64 "' and before are in the log that it was copied from",
                        export->chain.sequence);
}

/* An import needs to know when it happened: live decisions become imported ones. */
static struct status export_write(struct export *export, Agency__V1__Command *command,
                                  const Agency__V1__Decision *decision)
{
    struct buf line = { 0 };
    struct status st;
    TRY_OUT(fields_time_new(&export->arena, decision->occurred_at_us, &command->occurred_at));
    TRY_OUT(pb_to_json(&command->base, (struct pb_json_options){ 0 }, &line));
    buf_byte(&line, '\n');
    TRY_OUT(export->request->line(export->request->context, buf_str(&line)));
    export->written++;
out:
    buf_release(&line);
    return st;
}

static struct status export_take(struct export *export, const struct evlog_record *record)
{
    struct record decoded;
    enum chain_verdict verdict;
    Agency__V1__Decision *decision = NULL;
    Agency__V1__Command *command = NULL;
    arena_reset(&export->arena);
    TRY(chain_offer(&export->chain, record->value, &decoded, &verdict));
    if (verdict != CHAIN_ACCEPTED || decoded.type != RECORD_DECISION) {
        return status_ok();
    }
    TRY(decision_decode(&export->arena, decoded.body, &decision));
    /* What was due comes again by itself; the end of an import is for whoever imports to say. */
    bool left_out = decision->rejection != NULL || decision->n_elapsed > 0 ||
                    decision->command == COMMAND_FINISH_IMPORT;
    if (left_out || !str_eq(str_z(decision->org_id), export->request->org_id)) {
        return status_ok();
    }
    TRY(export_check_log(export));
    TRY(export_read_command(export, record->partition, decoded.next_command_offset - 1, &command));
    if (strcmp(command->command_id, decision->command_id) != 0) {
        return status_error(STATUS_DATA_LOSS, "expected command '%s', but it is '%s'",
                            decision->command_id, command->command_id);
    }
    return export_write(export, command, decision);
}

static struct status export_read(struct export *export, struct evlog_reader *reader,
                                 uint32_t partition, uint64_t end)
{
    struct evlog_record records[EXPORT_RUN];
    size_t count;
    do {
        TRY(evlog_reader_read_to(reader, partition, end, records, EXPORT_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(export_take(export, &records[i]));
        }
    } while (count > 0);
    return status_ok();
}

static struct status export_run(struct export *export)
{
    struct evlog *log = export->request->log;
    struct evlog_reader *reader = NULL;
    struct status st;
    uint64_t begin, end;
    uint32_t partition = murmur2_partition(export->request->org_id, log->identity.partitions_count);
    chain_init(&export->chain, &log->identity, partition, FORMAT_LEVEL);
    TRY_OUT(evlog_range(log, EVLOG_COMMANDS, partition, &export->commands_begin, &end));
    TRY_OUT(evlog_range(log, EVLOG_DECISIONS, partition, &begin, &end));
    TRY_OUT(evlog_reader_open(log, EVLOG_COMMANDS, &export->commands));
    TRY_OUT(evlog_reader_seek(export->commands, partition, export->commands_begin));
    TRY_OUT(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    TRY_OUT(evlog_reader_seek(reader, partition, 0));
    st = export_read(export, reader, partition, end);
out:
    evlog_reader_close(reader);
    evlog_reader_close(export->commands);
    return st;
}

struct status export_commands(const struct export_request *request, uint64_t *written)
{
    struct export export = { .request = request };
    arena_init(&export.arena, EXPORT_ARENA_MAX);
    struct status st = export_run(&export);
    arena_release(&export.arena);
    *written = export.written;
    return st.code == STATUS_OK && export.written == 0
               ? status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%.*s'",
                              STR_ARG(request->org_id))
               : st;
}
