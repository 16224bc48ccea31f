/* verify: folds every partition's log into a fresh store beside the others, and compares. rebuild:
 * the same, and the fresh store takes the place of the old one. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/remove_tree.h"
#include "ops/ctl/ctl.h"
#include "ops/ctl/progress.h"
#include "ops/ctl/say.h"
#include "replay/rebuild.h"

struct verify_all {
    struct ctl *ctl;
    struct evlog *log;
    struct progress progress;
    bool replace; /* rebuild */
};

static void verify_progress(void *context, uint64_t records)
{
    struct verify_all *all = context;
    progress_show(&all->progress, records);
}

/* ---- telling it ---- */

static struct status verify_tell(struct ctl *ctl, const struct verify *verify, struct status st)
{
    char result[STATUS_MSG_MAX + 64];
    Agency__V1__VerifyResponse response = AGENCY__V1__VERIFY_RESPONSE__INIT;
    snprintf(result, sizeof result, "%s%s%s", status_code_name(st.code),
             st.msg[0] == '\0' ? "" : ": ", st.msg);
    response.partition = verify->partition;
    response.records = verify->records;
    response.fenced = verify->fenced;
    response.entities = verify->entities;
    response.head = (char *)(uintptr_t)verify->head;
    response.root = (char *)(uintptr_t)verify->root;
    response.result = result;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &response.base);
    }
    if (st.code != STATUS_OK) {
        buf_printf(&ctl->out, "partition %" PRIu32 ": %s\n", verify->partition, result);
        return status_ok();
    }
    buf_printf(&ctl->out,
               "partition %" PRIu32 ": %" PRIu64 " records, %" PRIu64 " fenced, %" PRIu64
               " entities\n  head %s\n  root %s\n",
               verify->partition, verify->records, verify->fenced, verify->entities, verify->head,
               verify->root);
    return status_ok();
}

static void verify_exit(struct ctl *ctl, struct status st)
{
    if (st.code == STATUS_DATA_LOSS) {
        ctl->exit = CTL_DAMAGED;
    } else if (st.code != STATUS_OK && ctl->exit == CTL_OK) {
        ctl->exit = CTL_FAILED;
    }
}

/* ---- one partition ---- */

static struct status verify_rebuild(struct ctl *ctl, struct verify *verify)
{
    struct status given_up;
    struct status st = rebuild_run(verify, ctl->options.accept_lost_tail, &given_up);
    if (given_up.code != STATUS_OK) {
        say("agencyctl: partition %" PRIu32 ": given up: %s", verify->partition, given_up.msg);
    }
    return st;
}

/* Only a person can know that nothing else is left. */
static struct status verify_lost(const struct verify *verify, struct status st)
{
    return verify->lost
               ? status_prefix(st, "the log lost what the store has seen: mend it, or give "
                                   "that up by rebuild --accept-lost-tail")
               : st;
}

static struct status verify_partition(struct verify_all *all, uint32_t number)
{
    struct ctl *ctl = all->ctl;
    char store[DATA_DIR_PATH_MAX], fresh[DATA_DIR_PATH_MAX];
    uint64_t begin, end;
    TRY(evlog_range(all->log, EVLOG_DECISIONS, number, &begin, &end));
    if (end == 0) {
        return status_ok();
    }
    data_dir_store(&ctl->dir, number, store);
    snprintf(fresh, sizeof fresh, "%.4000s/p%02" PRIu32 ".fresh", ctl->dir.stores, number);
    struct verify verify = { .log = all->log,
                             .store = store,
                             .fresh = fresh,
                             .partition = number,
                             .progress = verify_progress,
                             .context = all };
    progress_init(&all->progress, "records", end - begin, ctl->clock);
    struct status st = all->replace ? verify_rebuild(ctl, &verify) : verify_read_only(&verify);
    progress_end(&all->progress);
    st = st.code == STATUS_OK ? st : verify_lost(&verify, st);
    verify_exit(ctl, st);
    TRY(verify_tell(ctl, &verify, st));
    return remove_tree(fresh);
}

/* ---- all ---- */

static struct status verify_each(struct verify_all *all)
{
    struct status st = ctl_partition(all->ctl, &all->log->identity);
    uint32_t count = all->log->identity.partitions_count;
    for (uint32_t i = 0; i < count && st.code == STATUS_OK; i++) {
        if (all->ctl->options.partition < 0 || all->ctl->options.partition == i) {
            st = verify_partition(all, i);
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

static struct status verify_open_log(struct verify_all *all)
{
    struct ctl *ctl = all->ctl;
    if (all->replace && ctl->options.accept_lost_tail && !ctl->dir.shared) {
        return data_dir_open_cut_log(&ctl->dir, verify_say_lost, NULL, &all->log);
    }
    return data_dir_open_log(&ctl->dir, !all->replace || ctl->dir.shared, &all->log);
}

/* Who replaces stores must be the only one who has them: the embedded log's lock says so, on Kafka
 * the folder's. */
static struct status verify_folder(struct ctl *ctl, bool replace)
{
    struct verify_all all = { .ctl = ctl, .replace = replace };
    int lock = -1;
    mkdir(ctl->dir.stores, 0700);
    if (replace && ctl->dir.shared) {
        TRY(data_dir_hold(&ctl->dir, &lock));
    }
    struct status st = verify_open_log(&all);
    if (st.code == STATUS_OK) {
        st = verify_each(&all);
    }
    evlog_close(all.log);
    if (lock >= 0) {
        close(lock);
    }
    return st;
}

struct status ctl_verify(struct ctl *ctl)
{
    return verify_folder(ctl, false);
}

struct status ctl_rebuild(struct ctl *ctl)
{
    int64_t began = clock_monotonic_us(&ctl->clock);
    TRY(verify_folder(ctl, true));
    if (ctl->options.output == CTL_TABLE && ctl->exit == CTL_OK) {
        buf_printf(&ctl->out, "rebuilt in %.2f s\n",
                   (double)(clock_monotonic_us(&ctl->clock) - began) / 1e6);
    }
    return status_ok();
}
