#include "ops/ctl/reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/murmur2.h"
#include "core/base/remove_tree.h"
#include "core/evlog/evlog_local.h"
#include "core/model/closed_time.h"
#include "ops/ctl/reading_clock.h"
#include "ops/erasing.h"
#include "query/page.h"

enum { CLOSED_TIME_WAIT_US = 1000 * 1000, CLOSED_TIME_RETRY_US = 20 * 1000 };
enum { TICK_RETRY_US = 200 * 1000, DUES_WAIT_US = 2 * 1000 * 1000 };
static const size_t READING_MEMORY_MAX = (size_t)1 << 30;

/* ---- the partition ---- */

/* A reader's files lie beside the log; where that cannot be written, elsewhere. Where nothing can
 * be written at all the store does without them. */
static void reading_make_folder(struct reading *reading, const struct ctl *ctl)
{
    mkdir(ctl->dir.readers, 0700);
    int size = snprintf(reading->folder, sizeof reading->folder, "%s/%ld", ctl->dir.readers,
                        (long)getpid());
    assert(size > 0 && (size_t)size < sizeof reading->folder); /* data_dir_open left room */
    if (mkdir(reading->folder, 0700) == 0 || errno == EEXIST) {
        return;
    }
    char elsewhere[] = P_tmpdir "/agencygrid-reader-XXXXXX";
    if (mkdtemp(elsewhere) != NULL) {
        memcpy(reading->folder, elsewhere, sizeof elsewhere);
    }
}

struct status reading_open_log(struct reading *reading, struct ctl *ctl)
{
    *reading = (struct reading){ 0 };
    return data_dir_open_log(&ctl->dir, true, &reading->log);
}

static void reading_close_partition(struct reading *reading)
{
    snapshot_release(&reading->snapshot);
    reading->snapshot = (struct snapshot){ 0 };
    partition_close(reading->partition);
    reading->partition = NULL;
    if (reading->folder[0] != '\0') {
        struct status removed = remove_tree(reading->folder);
        (void)removed; /* a folder that stays behind does no harm */
    }
}

struct status reading_open_partition(struct reading *reading, struct ctl *ctl, uint32_t number)
{
    char store[DATA_DIR_PATH_MAX];
    uint64_t from = 0;
    reading_close_partition(reading);
    reading_make_folder(reading, ctl);
    data_dir_store(&ctl->dir, number, store);
    struct partition_options options = { .store = store,
                                         .secondary = reading->folder,
                                         .log = reading->log,
                                         .number = number,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = READING_MEMORY_MAX };
    TRY(partition_open(&options, &reading->partition));
    TRY(partition_catch_up(reading->partition, reading->log));
    return erasing_of(reading->partition->reader, &ctl->keyring, &from);
}

/* ---- the moment ---- */

/* Whoever holds the log's lock knows that nobody appends, and that nobody will before now if he
 * writes that down, by a clock that he believes. Else its owner gives his word, some moments later.
 */
static int64_t reading_own_word(const struct ctl *ctl, bool *doubted)
{
    struct evlog *log;
    int64_t word = 0;
    *doubted = false;
    if (data_dir_open_log(&ctl->dir, false, &log).code == STATUS_OK) {
        const int64_t now_us = clock_now_us(&ctl->clock);
        *doubted = !reading_clock_stands(ctl, log, now_us);
        struct status st =
            *doubted ? status_ok() : closed_time_vouch(ctl->dir.stores, now_us, &word);
        evlog_close(log);
        word = st.code == STATUS_OK ? word : 0;
    }
    return word;
}

/* Whether somebody else writes the log, and so decides what is due. */
static bool reading_is_led(const struct ctl *ctl)
{
    struct evlog *log;
    if (ctl->dir.shared) {
        return true;
    }
    struct status st = data_dir_open_log(&ctl->dir, false, &log);
    if (st.code == STATUS_OK) {
        evlog_close(log);
    }
    return st.code == STATUS_FAILED_PRECONDITION;
}

int64_t reading_word(const struct ctl *ctl, int64_t wanted_us, bool *doubted)
{
    int64_t until = clock_monotonic_us(&ctl->clock) + CLOSED_TIME_WAIT_US;
    for (;;) {
        int64_t word = reading_own_word(ctl, doubted);
        word = word > 0 ? word : closed_time_read(ctl->dir.stores);
        if (word >= wanted_us || *doubted || clock_monotonic_us(&ctl->clock) >= until) {
            return word;
        }
        nanosleep(&(struct timespec){ .tv_nsec = CLOSED_TIME_RETRY_US * 1000 }, NULL);
    }
}

/* On Kafka only the log itself can tell, by a later record: its owner appends a TICK every few
 * seconds. */
struct status reading_await(struct reading *reading, const struct ctl *ctl, int64_t wanted_us)
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
    ask->closed_us = reading_word(ctl, ask->time_us, &ask->open);
    return partition_catch_up(reading->partition, reading->log);
}

static struct status reading_try_org(struct reading *reading, struct ctl *ctl,
                                     const struct moment_ask *ask)
{
    snapshot_release(&reading->snapshot);
    reading->snapshot = (struct snapshot){ 0 };
    return snapshot_open(&reading->snapshot, reading->partition->reader,
                         &reading->partition->position, &ctl->arena, ctl->options.org, ask,
                         READING_MEMORY_MAX);
}

/* Waits for who leads to decide what is due by the moment, for as long as he can be expected to
 * need. */
static struct status reading_settle(struct reading *reading, struct ctl *ctl,
                                    const struct moment_ask *ask)
{
    const int64_t until = clock_monotonic_us(&ctl->clock) + DUES_WAIT_US;
    struct status st = reading_try_org(reading, ctl, ask);
    while (reading->snapshot.moment.provisional == MOMENT_DUE &&
           clock_monotonic_us(&ctl->clock) < until && reading_is_led(ctl)) {
        nanosleep(&(struct timespec){ .tv_nsec = CLOSED_TIME_RETRY_US * 1000 }, NULL);
        TRY(partition_catch_up(reading->partition, reading->log));
        st = reading_try_org(reading, ctl, ask);
    }
    return st;
}

struct status reading_open_org(struct reading *reading, struct ctl *ctl)
{
    const struct ctl_options *options = &ctl->options;
    struct moment_ask ask;
    TRY(snapshot_ask(&ctl->arena, options->as_of, options->at_least, clock_now_us(&ctl->clock),
                     &ask));
    TRY(page_moment(&ctl->arena, options->page, &ask));
    ask.final = options->final;
    if (ask.kind == MOMENT_TIME && ask.time_us >= reading->partition->position.time_us) {
        TRY(reading_close_time(reading, ctl, &ask));
    }
    return reading_settle(reading, ctl, &ask);
}

struct status reading_open(struct reading *reading, struct ctl *ctl)
{
    *reading = (struct reading){ 0 };
    TRY(ctl_need_org(ctl));
    TRY(reading_open_log(reading, ctl));
    TRY(reading_open_partition(
        reading, ctl,
        murmur2_partition(ctl->options.org, reading->log->identity.partitions_count)));
    return reading_open_org(reading, ctl);
}

void reading_close(struct reading *reading)
{
    reading_close_partition(reading);
    evlog_close(reading->log);
}
