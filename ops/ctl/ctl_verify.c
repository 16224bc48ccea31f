/* verify: folds every partition's log into a fresh store beside the others, and compares. rebuild:
 * the same, and the fresh store takes the place of the old one. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/pb/message.h"
#include "ops/ctl/progress.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/say.h"
#include "replay/check_commands.h"
#include "replay/fold_log.h"

struct verify {
    struct ctl *ctl;
    struct evlog *log;
    struct progress progress;
    char fresh[DATA_DIR_PATH_MAX];
    Agency__V1__VerifyResponse response;
    char head[HASH_HEX_SIZE];
    char root[HASH_HEX_SIZE];
    char result[STATUS_MSG_MAX + 64];
    bool replace; /* rebuild */
    bool lost;    /* the log has not all that the store has seen */
};

static void verify_progress(void *context, uint64_t records)
{
    struct verify *verify = context;
    progress_show(&verify->progress, records);
}

/* Compares all rows, if the log has not grown meanwhile: then the next verify can tell. */
static struct status verify_compare_rows(const struct verify *verify, struct partition *fresh,
                                         struct partition *live)
{
    TRY(partition_catch_up(live, verify->log));
    bool same = live->position.chain.sequence == fresh->position.chain.sequence;
    return same ? store_compare(fresh->reader, live->reader) : status_ok();
}

/* The store of the folder, with what it has not seen yet, must have the rows that its log makes. */
static struct status verify_compare(struct verify *verify, struct partition *fresh)
{
    char path[DATA_DIR_PATH_MAX], own[DATA_DIR_PATH_MAX];
    struct stat found;
    data_dir_store(&verify->ctl->dir, verify->response.partition, path);
    if (stat(path, &found) != 0) {
        return status_ok();
    }
    snprintf(own, sizeof own, "%.4000s-live", verify->fresh);
    struct partition_options options = { .store = path,
                                         .secondary = own,
                                         .log = verify->log,
                                         .number = verify->response.partition,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = (size_t)1 << 28 };
    struct partition *live;
    struct status opened = partition_open(&options, &live);
    if (opened.code != STATUS_OK) {
        verify->lost = opened.code == STATUS_DATA_LOSS;
        struct status removed = data_dir_remove(own);
        (void)removed; /* a folder that stays behind does no harm */
        return opened;
    }
    struct status st = status_ok(); /* one of another fold version is begun anew by its owner */
    if (live->rebuilt.code == STATUS_OK) {
        st = verify_compare_rows(verify, fresh, live);
    } else if (live->rebuilt.code == STATUS_DATA_LOSS) {
        st = live->rebuilt;
    }
    if (st.code == STATUS_DATA_LOSS) {
        st = status_prefix(st, "store of partition %" PRIu32, verify->response.partition);
    }
    partition_close(live);
    struct status removed = data_dir_remove(own);
    return st.code == STATUS_OK ? removed : st;
}

static struct status verify_root(struct verify *verify, struct partition *partition)
{
    struct hash root;
    TRY(store_verify_root(partition->reader, &root, &verify->response.entities));
    hash_hex(&root, verify->root);
    hash_hex(&partition->position.chain.head, verify->head);
    return verify_compare(verify, partition);
}

/* Only a person can know that nothing else is left. */
static struct status verify_lost(const struct verify *verify, struct status why)
{
    if (!verify->replace || !verify->ctl->options.accept_lost_tail) {
        return status_prefix(why, "the log lost what the store has seen: mend it, or give that up "
                                  "by rebuild --accept-lost-tail");
    }
    say("agencyctl: partition %" PRIu32 ": given up: %s", verify->response.partition, why.msg);
    return status_ok();
}

static struct status verify_fold(struct verify *verify)
{
    struct fold_log fold = { .log = verify->log,
                             .store = verify->fresh,
                             .partition = verify->response.partition,
                             .progress = verify_progress,
                             .context = verify };
    struct partition *partition = NULL;
    struct status st = fold_log_run(&fold, &partition);
    verify->response.records = fold.records;
    verify->response.fenced = fold.fenced;
    if (st.code == STATUS_OK) {
        st = verify_root(verify, partition);
    }
    partition_close(partition);
    return verify->lost ? verify_lost(verify, st) : st;
}

static void verify_say(struct verify *verify, struct status st)
{
    struct ctl *ctl = verify->ctl;
    const Agency__V1__VerifyResponse *response = &verify->response;
    snprintf(verify->result, sizeof verify->result, "%s%s%s", status_code_name(st.code),
             st.msg[0] == '\0' ? "" : ": ", st.msg);
    if (ctl->options.output == CTL_JSON) {
        struct status printed = ctl_json(ctl, &response->base);
        (void)printed; /* plain numbers and texts always print */
    } else if (st.code != STATUS_OK) {
        buf_printf(&ctl->out, "partition %" PRIu32 ": %s\n", response->partition, verify->result);
    } else {
        buf_printf(&ctl->out,
                   "partition %" PRIu32 ": %" PRIu64 " records, %" PRIu64 " fenced, %" PRIu64
                   " entities\n  head %s\n  root %s\n",
                   response->partition, response->records, response->fenced, response->entities,
                   verify->head, verify->root);
    }
    if (st.code == STATUS_DATA_LOSS) {
        ctl->exit = CTL_DAMAGED;
    } else if (st.code != STATUS_OK && ctl->exit == CTL_OK) {
        ctl->exit = CTL_FAILED;
    }
}

static void verify_begin(struct verify *verify, uint32_t number, uint64_t records)
{
    struct ctl *ctl = verify->ctl;
    agency__v1__verify_response__init(&verify->response);
    verify->head[0] = verify->root[0] = '\0';
    verify->response.head = verify->head;
    verify->response.root = verify->root;
    verify->response.result = verify->result;
    verify->response.partition = number;
    verify->lost = false;
    snprintf(verify->fresh, sizeof verify->fresh, "%.4000s/p%02" PRIu32 ".fresh", ctl->dir.stores,
             number);
    progress_init(&verify->progress, "records", records, ctl->clock);
}

/* The fresh store takes the old one's place: two renames, so that a crash leaves the old, the new,
 * or none (then it is folded again). */
static struct status verify_replace(const struct verify *verify)
{
    char path[DATA_DIR_PATH_MAX];
    data_dir_store(&verify->ctl->dir, verify->response.partition, path);
    TRY(data_dir_remove(path));
    if (rename(verify->fresh, path) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to rename '%s': %s", verify->fresh,
                            strerror(errno));
    }
    return status_ok();
}

static struct status verify_partition(struct verify *verify, uint32_t number)
{
    uint64_t begin, end;
    TRY(evlog_range(verify->log, EVLOG_DECISIONS, number, &begin, &end));
    if (end == 0) {
        return status_ok();
    }
    verify_begin(verify, number, end - begin);
    TRY(data_dir_remove(verify->fresh));
    struct status st = verify_fold(verify);
    if (st.code == STATUS_OK && !verify->replace) {
        st = check_commands(verify->log, number);
    }
    progress_end(&verify->progress);
    bool differs = st.code == STATUS_DATA_LOSS && verify->root[0] != '\0' && !verify->lost;
    verify_say(verify, st);
    if (verify->replace && (st.code == STATUS_OK || differs)) {
        return verify_replace(verify);
    }
    return data_dir_remove(verify->fresh);
}

static struct status verify_each(struct verify *verify)
{
    struct status st = ctl_partition(verify->ctl, &verify->log->identity);
    uint32_t count = verify->log->identity.partitions_count;
    for (uint32_t i = 0; i < count && st.code == STATUS_OK; i++) {
        if (verify->ctl->options.partition < 0 || verify->ctl->options.partition == i) {
            st = verify_partition(verify, i);
        }
    }
    return st;
}

static void verify_say_lost(void *context, const struct evlog_local_lost *lost)
{
    (void)context;
    uint64_t count = lost->end - lost->begin;
    if (count == 0) {
        say("agencyctl: given up: all behind position %" PRIu64
            " of the log; its mark is damaged, too, so that nobody knows what that was",
            lost->position);
        return;
    }
    say("agencyctl: partition %" PRIu32 ": given up: %" PRIu64 " %s%s, offsets %" PRIu64
        " to %" PRIu64 " of the log",
        lost->partition, count, lost->stream == EVLOG_COMMANDS ? "command" : "decision",
        count == 1 ? "" : "s", lost->begin, lost->end - 1);
}

static struct status verify_open_log(struct verify *verify)
{
    struct ctl *ctl = verify->ctl;
    if (verify->replace && ctl->options.accept_lost_tail && !ctl->dir.shared) {
        return data_dir_open_cut_log(&ctl->dir, verify_say_lost, NULL, &verify->log);
    }
    return data_dir_open_log(&ctl->dir, !verify->replace || ctl->dir.shared, &verify->log);
}

/* Who replaces stores must be the only one who has them: the embedded log's lock says so, on Kafka
 * the folder's. */
static struct status verify_all(struct ctl *ctl, bool replace)
{
    struct verify verify = { .ctl = ctl, .replace = replace };
    int lock = -1;
    mkdir(ctl->dir.stores, 0700);
    if (replace && ctl->dir.shared) {
        TRY(data_dir_hold(&ctl->dir, &lock));
    }
    struct status st = verify_open_log(&verify);
    if (st.code == STATUS_OK) {
        st = verify_each(&verify);
    }
    evlog_close(verify.log);
    if (lock >= 0) {
        close(lock);
    }
    return st;
}

struct status ctl_verify(struct ctl *ctl)
{
    return verify_all(ctl, false);
}

struct status ctl_rebuild(struct ctl *ctl)
{
    int64_t began = clock_monotonic_us(&ctl->clock);
    TRY(verify_all(ctl, true));
    if (ctl->options.output == CTL_TABLE && ctl->exit == CTL_OK) {
        buf_printf(&ctl->out, "rebuilt in %.2f s\n",
                   (double)(clock_monotonic_us(&ctl->clock) - began) / 1e6);
    }
    return status_ok();
}
