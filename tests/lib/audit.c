/* Audit: three passes. Decisions, by chain_offer, give for each command what was decided, and how
 * often; outcomes are held against that; and so is what the client knows. */
#include "tests/lib/audit.h"

#include <inttypes.h>
#include <stdio.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/memory.h"
#include "core/evlog/chain.h"
#include "core/model/partition.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

enum { AUDIT_RUN = 512 };
static const size_t AUDIT_ARENA_MAX = (size_t)64 << 20;
static const size_t AUDIT_MEMORY_MAX = (size_t)512 << 20;

/* What the log says about a command. */
struct audit_command {
    uint64_t sequence;
    uint32_t decisions;
    bool accepted;
    bool published;
};

struct auditing {
    const struct load *load;
    struct evlog *log;
    struct audit *audit;
    struct audit_command *commands;
    struct chain chain; /* of the partition at hand */
    struct arena arena; /* of one record */
};

typedef void audit_record(struct auditing *auditing, const struct evlog_record *record);

static void audit_say(struct audit *audit, const char *what, uint64_t number)
{
    if (audit->fault[0] == '\0') {
        snprintf(audit->fault, sizeof audit->fault, "command %" PRIu64 " %s", number, what);
    }
}

/* All records of a partition that are there now. */
static void audit_read(struct auditing *auditing, enum evlog_stream stream, uint32_t partition,
                       audit_record *each)
{
    struct evlog_record records[AUDIT_RUN];
    struct evlog_reader *reader;
    uint64_t begin, end;
    size_t count;
    assert_ok(evlog_range(auditing->log, stream, partition, &begin, &end));
    assert_ok(evlog_reader_open(auditing->log, stream, &reader));
    assert_ok(evlog_reader_seek(reader, partition, begin));
    do {
        assert_ok(evlog_reader_read_to(reader, partition, end, records, AUDIT_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            arena_reset(&auditing->arena);
            each(auditing, &records[i]);
        }
    } while (count > 0);
    evlog_reader_close(reader);
}

static void audit_decision(struct auditing *auditing, struct str body)
{
    Agency__V1__Decision *decision;
    struct audit *audit = auditing->audit;
    assert_ok(
        pb_unpack(&auditing->arena, &agency__v1__decision__descriptor, body, PB_STORED, &decision));
    uint64_t number = load_source_number(&auditing->load->source, decision->command_id);
    audit->decisions++;
    if (number >= auditing->load->sent) {
        audit->unasked++;
        audit_say(audit, "was decided, but never sent", number);
        return;
    }
    struct audit_command *command = &auditing->commands[number];
    if (command->decisions++ == 1) {
        audit->twice++;
        audit_say(audit, "was decided twice", number);
    }
    command->sequence = auditing->chain.sequence;
    command->accepted = decision->rejection == NULL;
}

static void audit_offer(struct auditing *auditing, const struct evlog_record *raw)
{
    struct record record;
    enum chain_verdict verdict;
    assert_ok(chain_offer(&auditing->chain, raw->value, &record, &verdict));
    if (verdict == CHAIN_FENCED) {
        auditing->audit->fenced++;
        return;
    }
    auditing->audit->epochs += record.type == RECORD_EPOCH;
    auditing->audit->repeats += record.type == RECORD_REPEAT;
    if (record.type == RECORD_DECISION) {
        audit_decision(auditing, record.body);
    }
}

/* An answer that names a record must be what that record says. */
static void audit_outcome(struct auditing *auditing, const struct evlog_record *raw)
{
    Agency__V1__Outcome *outcome;
    assert_ok(pb_unpack(&auditing->arena, &agency__v1__outcome__descriptor, raw->value, PB_STORED,
                        &outcome));
    const Agency__V1__SubmitResponse *answer = outcome->answer;
    uint64_t number = load_source_number(&auditing->load->source, answer->command_id);
    struct audit_command *command =
        number < auditing->load->sent ? &auditing->commands[number] : NULL;
    if (command == NULL || command->decisions == 0 || command->sequence != answer->sequence ||
        command->accepted != (strcmp(answer->code, "OK") == 0)) {
        auditing->audit->untrue++;
        audit_say(auditing->audit, "has an outcome that is not in the log", number);
        return;
    }
    command->published = true;
}

static void audit_dead_letter(struct auditing *auditing, const struct evlog_record *raw)
{
    Agency__V1__DeadLetter *letter;
    struct audit *audit = auditing->audit;
    assert_ok(pb_unpack(&auditing->arena, &agency__v1__dead_letter__descriptor, raw->value,
                        PB_STORED, &letter));
    audit->dead_letters++;
    if (audit->dead_letters == 1) {
        fprintf(stderr, "dead letter: %s: %s: %s\n", letter->command_id, letter->code,
                letter->reason);
    }
}

static void audit_answers(struct auditing *auditing)
{
    struct audit *audit = auditing->audit;
    for (uint64_t number = 0; number < auditing->load->sent; number++) {
        const struct load_command *told = &auditing->load->commands[number];
        const struct audit_command *found = &auditing->commands[number];
        bool answered = told->answered_us != 0;
        bool kept = found->decisions > 0 && found->sequence == told->sequence &&
                    found->accepted == told->accepted;
        audit->acknowledged += answered;
        audit->unpublished += found->decisions > 0 && !found->published;
        if (answered && !kept) {
            audit->lost++;
            audit_say(audit, "was answered, but the log does not have it so", number);
        }
        if (found->decisions > 0 && !found->published) {
            audit_say(audit, "was decided, but has no outcome", number);
        }
    }
}

void audit_run(const struct load *load, struct evlog *log, struct audit *audit)
{
    struct auditing auditing = { .load = load, .log = log, .audit = audit };
    *audit = (struct audit){ 0 };
    auditing.commands = mem_zalloc(load->sent + 1, sizeof *auditing.commands);
    arena_init(&auditing.arena, AUDIT_ARENA_MAX);
    for (uint32_t p = 0; p < log->identity.partitions_count; p++) {
        chain_init(&auditing.chain, &log->identity, p, FORMAT_LEVEL);
        audit_read(&auditing, EVLOG_DECISIONS, p, audit_offer);
        audit_read(&auditing, EVLOG_OUTCOMES, p, audit_outcome);
        audit_read(&auditing, EVLOG_DEAD_LETTERS, p, audit_dead_letter);
    }
    audit_answers(&auditing);
    arena_release(&auditing.arena);
    mem_free(auditing.commands);
}

uint64_t audit_faults(const struct audit *audit)
{
    return audit->lost + audit->twice + audit->unasked + audit->untrue + audit->unpublished;
}

/* The store as its process left it, and what the log has beyond. */
static struct partition *audit_catch_up(struct evlog *log, uint32_t number, const char *store)
{
    struct partition_options options = { .store = store,
                                         .log = log,
                                         .number = number,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = AUDIT_MEMORY_MAX };
    struct partition *partition;
    assert_ok(partition_open(&options, &partition));
    assert_ok(partition->rebuilt);
    assert_ok(partition_catch_up(partition, log));
    return partition;
}

void audit_store(struct evlog *log, uint32_t number, const char *store)
{
    struct hash kept_root, fresh_root;
    uint64_t kept_count, fresh_count;
    struct partition *kept = audit_catch_up(log, number, store);
    struct partition *fresh = audit_catch_up(log, number, NULL);
    assert_int_equal(kept->position.chain.sequence, fresh->position.chain.sequence);
    assert_true(hash_eq(&kept->position.chain.head, &fresh->position.chain.head));
    assert_ok(store_verify_root(kept->reader, &kept_root, &kept_count));
    assert_ok(store_verify_root(fresh->reader, &fresh_root, &fresh_count));
    assert_true(hash_eq(&kept_root, &fresh_root));
    assert_int_equal(kept_count, fresh_count);
    assert_ok(store_compare(fresh->reader, kept->reader));
    partition_close(kept);
    partition_close(fresh);
}
