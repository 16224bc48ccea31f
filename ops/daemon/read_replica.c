#include "ops/daemon/read_replica.h"

#include "core/base/memory.h"
#include "projectors/projector.h"

enum { READ_REPLICA_RETRY_US = 1000 * 1000 };
static const size_t READ_REPLICA_MEMORY_MAX = (size_t)64 << 20;

/* Where a partition was when it was opened, and when that was. */
struct read_replica_begun {
    uint64_t offset;
    int64_t us; /* monotonic; 0: it is not open */
};

struct read_replica {
    struct read_replica_options options;
    struct evlog *log;                /* NULL: not open */
    struct projector *projector;      /* NULL: not open */
    int64_t retry_us;                 /* monotonic: nothing is tried before */
    struct status trouble;            /* OK: none */
    struct read_replica_begun *begun; /* of each partition */
};

struct read_replica *read_replica_open(const struct read_replica_options *options)
{
    struct read_replica *read_replica = mem_zalloc(1, sizeof *read_replica);
    read_replica->options = *options;
    read_replica->begun = mem_zalloc(options->partitions->count + 1, sizeof *read_replica->begun);
    return read_replica;
}

void read_replica_close(struct read_replica *read_replica)
{
    if (read_replica == NULL) {
        return;
    }
    projector_close(read_replica->projector);
    evlog_close(read_replica->log);
    mem_free(read_replica->begun);
    mem_free(read_replica);
}

/* A store that was begun anew is folded from the log again: somebody may wonder why it takes long.
 */
static void read_replica_tell_rebuilt(struct read_replica *read_replica)
{
    const struct daemon_partitions *partitions = read_replica->options.partitions;
    for (uint32_t i = 0; i < partitions->count; i++) {
        const struct partition *partition =
            projector_partition(read_replica->projector, partitions->numbers[i]);
        if (partition != NULL && partition->rebuilt.code != STATUS_OK) {
            struct diag_line line =
                diag_begin(read_replica->options.diag, DIAG_WARN, "store_begun_anew");
            diag_u64(&line, "partition", partitions->numbers[i]);
            diag_status(&line, &partition->rebuilt);
            diag_end(&line);
        }
    }
}

static struct status read_replica_start(struct read_replica *read_replica)
{
    const struct read_replica_options *own = &read_replica->options;
    if (read_replica->log == NULL) {
        TRY(data_dir_open_log(own->dir, true, &read_replica->log));
    }
    struct projector_options options = { .log = read_replica->log,
                                         .stores = own->dir->stores,
                                         .partitions = own->partitions->numbers,
                                         .partitions_count = own->partitions->count,
                                         .level_known = FORMAT_LEVEL,
                                         .cache_size = own->cache_size,
                                         .memory_max = READ_REPLICA_MEMORY_MAX,
                                         .shelf = own->shelf };
    TRY(projector_open(&options, &read_replica->projector));
    read_replica_tell_rebuilt(read_replica);
    return status_ok();
}

/* Tells when something begins or ceases to be in the way. */
static void read_replica_tell(struct read_replica *read_replica, struct status st, int64_t now_us)
{
    bool well = st.code == STATUS_OK;
    if (!well || read_replica->trouble.code != STATUS_OK) {
        struct diag_line line = diag_begin(read_replica->options.diag, well ? DIAG_INFO : DIAG_WARN,
                                           well ? "recovered" : "waiting");
        diag_status(&line, &st);
        diag_end(&line);
    }
    read_replica->trouble = st;
    read_replica->retry_us = well ? now_us : now_us + READ_REPLICA_RETRY_US;
}

static void read_replica_note_begun(struct read_replica *read_replica, int64_t now_us)
{
    const struct daemon_partitions *partitions = read_replica->options.partitions;
    for (uint32_t i = 0; i < partitions->count; i++) {
        struct read_replica_begun *begun = &read_replica->begun[i];
        const struct partition *partition =
            read_replica_partition(read_replica, partitions->numbers[i]);
        if (partition == NULL) {
            begun->us = 0;
        } else if (begun->us == 0) {
            *begun = (struct read_replica_begun){ partition->position.offset, now_us };
        }
    }
}

bool read_replica_step(struct read_replica *read_replica)
{
    int64_t now_us = clock_monotonic_us(&read_replica->options.clock);
    bool idle = true;
    if (now_us < read_replica->retry_us) {
        return true;
    }
    struct status st =
        read_replica->projector == NULL ? read_replica_start(read_replica) : status_ok();
    read_replica_note_begun(read_replica, now_us);
    if (st.code == STATUS_OK) {
        st = projector_step(read_replica->projector, now_us, &idle);
    }
    read_replica_tell(read_replica, st, now_us);
    return idle || st.code != STATUS_OK;
}

int read_replica_descriptor(const struct read_replica *read_replica)
{
    bool waits = read_replica->projector == NULL || read_replica->trouble.code != STATUS_OK;
    return waits ? -1 : projector_descriptor(read_replica->projector);
}

struct partition *read_replica_partition(struct read_replica *read_replica, uint32_t number)
{
    return read_replica->projector == NULL ? NULL
                                           : projector_partition(read_replica->projector, number);
}

static void read_replica_pace(const struct read_replica *read_replica,
                              const struct read_replica_begun *begun,
                              const struct partition *partition, struct replica_status *out)
{
    const struct position *position = &partition->position;
    int64_t took_us = clock_monotonic_us(&read_replica->options.clock) - begun->us;
    uint64_t end = projector_log_end(read_replica->projector, position->chain.partition);
    out->pace = pace_make(begun->offset, position, end, begun->us == 0 ? 0 : took_us);
    out->catching_up = pace_left(&out->pace) > 0 && partition->shelf == NULL;
}

static void read_replica_status(struct read_replica *read_replica, uint32_t number,
                                const struct read_replica_begun *begun, struct replica_status *out)
{
    const struct partition *partition = read_replica_partition(read_replica, number);
    struct status stopped = read_replica->projector == NULL
                                ? status_ok()
                                : projector_stopped(read_replica->projector, number);
    *out = (struct replica_status){
        .number = number,
        .state = stopped.code != STATUS_OK ? REPLICA_STOPPED
                 : partition == NULL       ? REPLICA_OPENING
                                           : REPLICA_FOLLOWER,
        .trouble = stopped.code != STATUS_OK ? stopped : read_replica->trouble,
    };
    if (partition != NULL) {
        replica_status_place(out, &partition->position);
        read_replica_pace(read_replica, begun, partition, out);
    }
}

uint32_t read_replica_statuses(struct read_replica *read_replica, struct replica_status *out,
                               uint32_t max)
{
    const struct daemon_partitions *partitions = read_replica->options.partitions;
    uint32_t count = partitions->count < max ? partitions->count : max;
    for (uint32_t i = 0; i < count; i++) {
        read_replica_status(read_replica, partitions->numbers[i], &read_replica->begun[i], &out[i]);
    }
    return count;
}
