/* log copy: the history moves to another log, in a folder or on Kafka. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "agency/v1/query.pb-c.h"
#include "core/base/remove_tree.h"
#include "ops/ctl/copy_target.h"
#include "ops/ctl/ctl.h"
#include "ops/ctl/progress.h"
#include "ops/ctl/say.h"
#include "replay/copy_verify.h"

struct ctl_copy {
    struct ctl *ctl;
    const char *to;
    struct data_dir dir; /* of the target */
    struct evlog *source;
    struct evlog *target;
    struct copy_log copy;
    struct progress progress;
};

static void ctl_copy_progress(void *context, uint64_t records)
{
    struct ctl_copy *run = context;
    progress_show(&run->progress, records);
}

/* ---- one partition ---- */

static struct status ctl_copy_say(struct ctl_copy *run, const struct copy_verify *verify)
{
    struct ctl *ctl = run->ctl;
    char head[HASH_HEX_SIZE], root[HASH_HEX_SIZE], result[] = "OK";
    hash_hex(&verify->head, head);
    hash_hex(&verify->root, root);
    if (ctl->options.output == CTL_TABLE) {
        buf_printf(&ctl->out,
                   "partition %" PRIu32 ": %" PRIu64 " records, %" PRIu64
                   " entities\n  head %s\n  root %s\n",
                   verify->partition, verify->records, verify->entities, head, root);
        return status_ok();
    }
    Agency__V1__VerifyResponse response = AGENCY__V1__VERIFY_RESPONSE__INIT;
    response.partition = verify->partition;
    response.records = verify->records;
    response.fenced = verify->fenced;
    response.entities = verify->entities;
    response.head = head;
    response.root = root;
    response.result = result;
    return ctl_json(ctl, &response.base);
}

/* Folds source and target; the target's store stays, for those who ask next. */
static struct status ctl_copy_verify(struct ctl_copy *run, uint32_t number)
{
    char store[DATA_DIR_PATH_MAX], beside[DATA_DIR_PATH_MAX];
    data_dir_store(&run->dir, number, store);
    snprintf(beside, sizeof beside, "%.4000s.source", store);
    TRY(remove_tree(beside));
    struct copy_verify verify = { .copy = &run->copy,
                                  .partition = number,
                                  .source_store = beside,
                                  .target_store = store,
                                  .progress = ctl_copy_progress,
                                  .context = run };
    struct status st = copy_verify_run(&verify);
    TRY(remove_tree(beside));
    TRY(status_prefix(st, "partition %" PRIu32, number));
    return verify.records == 0 ? status_ok() : ctl_copy_say(run, &verify);
}

/* ---- all ---- */

static struct status ctl_copy_records(struct ctl_copy *run)
{
    progress_init(&run->progress, "records copied", 0, run->ctl->clock);
    struct status st = copy_log_run(&run->copy);
    progress_end(&run->progress);
    return st;
}

static struct status ctl_copy_verify_all(struct ctl_copy *run)
{
    struct status st = status_ok();
    mkdir(run->dir.stores, 0700);
    progress_init(&run->progress, "records verified", 0, run->ctl->clock);
    for (uint32_t i = 0; st.code == STATUS_OK && i < run->target->identity.partitions_count; i++) {
        st = ctl_copy_verify(run, i);
    }
    progress_end(&run->progress);
    return st;
}

static void ctl_copy_say_done(const struct ctl_copy *run)
{
    const char *from = run->ctl->options.data.data;
    if (run->copy.late_commands > 0) {
        say("agencyctl: %" PRIu64 " commands came while the log was being closed: nobody "
            "answers them; their senders send them again, to the new log",
            run->copy.late_commands);
    }
    say("copied: heads and roots are those of %s, which is closed; go on in %s", from, run->to);
}

/* For who asks in the old folder. The copy is whole without it. */
static void ctl_copy_note(const struct ctl_copy *run)
{
    struct status st = data_dir_move(run->ctl->options.data.data, run->to);
    if (st.code != STATUS_OK) {
        say_status("agencyctl", &st);
    }
}

static struct status ctl_copy_run(struct ctl_copy *run)
{
    struct status st = copy_log_init(&run->copy, run->source, run->target);
    run->copy.progress = ctl_copy_progress;
    run->copy.context = run;
    TRY_OUT(st);
    TRY_OUT(ctl_copy_records(run));
    if (!run->target->draft) {
        ctl_copy_note(run);
        say("%s has the whole log already", run->to);
        goto out;
    }
    TRY_OUT(ctl_copy_verify_all(run));
    TRY_OUT(evlog_finish(run->target));
    ctl_copy_note(run);
    ctl_copy_say_done(run);
out:
    copy_log_release(&run->copy);
    return st;
}

struct status ctl_log_copy(struct ctl *ctl)
{
    struct ctl_copy run = { .ctl = ctl, .to = ctl->argv[0] };
    int64_t retention_ms[EVLOG_STREAMS];
    ctl_retention(ctl, retention_ms);
    TRY(data_dir_open_log(&ctl->dir, false, &run.source));
    struct copy_target_options options = { .from = ctl->options.data.data,
                                           .cluster_key = ctl->dir.cluster_key,
                                           .source = &run.source->identity,
                                           .kafka = &ctl->options.kafka,
                                           .retention_ms = retention_ms,
                                           .replicas = (uint32_t)ctl->options.replicas,
                                           .timeout_ms = (int)(ctl->options.timeout_us / 1000) };
    struct status st = status_prefix(
        copy_target_open(&options, &ctl->arena, run.to, &run.dir, &run.target), "%s", run.to);
    if (st.code == STATUS_OK) {
        st = ctl_copy_run(&run);
    }
    evlog_close(run.target);
    evlog_close(run.source);
    return st;
}
