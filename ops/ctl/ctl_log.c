/* log: the records of the decision partitions, as they count. log id: whose records they are. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/hex.h"
#include "core/base/murmur2.h"
#include "core/base/num.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/evlog/chain.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "ops/ctl/reading.h"
#include "query/decision_item.h"
#include "writers/cluster/server.h"

enum { LOG_RUN = 128, LOG_LEADER_SIZE = 17 };
static const size_t LOG_ARENA_MAX = (size_t)64 << 20;

struct log_run {
    struct ctl *ctl;
    struct arena arena; /* of one record */
    struct chain chain;
    uint64_t from; /* the first sequence to show */
    uint64_t shown;
};

static const char *log_type_name(enum record_type type)
{
    switch (type) {
    case RECORD_DECISION:
        return "DECISION";
    case RECORD_REPEAT:
        return "REPEAT";
    case RECORD_EPOCH:
        return "EPOCH";
    case RECORD_TICK:
        return "TICK";
    }
    return "?";
}

static void log_say_decision(struct ctl *ctl, const Agency__V1__Decision *decision)
{
    char time[TIME_TEXT_SIZE];
    time_format(decision->recorded_at_us, time);
    buf_printf(&ctl->out, " %s %s %s", time, decision->org_id,
               decision_item_command(decision->command, decision->n_elapsed));
    ctl_say_actor(ctl, &(struct ctl_actor){ decision->operator_, decision->subject_id,
                                            decision->on_behalf_of, decision->actors,
                                            decision->n_actors, decision->authority });
    if (decision->rejection != NULL) {
        buf_printf(&ctl->out, " rejected %s: %s",
                   status_code_name((enum status_code)decision->rejection->code),
                   decision->rejection->reason);
    }
    for (size_t i = 0; i < decision->n_events; i++) {
        const struct event_type *event =
            registry_event((unsigned)decision->events[i]->payload_case);
        buf_printf(&ctl->out, "%s%s", i == 0 ? " -> " : ", ", event == NULL ? "?" : event->name);
    }
}

static struct status log_read_epoch(struct log_run *run, const struct record *decoded,
                                    Agency__V1__LogItem *item)
{
    struct record_epoch begun;
    TRY(record_epoch_decode(decoded->body, &begun));
    ARENA_TRY(&run->arena, item->leader, arena_alloc(&run->arena, LOG_LEADER_SIZE));
    snprintf(item->leader, LOG_LEADER_SIZE, "%016" PRIx64, server_process(begun.leader));
    item->level = begun.level;
    item->closed = begun.closed;
    return status_ok();
}

static struct status log_read_decision(struct log_run *run, const struct record *decoded,
                                       Agency__V1__LogItem *item)
{
    TRY(decision_decode(&run->arena, decoded->body, &item->decision));
    item->command = (char *)(uintptr_t)decision_item_command(item->decision->command,
                                                             item->decision->n_elapsed);
    TRY(fields_time_new(&run->arena, item->decision->recorded_at_us, &item->recorded_at));
    return fields_time_new(&run->arena, item->decision->occurred_at_us, &item->occurred_at);
}

static void log_say_epoch(struct ctl *ctl, const Agency__V1__LogItem *item)
{
    buf_printf(&ctl->out, " %" PRIu64 " by %s, level %" PRIu32 "%s", item->epoch, item->leader,
               item->level, item->closed ? ", closes the log: it goes on in another" : "");
}

static struct status log_show(struct log_run *run, const struct evlog_record *record,
                              const struct record *decoded, bool accepted)
{
    struct ctl *ctl = run->ctl;
    Agency__V1__LogItem item = AGENCY__V1__LOG_ITEM__INIT;
    char head[HASH_HEX_SIZE];
    hash_hex(&run->chain.head, head);
    item.partition = record->partition;
    item.offset = record->offset;
    item.sequence = accepted ? run->chain.sequence : 0;
    item.type = (char *)(uintptr_t)log_type_name(decoded->type);
    item.head = head;
    item.epoch = decoded->epoch;
    if (decoded->type == RECORD_EPOCH) {
        TRY(log_read_epoch(run, decoded, &item));
    }
    if (decoded->type == RECORD_DECISION) {
        TRY(log_read_decision(run, decoded, &item));
    }
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &item.base);
    }
    buf_printf(&ctl->out, "p%02" PRIu32 " %6" PRIu64 " %-8s", item.partition, item.sequence,
               item.type);
    if (item.decision != NULL) {
        log_say_decision(ctl, item.decision);
    }
    if (decoded->type == RECORD_EPOCH) {
        log_say_epoch(ctl, &item);
    }
    buf_printf(&ctl->out, "%s\n", accepted ? "" : " (fenced)");
    return status_ok();
}

static struct status log_from(const struct ctl *ctl, uint64_t *from)
{
    struct str text = ctl->options.from;
    *from = 0;
    return text.size == 0 || num_get_decimal(text.data, text.size, from)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected a sequence as --from, such as 120, but it is '%.*s'",
                              STR_ARG(text));
}

static bool log_enough(const struct log_run *run)
{
    return run->ctl->options.limit > 0 && run->shown >= (uint64_t)run->ctl->options.limit;
}

static struct status log_take(struct log_run *run, const struct evlog_record *record)
{
    struct record decoded;
    enum chain_verdict verdict;
    arena_reset(&run->arena);
    TRY(status_prefix(chain_offer(&run->chain, record->value, &decoded, &verdict),
                      "partition %" PRIu32 ", offset %" PRIu64, record->partition, record->offset));
    if (run->chain.sequence < run->from || log_enough(run)) {
        return status_ok();
    }
    run->shown++;
    return log_show(run, record, &decoded, verdict == CHAIN_ACCEPTED);
}

static struct status log_read(struct log_run *run, struct evlog_reader *reader, uint32_t partition,
                              uint64_t end)
{
    struct evlog_record records[LOG_RUN];
    size_t count;
    TRY(evlog_reader_seek(reader, partition, 0));
    do {
        TRY(evlog_reader_read_to(reader, partition, end, records, LOG_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(log_take(run, &records[i]));
        }
        ctl_flush(run->ctl);
    } while (count > 0 && !log_enough(run));
    return status_ok();
}

static struct status log_partition(struct log_run *run, struct evlog *log, uint32_t partition)
{
    struct evlog_reader *reader;
    uint64_t begin, end;
    TRY(evlog_range(log, EVLOG_DECISIONS, partition, &begin, &end));
    chain_init(&run->chain, &log->identity, partition, FORMAT_LEVEL);
    TRY(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    struct status st = log_read(run, reader, partition, end);
    evlog_reader_close(reader);
    return st;
}

struct status ctl_log(struct ctl *ctl)
{
    struct log_run run = { .ctl = ctl };
    struct evlog *log;
    TRY(log_from(ctl, &run.from));
    TRY(data_dir_open_log(&ctl->dir, true, &log));
    arena_init(&run.arena, LOG_ARENA_MAX);
    uint32_t wanted = (uint32_t)ctl->options.partition;
    if (ctl->options.org.size > 0) {
        wanted = murmur2_partition(ctl->options.org, log->identity.partitions_count);
    }
    struct status st = ctl_partition(ctl, &log->identity);
    for (uint32_t i = 0; i < log->identity.partitions_count && st.code == STATUS_OK; i++) {
        if (wanted == (uint32_t)-1 || wanted == i) {
            st = log_partition(&run, log, i);
        }
    }
    arena_release(&run.arena);
    evlog_close(log);
    return st;
}

struct status ctl_log_id(struct ctl *ctl)
{
    struct evlog *log;
    TRY(data_dir_open_log(&ctl->dir, true, &log));
    char hex[2 * EVLOG_ID_SIZE];
    hex_write(log->identity.history_id.bytes, EVLOG_ID_SIZE, hex);
    buf_append(&ctl->out, str_make(hex, sizeof hex));
    buf_byte(&ctl->out, '\n');
    evlog_close(log);
    return status_ok();
}
