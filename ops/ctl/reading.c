#include "ops/ctl/reading.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/murmur2.h"
#include "core/base/num.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/evlog/evlog_local.h"
#include "core/model/closed_time.h"
#include "core/model/list.h"
#include "core/model/token.h"
#include "core/pb/message.h"
#include "ops/ctl/say.h"

enum { CLOSED_TIME_WAIT_US = 1000 * 1000, CLOSED_TIME_RETRY_US = 20 * 1000 };
enum { TICK_RETRY_US = 200 * 1000 };
static const size_t READING_MEMORY_MAX = (size_t)1 << 30;

/* ---- the partition ---- */

/* A secondary needs a folder of its own; where the data folder cannot be written, another one does.
 */
static struct status reading_make_folder(struct reading *reading, const struct ctl *ctl)
{
    mkdir(ctl->dir.readers, 0700);
    int size = snprintf(reading->folder, sizeof reading->folder, "%s/%ld", ctl->dir.readers,
                        (long)getpid());
    assert(size > 0 && (size_t)size < sizeof reading->folder); /* data_dir_open left room */
    if (mkdir(reading->folder, 0700) == 0 || errno == EEXIST) {
        return status_ok();
    }
    snprintf(reading->folder, sizeof reading->folder, P_tmpdir "/agencygrid-reader-XXXXXX");
    return mkdtemp(reading->folder) != NULL
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected to make a folder for this reader");
}

static struct status reading_open_partition(struct reading *reading, struct ctl *ctl)
{
    char store[DATA_DIR_PATH_MAX];
    TRY(reading_make_folder(reading, ctl));
    TRY(data_dir_open_log(&ctl->dir, true, &reading->log));
    uint32_t number = murmur2_partition(ctl->options.org, reading->log->identity.partitions_count);
    data_dir_store(&ctl->dir, number, store);
    struct partition_options options = { .store = store,
                                         .secondary = reading->folder,
                                         .log = reading->log,
                                         .number = number,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = READING_MEMORY_MAX };
    TRY(partition_open(&options, &reading->partition));
    return partition_catch_up(reading->partition, reading->log);
}

/* ---- the moment ---- */

/* Whoever holds the log's lock knows that nobody appends: then nothing can still come before now.
 * Else its owner gives his word, some moments later. */
static int64_t reading_word(const struct ctl *ctl, int64_t wanted_us)
{
    int64_t until = clock_monotonic_us(&ctl->clock) + CLOSED_TIME_WAIT_US;
    for (;;) {
        struct evlog *log;
        if (data_dir_open_log(&ctl->dir, false, &log).code == STATUS_OK) {
            int64_t now = clock_now_us(&ctl->clock);
            evlog_close(log);
            return now;
        }
        int64_t word = closed_time_read(ctl->dir.stores);
        if (word >= wanted_us || clock_monotonic_us(&ctl->clock) >= until) {
            return word;
        }
        nanosleep(&(struct timespec){ .tv_nsec = CLOSED_TIME_RETRY_US * 1000 }, NULL);
    }
}

/* On Kafka only the log itself can tell, by a later record: its owner appends a TICK every few
 * seconds. */
static struct status reading_await(struct reading *reading, const struct ctl *ctl,
                                   int64_t wanted_us)
{
    int64_t until = clock_monotonic_us(&ctl->clock) + ctl->options.timeout_us;
    while (reading->partition->position.time_us < wanted_us) {
        if (clock_monotonic_us(&ctl->clock) >= until) {
            return status_error(STATUS_UNAVAILABLE,
                                "expected a later record in the log, so that nothing can still "
                                "come before that moment: is an agencyd running as writer?");
        }
        nanosleep(&(struct timespec){ .tv_nsec = TICK_RETRY_US * 1000 }, NULL);
        TRY(partition_catch_up(reading->partition, reading->log));
    }
    return status_ok();
}

/* The word is about what is in the log when it is given: what came since the last look is folded.
 */
static struct status reading_close_time(struct reading *reading, struct ctl *ctl,
                                        struct moment_ask *ask)
{
    if (ctl->dir.shared) {
        bool future = ask->time_us > ask->now_us; /* refused anyway */
        return future ? status_ok() : reading_await(reading, ctl, ask->time_us);
    }
    ask->closed_us = reading_word(ctl, ask->time_us);
    return partition_catch_up(reading->partition, reading->log);
}

static struct status reading_parse_version(struct str text, uint64_t *version)
{
    *version = 0;
    for (size_t i = 1; i < text.size; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9 || !num_mul_u64(*version, 10, version) ||
            !num_add_u64(*version, digit, version)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected the number of a decision after '#', but it is '%.*s'",
                                STR_ARG(text));
        }
    }
    return status_ok();
}

static struct status reading_ask(struct reading *reading, struct ctl *ctl, struct moment_ask *ask)
{
    struct str as_of = ctl->options.as_of;
    Agency__V1__Token *token;
    *ask = (struct moment_ask){ .kind = MOMENT_LATEST, .now_us = clock_now_us(&ctl->clock) };
    if (ctl->options.at_least.size > 0) {
        TRY(token_parse(&ctl->arena, ctl->options.at_least, &token));
        ask->at_least = token;
    }
    if (as_of.size == 0) {
        return status_ok();
    }
    if (as_of.data[0] == '#') {
        ask->kind = MOMENT_VERSION;
        return reading_parse_version(as_of, &ask->org_sequence);
    }
    if (token_parse(&ctl->arena, as_of, &token).code == STATUS_OK && token->sequence > 0) {
        ask->kind = MOMENT_TOKEN;
        ask->token = token;
        return status_ok();
    }
    ask->kind = MOMENT_TIME;
    TRY(time_parse_human(as_of, ask->now_us, &ask->time_us));
    return ask->time_us < reading->partition->position.time_us
               ? status_ok()
               : reading_close_time(reading, ctl, ask);
}

static struct status reading_find(struct reading *reading, struct ctl *ctl)
{
    struct moment_ask ask;
    TRY(reading_ask(reading, ctl, &ask));
    TRY(moment_resolve(reading->partition->reader, &reading->partition->position, ctl->options.org,
                       &ask, &reading->moment));
    stored_init(&reading->stored, reading->partition->reader, moment_as_of(&reading->moment),
                READING_MEMORY_MAX);
    org_view_init(&reading->org, &reading->stored.source, ctl->options.org);
    if (reading->moment.org_sequence == 0) {
        return status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%.*s'%s",
                            STR_ARG(ctl->options.org), reading_then(ctl));
    }
    return status_ok();
}

struct status reading_open(struct reading *reading, struct ctl *ctl)
{
    *reading = (struct reading){ 0 };
    TRY(ctl_need_org(ctl));
    TRY(reading_open_partition(reading, ctl));
    return reading_find(reading, ctl);
}

void reading_close(struct reading *reading)
{
    stored_release(&reading->stored);
    partition_close(reading->partition);
    evlog_close(reading->log);
    if (reading->folder[0] != '\0') {
        struct status removed = data_dir_remove(reading->folder);
        (void)removed; /* a folder that stays behind does no harm */
    }
}

struct moment_ask reading_at(const struct reading *reading)
{
    return (struct moment_ask){ .kind = MOMENT_EXACT,
                                .org_sequence = reading->moment.org_sequence,
                                .time_us = reading->moment.time_us };
}

const char *reading_then(const struct ctl *ctl)
{
    return ctl->options.as_of.size > 0 ? " at that moment" : "";
}

struct status reading_resolve(struct reading *reading, struct ctl *ctl, enum entity_kind kind,
                              struct str text, struct str *id)
{
    return list_resolve_id(reading->partition->reader, &ctl->arena, ctl->options.org, kind,
                           &reading->moment, text, id);
}

struct status reading_moment(const struct reading *reading, struct ctl *ctl,
                             Agency__V1__Moment **moment)
{
    TRY(pb_new(&ctl->arena, &agency__v1__moment__descriptor, moment));
    (*moment)->org_sequence = reading->moment.org_sequence;
    (*moment)->provisional = reading->moment.provisional;
    return fields_time_new(&ctl->arena, reading->moment.time_us, &(*moment)->time);
}

void reading_say_moment(const struct reading *reading, const struct ctl *ctl)
{
    char time[TIME_TEXT_SIZE];
    if (ctl->options.output != CTL_TABLE) {
        return;
    }
    time_format(reading->moment.time_us, time);
    say("as of decision %" PRIu64 " of %.*s, %s%s", reading->moment.org_sequence,
        STR_ARG(ctl->options.org), time,
        reading->moment.provisional ? " (provisional: an import may still change it)" : "");
}
