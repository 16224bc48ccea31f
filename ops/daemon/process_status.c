#include "ops/daemon/process_status.h"

#include <stdio.h>
#include <unistd.h>

#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"
#include "ops/daemon/daemon_options.h"
#include "ops/version.h"

static Agency__V1__PartitionState process_status_state(enum replica_state state)
{
    switch (state) {
    case REPLICA_OPENING:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_OPENING;
    case REPLICA_FOLLOWER:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_FOLLOWER;
    case REPLICA_CANDIDATE:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_CANDIDATE;
    case REPLICA_LEADER:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_LEADER;
    case REPLICA_STOPPED:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_STOPPED;
    case REPLICA_STATES:
        break;
    }
    return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_UNSPECIFIED;
}

static struct status process_status_id(struct arena *arena, uint64_t process, char **text)
{
    char hex[17];
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)process);
    return arena_text(arena, str_z(hex), text);
}

static struct status process_status_pace(struct arena *arena, const struct replica_status *status,
                                         int64_t now_us, Agency__V1__PartitionStatus *said)
{
    const struct pace *pace = &status->pace;
    said->offset = pace->offset > said->offset ? pace->offset : said->offset;
    said->log_end = pace->end > said->offset ? pace->end : said->offset;
    said->lag_records = said->log_end - said->offset;
    said->lag_us = said->lag_records > 0 ? pace_lag_us(pace, now_us) : 0;
    if (!status->catching_up) {
        return status_ok();
    }
    TRY(pb_new(arena, &agency__v1__catch_up__descriptor, &said->catch_up));
    said->catch_up->begin = pace->begin;
    said->catch_up->records_per_second = pace->per_second;
    said->catch_up->left_us = pace_left_us(pace);
    return status_ok();
}

static struct status process_status_partition(struct arena *arena,
                                              const struct replica_status *status, int64_t now_us,
                                              Agency__V1__PartitionStatus **out)
{
    Agency__V1__PartitionStatus *said;
    TRY(pb_new(arena, &agency__v1__partition_status__descriptor, &said));
    said->partition = status->number;
    said->state = process_status_state(status->state);
    said->epoch = status->epoch;
    said->sequence = status->sequence;
    said->offset = status->offset;
    said->next_command_offset = status->next_command_offset;
    said->rank = status->rank;
    said->root_sequence = status->root_sequence;
    if (status->root_sequence > 0) {
        struct str root = arena_copy(arena, hash_str(&status->root));
        if (root.data == NULL) {
            return arena_full(arena);
        }
        said->root = (ProtobufCBinaryData){ root.size, (uint8_t *)(uintptr_t)root.data };
    }
    TRY(arena_text(arena, str_z(status->trouble.msg), &said->trouble));
    TRY(process_status_pace(arena, status, now_us, said));
    *out = said;
    return status->epoch == 0
               ? status_ok()
               : process_status_id(arena, server_process(status->leader), &said->leader);
}

static struct status process_status_partitions(struct arena *arena,
                                               const struct process_facts *facts, int64_t now_us,
                                               Agency__V1__ProcessStatus *said)
{
    uint32_t count = facts->partitions_count;
    ARENA_TRY(arena, said->partitions, arena_alloc(arena, (count + 1) * sizeof(void *)));
    for (uint32_t i = 0; i < count; i++) {
        TRY(process_status_partition(arena, &facts->partitions[i], now_us, &said->partitions[i]));
        said->partitions[i]->published_sequence = facts->published[i];
        said->decided += facts->partitions[i].decided;
        said->dead_letters += facts->partitions[i].dead_letters;
    }
    said->n_partitions = count;
    said->published = facts->published_count;
    said->clock_ahead_us = facts->clock_ahead_us;
    return status_ok();
}

static struct status process_status_roles(struct arena *arena, unsigned roles,
                                          Agency__V1__ProcessStatus *said)
{
    static const enum daemon_role all[] = { DAEMON_WRITER, DAEMON_PROJECTOR, DAEMON_QUERY };
    ARENA_TRY(arena, said->roles, arena_alloc(arena, sizeof all / sizeof all[0] * sizeof(void *)));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (roles & all[i]) {
            TRY(arena_text(arena, str_z(daemon_role_name(all[i])), &said->roles[said->n_roles++]));
        }
    }
    return status_ok();
}

static struct status process_status_process(struct arena *arena, const struct process *process,
                                            Agency__V1__ProcessStatus *said)
{
    char host[256] = { 0 };
    gethostname(host, sizeof host - 1);
    said->pid = (uint32_t)getpid();
    said->level_known = FORMAT_LEVEL;
    TRY(process_status_id(arena, process->number, &said->process_id));
    TRY(arena_text(arena, str_z(host), &said->host));
    TRY(arena_text(arena, str_z(AGENCY_VERSION), &said->version));
    TRY(process_status_roles(arena, process->roles, said));
    return fields_time_new(arena, process->started_us, &said->started_at);
}

struct status process_status_make(struct arena *arena, const struct process *process,
                                  int64_t now_us, const struct process_facts *facts,
                                  Agency__V1__ProcessStatus **out)
{
    Agency__V1__ProcessStatus *said;
    TRY(pb_new(arena, &agency__v1__process_status__descriptor, &said));
    TRY(process_status_process(arena, process, said));
    TRY(process_status_partitions(arena, facts, now_us, said));
    *out = said;
    return fields_time_new(arena, now_us, &said->at);
}
