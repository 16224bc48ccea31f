#include "tests/lib/load.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/clock.h"
#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

enum { SWEEP_US = 100000, LOAD_RUN = 512, WAIT_US = 20000, SECOND_US = 1000000 };
static const size_t LOAD_ARENA_MAX = (size_t)1 << 20;

static int64_t load_now_us(void)
{
    struct clock clock = clock_real();
    return clock_monotonic_us(&clock);
}

static void load_open_log(struct load *load)
{
    assert_ok(evlog_opener_open(&load->options.opener, false, &load->log));
    assert_ok(evlog_reader_open(load->log, EVLOG_OUTCOMES, &load->reader));
    uint32_t count = load->log->identity.partitions_count;
    if (load->partitions == NULL) {
        load->partitions = mem_zalloc(count, sizeof *load->partitions);
        for (uint32_t p = 0; p < count; p++) {
            uint64_t begin;
            assert_ok(
                evlog_range(load->log, EVLOG_OUTCOMES, p, &begin, &load->partitions[p].outcomes));
        }
    }
    for (uint32_t p = 0; p < count; p++) {
        assert_ok(evlog_reader_seek(load->reader, p, load->partitions[p].outcomes));
    }
}

struct load *load_open(const struct load_options *options)
{
    struct load *load = mem_zalloc(1, sizeof *load);
    load->options = *options;
    load->commands = mem_zalloc(options->commands_max, sizeof *load->commands);
    arena_init(&load->arena, LOAD_ARENA_MAX);
    load_open_log(load);
    load_source_init(&load->source, options->name, options->orgs_count, options->cluster_key,
                     load->log->identity.history_id);
    return load;
}

void load_close(struct load *load)
{
    evlog_reader_close(load->reader);
    evlog_close(load->log);
    load_source_release(&load->source);
    arena_release(&load->arena);
    mem_free(load->partitions);
    mem_free(load->commands);
    mem_free(load);
}

static struct load_partition *load_partition_of(const struct load *load, uint64_t number)
{
    char org[LOAD_SOURCE_ORG_SIZE];
    return &load->partitions[murmur2_partition(load_source_org(&load->source, number, org),
                                               load->log->identity.partitions_count)];
}

/* False where the log takes no more for now. */
static bool load_produce(struct load *load, uint64_t number)
{
    char org[LOAD_SOURCE_ORG_SIZE];
    struct str key = load_source_org(&load->source, number, org);
    struct evlog_item item = { .stream = EVLOG_COMMANDS,
                               .partition =
                                   murmur2_partition(key, load->log->identity.partitions_count),
                               .key = key,
                               .value = load_source_record(&load->source, number),
                               .token = number };
    struct status st = evlog_append(load->log, &item, 1);
    if (st.code != STATUS_RESOURCE_EXHAUSTED && st.code != STATUS_UNAVAILABLE) {
        assert_ok(st);
    }
    if (st.code == STATUS_OK) {
        load->commands[number].asked_us = load_now_us();
        load->commands[number].under_way = true;
    }
    return st.code == STATUS_OK;
}

/* A log that broke leaves commands behind of which nobody knows: they are asked again, before any
 * new one, which can be about what they make. */
static void load_reopen(struct load *load)
{
    load->reopened++;
    evlog_reader_close(load->reader);
    evlog_close(load->log);
    load_open_log(load);
    for (uint64_t number = load->unanswered; number < load->sent; number++) {
        struct load_command *command = &load->commands[number];
        command->asked_us = command->under_way ? 0 : command->asked_us;
        command->under_way = false;
    }
    load->lost = true;
}

static void load_collect(struct load *load)
{
    struct evlog_completion completions[LOAD_RUN];
    size_t count;
    struct status st;
    do {
        st = evlog_poll(load->log, completions, LOAD_RUN, &count);
        for (size_t i = 0; st.code == STATUS_OK && i < count; i++) {
            load->commands[completions[i].token].under_way =
                completions[i].offset == EVLOG_OFFSET_UNKNOWN;
        }
    } while (st.code == STATUS_OK && count == LOAD_RUN);
    if (st.code != STATUS_OK) {
        load_reopen(load);
    }
}

static void load_answer(struct load *load, const Agency__V1__SubmitResponse *answer, int64_t now_us)
{
    uint64_t number = load_source_number(&load->source, answer->command_id);
    if (number >= load->sent) {
        return; /* another load's */
    }
    struct load_command *command = &load->commands[number];
    bool accepted = strcmp(answer->code, "OK") == 0;
    load->repeated += answer->repeated ? 1 : 0;
    if (command->answered_us != 0) {
        if (command->sequence != answer->sequence || command->accepted != accepted) {
            fail_msg("expected one answer to command %" PRIu64 ", but it has sequences %" PRIu64
                     " and %" PRIu64 " (%s)",
                     number, command->sequence, answer->sequence, answer->code);
        }
        return;
    }
    struct load_partition *partition = load_partition_of(load, number);
    int64_t pause = now_us - partition->heard_us;
    partition->pause_us = pause > partition->pause_us ? pause : partition->pause_us;
    partition->heard_us = now_us;
    partition->waiting--;
    command->answered_us = now_us;
    command->sequence = answer->sequence;
    command->accepted = accepted;
    load->answered++;
    load->accepted += accepted;
    if (!accepted && load->reason[0] == '\0') {
        snprintf(load->reason, sizeof load->reason, "%s: %s", answer->code, answer->reason);
    }
}

static bool load_read(struct load *load)
{
    struct evlog_record records[LOAD_RUN];
    size_t count;
    struct status st = evlog_reader_read(load->reader, records, LOAD_RUN, &count);
    if (st.code == STATUS_UNAVAILABLE) {
        return false;
    }
    assert_ok(st);
    int64_t now_us = load_now_us();
    for (size_t i = 0; i < count; i++) {
        Agency__V1__Outcome *outcome;
        arena_reset(&load->arena);
        assert_ok(pb_unpack(&load->arena, &agency__v1__outcome__descriptor, records[i].value,
                            PB_STORED, &outcome));
        load->partitions[records[i].partition].outcomes = records[i].offset + 1;
        load_answer(load, outcome->answer, now_us);
    }
    return count > 0;
}

/* Asks again, in the order of the numbers, for what has waited too long. */
static void load_sweep(struct load *load)
{
    int64_t now_us = load_now_us();
    if (!load->lost && now_us - load->swept_us < SWEEP_US) {
        return;
    }
    load->swept_us = now_us;
    while (load->unanswered < load->sent && load->commands[load->unanswered].answered_us != 0) {
        load->unanswered++;
    }
    for (uint64_t number = load->unanswered; number < load->sent; number++) {
        const struct load_command *command = &load->commands[number];
        if (command->answered_us == 0 && !command->under_way &&
            (command->asked_us == 0 || now_us - command->asked_us > load->options.retry_us)) {
            if (!load_produce(load, number)) {
                return;
            }
            load->again++;
        }
    }
    load->lost = false;
}

/* To the microsecond: who waits for less than a millisecond by poll(2) spins, and takes the machine
 * from whom he measures. */
static void load_wait(struct load *load, int64_t until_us)
{
    struct pollfd ready[2] = {
        { .fd = evlog_reader_descriptor(load->reader), .events = POLLIN },
        { .fd = evlog_descriptor(load->log), .events = POLLIN },
    };
    int64_t left_us = until_us - load_now_us();
    left_us = left_us < 0 ? 0 : left_us < WAIT_US ? left_us : WAIT_US;
    const struct timespec left = { .tv_nsec = left_us * 1000 };
    ppoll(ready, 2, &left, NULL);
}

static bool load_send_one(struct load *load, int64_t due_us)
{
    uint64_t number = load->sent;
    if (load->lost || number - load->answered >= load->options.waiting_max ||
        !load_produce(load, number)) {
        return false;
    }
    struct load_partition *partition = load_partition_of(load, number);
    if (partition->waiting++ == 0) {
        partition->heard_us = load_now_us();
    }
    load->commands[number].due_us = due_us;
    load->sent++;
    return true;
}

/* Without a rate the due moment of a command is when there was room for it. */
static void load_until(struct load *load, uint64_t end, int64_t until_us, double rate)
{
    uint64_t from = load->sent;
    int64_t began_us = load_now_us(), now_us = began_us, due_us = began_us;
    uint64_t most = end < load->options.commands_max ? end : load->options.commands_max;
    while (load->sent < end && now_us < until_us) {
        bool sent = load->sent < most;
        for (int i = 0; i < LOAD_RUN && sent && load->sent < most; i++) {
            now_us = load_now_us();
            due_us = rate > 0 ? began_us + (int64_t)((double)(load->sent - from) / rate * SECOND_US)
                              : now_us;
            sent = due_us <= now_us && load_send_one(load, due_us);
        }
        load_collect(load);
        if (!load_read(load) && !sent) {
            load_wait(load, due_us > now_us ? due_us : now_us + SECOND_US);
        }
        load_sweep(load);
        now_us = load_now_us();
    }
}

void load_send(struct load *load, uint64_t count, double rate)
{
    assert_true(load->sent + count <= load->options.commands_max);
    load_until(load, load->sent + count, INT64_MAX, rate);
}

void load_run(struct load *load, double seconds, double rate)
{
    load_until(load, UINT64_MAX, load_now_us() + (int64_t)(seconds * SECOND_US), rate);
}

static void load_step(struct load *load, int64_t until_us)
{
    load_collect(load);
    if (!load_read(load)) {
        load_wait(load, until_us);
    }
    load_sweep(load);
}

void load_listen(struct load *load, double seconds)
{
    int64_t until_us = load_now_us() + (int64_t)(seconds * SECOND_US);
    while (load_now_us() < until_us) {
        load_step(load, until_us);
    }
}

void load_settle(struct load *load, double seconds_max)
{
    int64_t until_us = load_now_us() + (int64_t)(seconds_max * SECOND_US);
    while (load->answered < load->sent) {
        load_step(load, until_us);
        if (load_now_us() > until_us) {
            fail_msg("expected answers within %.0f s, but %" PRIu64 " of %" PRIu64
                     " commands have none, the first is %" PRIu64,
                     seconds_max, load->sent - load->answered, load->sent, load->unanswered);
        }
    }
}

void load_forget_pause(struct load *load)
{
    for (uint32_t p = 0; p < load->log->identity.partitions_count; p++) {
        load->partitions[p].pause_us = 0;
    }
}

double load_pause(const struct load *load)
{
    int64_t pause_us = 0;
    for (uint32_t p = 0; p < load->log->identity.partitions_count; p++) {
        int64_t own_us = load->partitions[p].pause_us;
        pause_us = own_us > pause_us ? own_us : pause_us;
    }
    return (double)pause_us / SECOND_US;
}

static int load_compare(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

double load_latency_ms(const struct load *load, uint64_t from, uint64_t to, double fraction)
{
    size_t count = to - from;
    int64_t *times = mem_zalloc(count, sizeof *times);
    for (size_t i = 0; i < count; i++) {
        const struct load_command *command = &load->commands[from + i];
        assert_true(command->answered_us != 0);
        times[i] = command->answered_us - command->due_us;
    }
    qsort(times, count, sizeof *times, load_compare);
    double found_ms = (double)times[(size_t)((double)(count - 1) * fraction)] / 1000;
    mem_free(times);
    return found_ms;
}
