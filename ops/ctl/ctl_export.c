/* export: the commands of an org that were accepted, in their order, as JSON lines that import
 * takes. What a decider made of them is in the log; who sent them is not exported: an import acts
 * by its own authority. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include <zstd.h>

#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/domain/kernel/fields.h"
#include "core/evlog/chain.h"
#include "core/model/decision.h"
#include "core/pb/json.h"
#include "ops/ctl/reading.h"

enum { EXPORT_RUN = 128, EXPORT_CHUNK = 1 << 16, EXPORT_ZSTD_LEVEL = 9 };
static const size_t EXPORT_ARENA_MAX = (size_t)64 << 20;

struct export
{
    struct ctl *ctl;
    struct arena arena; /* of one command */
    FILE *file;
    ZSTD_CStream *zstd; /* NULL: plain */
    struct evlog_reader *commands;
    uint64_t commands_begin; /* what is kept of them */
    struct evlog *log;
    struct chain chain;
    uint64_t written;
};

/* ---- the file ---- */

static struct status export_put(struct export *export, struct str text, ZSTD_EndDirective end)
{
    if (export->zstd == NULL) {
        fwrite(text.data, 1, text.size, export->file);
        return status_ok();
    }
    ZSTD_inBuffer in = { text.data, text.size, 0 };
    size_t left;
    do {
        char chunk[EXPORT_CHUNK];
        ZSTD_outBuffer out = { chunk, sizeof chunk, 0 };
        left = ZSTD_compressStream2(export->zstd, &out, &in, end);
        if (ZSTD_isError(left)) {
            return status_error(STATUS_INTERNAL, "compress: %s", ZSTD_getErrorName(left));
        }
        fwrite(chunk, 1, out.pos, export->file);
    } while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
    return status_ok();
}

/* A file that was there keeps its mode, whatever is written over it. */
static struct status export_close_to_others(struct export *export, const char *path)
{
    struct stat found;
    int file = fileno(export->file);
    bool own = export->file != stdout && fstat(file, &found) == 0 && S_ISREG(found.st_mode);
    return !own || fchmod(file, found.st_mode & (S_IRWXU | S_IRWXG)) == 0
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected to close '%s' to others: %s", path,
                              strerror(errno));
}

static struct status export_open_file(struct export *export, const char *path)
{
    struct str name = str_z(path);
    bool zstd = name.size > 4 && strcmp(path + name.size - 4, ".zst") == 0;
    export->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    if (export->file == NULL) {
        return status_error(STATUS_UNAVAILABLE, "expected to write '%s': %s", path,
                            strerror(errno));
    }
    TRY(export_close_to_others(export, path));
    if (zstd) {
        export->zstd = ZSTD_createCStream();
        ZSTD_CCtx_setParameter(export->zstd, ZSTD_c_compressionLevel, EXPORT_ZSTD_LEVEL);
        ZSTD_CCtx_setParameter(export->zstd, ZSTD_c_checksumFlag, 1);
    }
    return status_ok();
}

static struct status export_close_file(struct export *export)
{
    struct status st = export->zstd == NULL ? status_ok() : export_put(export, STR(""), ZSTD_e_end);
    ZSTD_freeCStream(export->zstd);
    bool failed = fflush(export->file) != 0 || ferror(export->file) != 0;
    failed |= export->file != stdout && fclose(export->file) != 0;
    return failed ? status_error(STATUS_UNAVAILABLE, "expected to write all: %s", strerror(errno))
                  : st;
}

/* ---- commands ---- */

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
    if (evlog_id_eq(of_commands, export->log->identity.commands_log_id)) {
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
    TRY_OUT(export_put(export, buf_str(&line), ZSTD_e_continue));
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
    if (decision->rejection != NULL || !str_eq(str_z(decision->org_id), export->ctl->options.org)) {
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
    struct evlog *log = export->log;
    struct evlog_reader *reader = NULL;
    struct status st;
    uint64_t begin, end;
    uint32_t partition =
        murmur2_partition(export->ctl->options.org, log->identity.partitions_count);
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

struct status ctl_export(struct ctl *ctl)
{
    struct export export = { .ctl = ctl };
    TRY(ctl_need_org(ctl));
    TRY(data_dir_open_log(&ctl->dir, true, &export.log));
    arena_init(&export.arena, EXPORT_ARENA_MAX);
    struct status st = export_open_file(&export, ctl->argv[0]);
    if (st.code == STATUS_OK) {
        st = export_run(&export);
        struct status closed = export_close_file(&export);
        st = st.code == STATUS_OK ? closed : st;
    }
    arena_release(&export.arena);
    evlog_close(export.log);
    if (st.code == STATUS_OK && export.written == 0) {
        return status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%.*s'",
                            STR_ARG(ctl->options.org));
    }
    if (st.code == STATUS_OK && ctl->options.output == CTL_TABLE && export.file != stdout) {
        buf_printf(&ctl->out, "%" PRIu64 " commands written to %s\n", export.written, ctl->argv[0]);
    }
    return st;
}
