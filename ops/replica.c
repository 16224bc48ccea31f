#include "ops/replica.h"

#include "core/base/memory.h"
#include "projectors/projector.h"

enum { REPLICA_RETRY_US = 1000 * 1000 };
static const size_t REPLICA_MEMORY_MAX = (size_t)64 << 20;

struct replica {
    struct replica_options options;
    struct evlog *log;           /* NULL: not open */
    struct projector *projector; /* NULL: not open */
    int64_t retry_us;            /* monotonic: nothing is tried before */
    struct status trouble;       /* OK: none */
};

struct replica *replica_open(const struct replica_options *options)
{
    struct replica *replica = mem_zalloc(1, sizeof *replica);
    replica->options = *options;
    return replica;
}

void replica_close(struct replica *replica)
{
    if (replica == NULL) {
        return;
    }
    projector_close(replica->projector);
    evlog_close(replica->log);
    mem_free(replica);
}

/* A store that was begun anew is folded from the log again: somebody may wonder why it takes long.
 */
static void replica_tell_rebuilt(struct replica *replica)
{
    const struct daemon_partitions *partitions = replica->options.partitions;
    for (uint32_t i = 0; i < partitions->count; i++) {
        const struct partition *partition =
            projector_partition(replica->projector, partitions->numbers[i]);
        if (partition != NULL && partition->rebuilt.code != STATUS_OK) {
            struct diag_line line =
                diag_begin(replica->options.diag, DIAG_WARN, "store_begun_anew");
            diag_u64(&line, "partition", partitions->numbers[i]);
            diag_status(&line, &partition->rebuilt);
            diag_end(&line);
        }
    }
}

static struct status replica_start(struct replica *replica)
{
    const struct replica_options *own = &replica->options;
    if (replica->log == NULL) {
        TRY(data_dir_open_log(own->dir, true, &replica->log));
    }
    struct projector_options options = { .log = replica->log,
                                         .stores = own->dir->stores,
                                         .partitions = own->partitions->numbers,
                                         .partitions_count = own->partitions->count,
                                         .level_known = FORMAT_LEVEL,
                                         .cache_size = own->cache_size,
                                         .memory_max = REPLICA_MEMORY_MAX };
    TRY(projector_open(&options, &replica->projector));
    replica_tell_rebuilt(replica);
    return status_ok();
}

/* Tells when something begins or ceases to be in the way. */
static void replica_tell(struct replica *replica, struct status st, int64_t now_us)
{
    bool well = st.code == STATUS_OK;
    if (!well || replica->trouble.code != STATUS_OK) {
        struct diag_line line = diag_begin(replica->options.diag, well ? DIAG_INFO : DIAG_WARN,
                                           well ? "recovered" : "waiting");
        diag_status(&line, &st);
        diag_end(&line);
    }
    replica->trouble = st;
    replica->retry_us = well ? now_us : now_us + REPLICA_RETRY_US;
}

bool replica_step(struct replica *replica)
{
    int64_t now_us = clock_monotonic_us(&replica->options.clock);
    bool idle = true;
    if (now_us < replica->retry_us) {
        return true;
    }
    struct status st = replica->projector == NULL ? replica_start(replica) : status_ok();
    if (st.code == STATUS_OK) {
        st = projector_step(replica->projector, now_us, &idle);
    }
    replica_tell(replica, st, now_us);
    return idle || st.code != STATUS_OK;
}

int replica_descriptor(const struct replica *replica)
{
    bool waits = replica->projector == NULL || replica->trouble.code != STATUS_OK;
    return waits ? -1 : projector_descriptor(replica->projector);
}

struct partition *replica_partition(struct replica *replica, uint32_t number)
{
    return replica->projector == NULL ? NULL : projector_partition(replica->projector, number);
}

static void replica_status(struct replica *replica, uint32_t number, struct cowriter_status *out)
{
    const struct partition *partition = replica_partition(replica, number);
    struct status stopped =
        replica->projector == NULL ? status_ok() : projector_stopped(replica->projector, number);
    *out = (struct cowriter_status){
        .number = number,
        .state = stopped.code != STATUS_OK ? COWRITER_STOPPED
                 : partition == NULL       ? COWRITER_OPENING
                                           : COWRITER_STANDBY,
        .trouble = stopped.code != STATUS_OK ? stopped : replica->trouble,
    };
    if (partition != NULL) {
        cowriter_status_place(out, &partition->position);
    }
}

uint32_t replica_statuses(struct replica *replica, struct cowriter_status *out, uint32_t max)
{
    const struct daemon_partitions *partitions = replica->options.partitions;
    uint32_t count = partitions->count < max ? partitions->count : max;
    for (uint32_t i = 0; i < count; i++) {
        replica_status(replica, partitions->numbers[i], &out[i]);
    }
    return count;
}
