/* log create, log join: a log on Kafka, and data folders for it. */
#include "ops/ctl/ctl.h"

void ctl_retention(const struct ctl *ctl, int64_t retention_ms[EVLOG_STREAMS])
{
    const struct ctl_options *options = &ctl->options;
    int64_t kept_us[EVLOG_STREAMS] = { [EVLOG_COMMANDS] = options->commands_kept_us,
                                       [EVLOG_OUTCOMES] = options->outcomes_kept_us,
                                       [EVLOG_EVENTS] = options->events_kept_us,
                                       [EVLOG_DEAD_LETTERS] = options->dead_letters_kept_us };
    for (size_t i = 0; i < EVLOG_STREAMS; i++) {
        retention_ms[i] = kept_us[i] == 0 ? -1 : (kept_us[i] + 999) / 1000;
    }
}

static struct data_dir_new ctl_log_new(const struct ctl *ctl)
{
    const struct ctl_options *options = &ctl->options;
    return (struct data_dir_new){
        .kafka = &options->kafka,
        .key_file = options->cluster_key.size > 0 ? options->cluster_key.data : NULL,
        .partitions_count = (uint32_t)options->partitions,
        .replicas = (uint32_t)options->replicas,
        .timeout_ms = (int)(options->timeout_us / 1000),
    };
}

struct status ctl_log_create(struct ctl *ctl)
{
    int64_t retention_ms[EVLOG_STREAMS];
    struct data_dir_new made = ctl_log_new(ctl);
    ctl_retention(ctl, retention_ms);
    made.retention_ms = retention_ms;
    struct status st = data_dir_make_shared(&ctl->arena, ctl->options.data.data, &made);
    if (st.code == STATUS_ALREADY_EXISTS) {
        return status_error(st.code, "%s: log join makes a folder for a log", st.msg);
    }
    TRY(st);
    buf_printf(&ctl->out, "log '%.*s' of %u partitions made; keep a copy of %s/cluster.key\n",
               STR_ARG(ctl->options.kafka.prefix), made.partitions_count, ctl->options.data.data);
    return st;
}

struct status ctl_log_join(struct ctl *ctl)
{
    struct data_dir_new made = ctl_log_new(ctl);
    struct data_dir dir;
    TRY(data_dir_join_shared(&ctl->arena, ctl->options.data.data, &made));
    TRY(data_dir_open(&dir, &ctl->arena, ctl->options.data.data, false));
    buf_printf(&ctl->out, "%s is a data folder of log '%.*s'%s\n", ctl->options.data.data,
               STR_ARG(ctl->options.kafka.prefix),
               dir.seals.count > 0 ? ""
                                   : " without the cluster's key: commands need --key FILE, an "
                                     "agencyd that decides needs --cluster-key here");
    return status_ok();
}
