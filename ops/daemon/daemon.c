/* Composition: with the writer's role its thread owns the stores (server.h); without it this
 * thread keeps them as a replica. With the projector's role whoever has the stores steps the
 * publisher, which publishes what they take. This thread also says how it is: as diagnostics
 * whenever a partition's state changes, on the log's status stream every second or two. */
#include "ops/daemon/daemon.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/auth/command_signature.h"
#include "core/base/memory.h"
#include "ops/daemon/access_teller.h"
#include "ops/daemon/api_server.h"
#include "ops/daemon/log_trouble.h"
#include "ops/daemon/read_replica.h"
#include "ops/daemon/replica_readiness.h"
#include "ops/daemon/status_report.h"
#include "projectors/publisher.h"

enum { DAEMON_WAIT_MS = 200, DAEMON_OPEN_TIMEOUT_MS = 3000, DAEMON_TELL_EVERY_US = 500 * 1000 };
static const size_t DAEMON_ARENA_MAX = (size_t)16 << 20;

struct daemon {
    struct daemon_options options;
    struct diag *diag;
    struct telemetry *telemetry;
    struct clock clock;
    struct arena arena; /* of what lasts */
    struct data_dir dir;
    int lock;
    uint64_t process;
    unsigned roles;
    struct evlog_id history_id;
    struct command_signature_cluster cluster;
    struct daemon_partitions partitions;
    struct server *writer; /* with the writer's role; else */
    struct read_replica *read_replica;
    struct publisher *publisher; /* with the projector's role; of the thread that has the stores */
    struct access_teller *access;
    _Atomic uint64_t *published; /* up to which sequence, by partition */
    _Atomic uint64_t published_count;
    pthread_mutex_t troubles_lock;
    struct status *troubles; /* why a partition is not published, by number; under the lock */
    struct status_report *status_report;
    struct api_server *api;
    struct shelf *shelf; /* of the stores, whoever keeps them */
    struct status_board *board;
    struct replica_status *statuses; /* as of the last look */
    struct replica_status *seen;     /* as of the one before */
    uint64_t *statuses_published;
    uint32_t statuses_count;
    int64_t told_us; /* monotonic: when who watches was last told */
};

/* ---- the log ---- */

static bool daemon_wait(int signals, int other, int timeout_ms)
{
    struct pollfd both[] = { { .fd = signals, .events = POLLIN },
                             { .fd = other, .events = POLLIN } };
    poll(both, 2, timeout_ms);
    return (both[0].revents & POLLIN) != 0;
}

static void daemon_say(struct daemon *daemon, enum diag_level level, const char *event,
                       struct status st)
{
    struct diag_line line = diag_begin(daemon->diag, level, event);
    diag_status(&line, &st);
    diag_end(&line);
}

/* Who the log is: nothing can be done before that is known. */
static struct status daemon_find_log(struct daemon *daemon, int signals,
                                     struct evlog_identity *identity)
{
    for (;;) {
        struct evlog *log;
        struct status st = data_dir_open_log(&daemon->dir, true, &log);
        if (st.code == STATUS_OK) {
            *identity = log->identity;
            evlog_close(log);
        }
        if (st.code != STATUS_UNAVAILABLE) {
            return st;
        }
        daemon_say(daemon, DIAG_WARN, "waiting", st);
        if (daemon_wait(signals, -1, DAEMON_WAIT_MS)) {
            return status_error(STATUS_CANCELLED, "asked to end while the brokers were away");
        }
    }
}

static struct status daemon_open_folder(struct daemon *daemon)
{
    assert(daemon->dir.shared);
    daemon->dir.kafka.timeout_ms = DAEMON_OPEN_TIMEOUT_MS;
    mkdir(daemon->dir.stores, 0700);
    TRY(data_dir_hold(&daemon->dir, &daemon->lock));
    return data_dir_process(&daemon->dir, &daemon->process);
}

/* ---- the publishers ---- */

static struct status daemon_open_log(void *context, bool read_only, struct evlog **log)
{
    struct daemon *daemon = context;
    TRY(data_dir_open_log(&daemon->dir, read_only, log));
    telemetry_wrap_log(daemon->telemetry, log);
    return status_ok();
}

static struct status daemon_open_publisher(struct daemon *daemon, uint32_t partitions_count)
{
    struct publisher_options options = { .opener = { daemon_open_log, daemon },
                                         .reporter = log_trouble_reporter(daemon->diag),
                                         .clock = daemon->clock,
                                         .partitions_count = partitions_count,
                                         .level_known = FORMAT_LEVEL,
                                         .publisher = daemon->process,
                                         .rank = (uint32_t)daemon->options.rank,
                                         .election_timeout_us =
                                             daemon->options.election_timeout_us };
    daemon->published = mem_zalloc(partitions_count, sizeof *daemon->published);
    daemon->troubles = mem_zalloc(partitions_count, sizeof *daemon->troubles);
    const struct access_teller_options access = { .opener = options.opener,
                                                  .reporter = options.reporter,
                                                  .shelf = daemon->shelf,
                                                  .partitions_count = partitions_count,
                                                  .published = daemon->published };
    if ((daemon->roles & DAEMON_PROJECTOR) == 0) {
        return status_ok();
    }
    TRY(publisher_open(&options, &daemon->publisher));
    return daemon->options.access_events ? access_teller_open(&access, &daemon->access)
                                         : status_ok();
}

/* It is shown until the partition is published again. */
static void daemon_note_trouble(struct daemon *daemon, uint32_t number, const struct status *now)
{
    if (now->code == daemon->troubles[number].code) { /* written in this thread alone */
        return;
    }
    pthread_mutex_lock(&daemon->troubles_lock);
    daemon->troubles[number] = *now;
    pthread_mutex_unlock(&daemon->troubles_lock);
}

/* This and the next: in the thread that has the stores. */
static void daemon_offer(void *self, uint32_t partition, uint64_t offset, struct str value,
                         const struct hash *head)
{
    struct daemon *daemon = self;
    publisher_offer(daemon->publisher, partition, offset, value, head);
}

static void daemon_publish_step(void *self, struct partition *partition, bool serving)
{
    struct daemon *daemon = self;
    uint32_t number = partition->position.chain.partition;
    publisher_step(daemon->publisher, partition, serving);
    struct publisher_status status = publisher_status(daemon->publisher, number);
    atomic_store(&daemon->published[number], status.publishing ? status.sequence : 0);
    atomic_store(&daemon->published_count, publisher_published(daemon->publisher));
    daemon_note_trouble(daemon, number, &status.trouble);
}

static int daemon_publisher_descriptor(void *self)
{
    const struct daemon *daemon = self;
    return publisher_descriptor(daemon->publisher);
}

static struct server_observer daemon_observer(struct daemon *daemon)
{
    return daemon->publisher == NULL
               ? (struct server_observer){ 0 }
               : (struct server_observer){ .hear = daemon_offer,
                                           .step = daemon_publish_step,
                                           .descriptor = daemon_publisher_descriptor,
                                           .self = daemon };
}

/* Without writers in this process rank 0 publishes in any case, the others when nobody else does.
 */
static void daemon_publish(struct daemon *daemon)
{
    for (uint32_t i = 0; daemon->publisher != NULL && i < daemon->partitions.count; i++) {
        uint32_t number = daemon->partitions.numbers[i];
        struct partition *partition = read_replica_partition(daemon->read_replica, number);
        if (partition != NULL) {
            daemon_publish_step(daemon, partition,
                                daemon_options_rank(&daemon->options, number) == 0);
        }
    }
}

/* ---- the writer ---- */

static struct status daemon_ranks(struct daemon *daemon, struct server_partition **out)
{
    struct server_partition *ranks;
    const struct daemon_partitions *partitions = &daemon->partitions;
    ARENA_TRY(&daemon->arena, ranks,
              arena_alloc(&daemon->arena, partitions->count * sizeof *ranks));
    for (uint32_t i = 0; i < partitions->count; i++) {
        uint32_t number = partitions->numbers[i];
        ranks[i] =
            (struct server_partition){ number, daemon_options_rank(&daemon->options, number) };
    }
    *out = ranks;
    return status_ok();
}

static struct status daemon_open_writer(struct daemon *daemon)
{
    struct server_partition *ranks = NULL;
    struct folder_conf folder;
    struct server_options options = { .opener = { daemon_open_log, daemon },
                                      .reporter = log_trouble_reporter(daemon->diag),
                                      .stores = daemon->dir.stores,
                                      .observer = daemon_observer(daemon),
                                      .watch = telemetry_watch(daemon->telemetry),
                                      .clock = daemon->clock,
                                      .accept_clock = daemon->options.accept_clock,
                                      .cluster = &daemon->cluster,
                                      .partitions_count = daemon->partitions.count,
                                      .election_timeout_us = daemon->options.election_timeout_us,
                                      .process = daemon->process,
                                      .cache_size = (uint64_t)daemon->options.cache_size,
                                      .shelf = daemon->shelf };
    if (daemon->dir.seals.count == 0) {
        return status_error(STATUS_PERMISSION_DENIED,
                            "expected a cluster.key that can be read in the data folder: the "
                            "writer checks commands with it (log join --cluster-key FILE)");
    }
    TRY(daemon_ranks(daemon, &ranks));
    options.partitions = ranks;
    TRY(folder_conf_read(daemon->dir.conf, &daemon->arena, &folder));
    TRY(daemon_options_configuration(&daemon->options, &folder, &daemon->arena,
                                     &options.configuration));
    daemon->cluster =
        (struct command_signature_cluster){ evlog_id_str(&daemon->history_id),
                                            daemon->dir.seals.keys, daemon->dir.seals.count };
    return server_open(&options, &daemon->writer);
}

/* ---- open and close ---- */

static struct process_facts daemon_facts(const struct daemon *daemon)
{
    return (struct process_facts){ .partitions = daemon->statuses,
                                   .published = daemon->statuses_published,
                                   .partitions_count = daemon->statuses_count,
                                   .published_count = atomic_load(&daemon->published_count),
                                   .clock_ahead_us = telemetry_clock_ahead_us(daemon->telemetry) };
}

static void daemon_open_replica(struct daemon *daemon)
{
    struct read_replica_options options = { .dir = &daemon->dir,
                                            .partitions = &daemon->partitions,
                                            .cache_size = (uint64_t)daemon->options.cache_size,
                                            .shelf = daemon->shelf,
                                            .clock = daemon->clock,
                                            .diag = daemon->diag };
    daemon->read_replica = read_replica_open(&options);
}

static void daemon_open_status_report(struct daemon *daemon)
{
    struct process self = { daemon->process, daemon->roles, clock_now_us(&daemon->clock) };
    struct status_report_options options = { .dir = &daemon->dir,
                                             .process = self,
                                             .every_us = daemon->options.status_every_us,
                                             .clock = daemon->clock,
                                             .diag = daemon->diag };
    daemon->status_report = status_report_open(&options);
    daemon->board = status_board_open(&self, &daemon->clock);
    daemon->statuses = mem_zalloc(daemon->partitions.count, sizeof *daemon->statuses);
    daemon->seen = mem_zalloc(daemon->partitions.count, sizeof *daemon->seen);
    daemon->statuses_published = mem_zalloc(daemon->partitions.count, sizeof(uint64_t));
}

static void daemon_say_started(struct daemon *daemon)
{
    struct diag_line line = diag_begin(daemon->diag, DIAG_INFO, "started");
    char process[17];
    snprintf(process, sizeof process, "%016" PRIx64, daemon->process);
    diag_str(&line, "process", str_z(process));
    diag_str(&line, "roles", daemon->options.roles);
    diag_str(&line, "data", daemon->options.data);
    diag_str(&line, "brokers", str_z(daemon->dir.kafka.brokers));
    diag_u64(&line, "partitions", daemon->partitions.count);
    diag_end(&line);
}

static struct status daemon_open_api(struct daemon *daemon)
{
    struct api_server_options options = { .dir = &daemon->dir,
                                          .daemon = &daemon->options,
                                          .listen = "",
                                          .clock = daemon->clock,
                                          .diag = daemon->diag,
                                          .board = daemon->board,
                                          .shelf = daemon->shelf,
                                          .telemetry = daemon->telemetry };
    return api_server_open(&options, &daemon->arena, &daemon->api);
}

static struct status daemon_start(struct daemon *daemon, int signals)
{
    struct evlog_identity identity = { 0 };
    TRY(daemon_options_roles(daemon->options.roles, &daemon->roles));
    TRY(daemon_open_folder(daemon));
    TRY(daemon_find_log(daemon, signals, &identity));
    daemon->history_id = identity.history_id;
    TRY(daemon_options_partitions(daemon->options.partitions, identity.partitions_count,
                                  &daemon->partitions));
    daemon_open_status_report(daemon);
    TRY(daemon_open_publisher(daemon, identity.partitions_count));
    if (daemon->roles & DAEMON_WRITER) {
        TRY(daemon_open_writer(daemon));
    } else {
        daemon_open_replica(daemon);
    }
    TRY(daemon_open_api(daemon));
    daemon_say_started(daemon);
    return status_ok();
}

struct status daemon_open(const struct daemon_options *options, const struct data_dir *dir,
                          struct diag *diag, struct telemetry *telemetry, int signals,
                          struct daemon **out)
{
    struct daemon *daemon = mem_zalloc(1, sizeof *daemon);
    daemon->options = *options;
    daemon->dir = *dir;
    daemon->diag = diag;
    daemon->telemetry = telemetry;
    daemon->clock = clock_real();
    daemon->lock = -1;
    daemon->shelf = shelf_new(PARTITIONS_MAX);
    pthread_mutex_init(&daemon->troubles_lock, NULL);
    arena_init(&daemon->arena, DAEMON_ARENA_MAX);
    struct status st = daemon_start(daemon, signals);
    if (st.code != STATUS_OK) {
        daemon_close(daemon);
        daemon = NULL;
    }
    *out = daemon;
    return st;
}

void daemon_close(struct daemon *daemon)
{
    if (daemon == NULL) {
        return;
    }
    struct status closed = api_server_close(daemon->api);
    (void)closed; /* of a client of the log: it writes nothing of its own */
    access_teller_close(daemon->access);
    server_close(daemon->writer);
    read_replica_close(daemon->read_replica);
    publisher_close(daemon->publisher);
    shelf_free(daemon->shelf);
    if (daemon->status_report != NULL) {
        struct process_facts facts = daemon_facts(daemon);
        status_report_close(daemon->status_report, &facts);
    }
    if (daemon->lock >= 0) {
        close(daemon->lock);
    }
    mem_free(daemon->statuses);
    mem_free(daemon->seen);
    mem_free(daemon->statuses_published);
    mem_free(daemon->published);
    mem_free(daemon->troubles);
    pthread_mutex_destroy(&daemon->troubles_lock);
    status_board_close(daemon->board);
    arena_release(&daemon->arena);
    mem_free(daemon);
}

/* ---- the loop ---- */

static void daemon_say_partition(struct daemon *daemon, const struct replica_status *status)
{
    bool stopped = status->state == REPLICA_STOPPED;
    struct diag_line line = diag_begin(daemon->diag, stopped ? DIAG_ERROR : DIAG_INFO, "partition");
    diag_u64(&line, "partition", status->number);
    diag_str(&line, "state", str_z(replica_state_names[status->state]));
    diag_u64(&line, "epoch", status->epoch);
    diag_u64(&line, "sequence", status->sequence);
    if (status->trouble.code != STATUS_OK) {
        diag_status(&line, &status->trouble);
    }
    diag_end(&line);
}

/* A partition that is decided and not published answers nobody: that is trouble, too. */
static void daemon_add_trouble(struct daemon *daemon, struct replica_status *status)
{
    pthread_mutex_lock(&daemon->troubles_lock);
    struct status trouble = daemon->troubles[status->number];
    pthread_mutex_unlock(&daemon->troubles_lock);
    if (status->trouble.code == STATUS_OK && trouble.code != STATUS_OK) {
        status->trouble = status_prefix(trouble, "its answers and events are not published");
    }
}

/* Looks at all partitions and tells what has changed. */
static void daemon_look(struct daemon *daemon)
{
    uint32_t max = daemon->partitions.count;
    uint32_t count = daemon->writer != NULL
                         ? server_statuses(daemon->writer, daemon->statuses, max)
                         : read_replica_statuses(daemon->read_replica, daemon->statuses, max);
    for (uint32_t i = 0; i < count; i++) {
        daemon_add_trouble(daemon, &daemon->statuses[i]);
        const struct replica_status *now = &daemon->statuses[i], *before = &daemon->seen[i];
        if (i >= daemon->statuses_count || now->state != before->state ||
            (now->state == REPLICA_LEADER && now->epoch != before->epoch)) {
            daemon_say_partition(daemon, now);
        }
        daemon->seen[i] = *now;
        daemon->statuses_published[i] = atomic_load(&daemon->published[now->number]);
    }
    daemon->statuses_count = count;
}

/* What who watches sees; stores of other threads are shown by these. */
static void daemon_tell(struct daemon *daemon)
{
    telemetry_note_replicas(daemon->telemetry, daemon->statuses, daemon->statuses_published,
                            daemon->statuses_count, atomic_load(&daemon->published_count));
    telemetry_note_lag(daemon->telemetry, daemon->statuses, daemon->statuses_count);
    telemetry_set_ready(daemon->telemetry,
                        replica_readiness(daemon->statuses, daemon->statuses_count,
                                          daemon->partitions.count, clock_now_us(&daemon->clock),
                                          daemon->options.election_timeout_us));
    for (uint32_t i = 0; daemon->read_replica != NULL && i < daemon->partitions.count; i++) {
        const struct partition *partition =
            read_replica_partition(daemon->read_replica, daemon->partitions.numbers[i]);
        if (partition != NULL) {
            telemetry_note_partition(daemon->telemetry, partition);
        }
    }
}

/* Looks now and then, however busy the log is. */
static void daemon_look_and_tell(struct daemon *daemon)
{
    int64_t now_us = clock_monotonic_us(&daemon->clock);
    daemon_look(daemon);
    if (now_us - daemon->told_us >= DAEMON_TELL_EVERY_US) {
        daemon->told_us = now_us;
        daemon_tell(daemon);
    }
}

static bool daemon_all_stopped(const struct daemon *daemon)
{
    uint32_t stopped = 0;
    for (uint32_t i = 0; i < daemon->statuses_count; i++) {
        stopped += daemon->statuses[i].state == REPLICA_STOPPED;
    }
    return stopped == daemon->partitions.count;
}

struct status daemon_run(struct daemon *daemon, int signals)
{
    bool idle = true;
    int descriptor =
        daemon->read_replica == NULL ? -1 : read_replica_descriptor(daemon->read_replica);
    while (!daemon_wait(signals, descriptor, idle ? DAEMON_WAIT_MS : 0)) {
        if (daemon->read_replica != NULL) {
            idle = read_replica_step(daemon->read_replica);
            daemon_publish(daemon);
            descriptor = read_replica_descriptor(daemon->read_replica);
        }
        daemon_look_and_tell(daemon);
        struct process_facts facts = daemon_facts(daemon);
        status_report_step(daemon->status_report, &facts);
        TRY(status_board_step(daemon->board, &facts));
        if (daemon_all_stopped(daemon)) {
            return status_error(STATUS_DATA_LOSS,
                                "expected a partition that can go on, but all have stopped");
        }
    }
    daemon_look(daemon);
    return status_ok();
}
