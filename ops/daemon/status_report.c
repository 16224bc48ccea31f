#include "ops/daemon/status_report.h"

#include <stdio.h>
#include <unistd.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/memory.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"
#include "ops/daemon/daemon_options.h"
#include "ops/version.h"

enum { BULLETIN_RETRY_US = 5 * 1000000, BULLETIN_LAST_US = 1000000 };
static const size_t BULLETIN_ARENA_MAX = (size_t)16 << 20;

struct bulletin {
    struct bulletin_options options;
    struct arena arena; /* of one record */
    struct evlog *log;  /* NULL: not open */
    bool under_way;     /* the last one is not acknowledged yet */
    int64_t started_us;
    int64_t next_us; /* monotonic */
};

struct bulletin *bulletin_open(const struct bulletin_options *options)
{
    struct bulletin *bulletin = mem_zalloc(1, sizeof *bulletin);
    bulletin->options = *options;
    bulletin->started_us = clock_now_us(&options->clock);
    arena_init(&bulletin->arena, BULLETIN_ARENA_MAX);
    return bulletin;
}

/* ---- what is said ---- */

static Agency__V1__PartitionState bulletin_state(enum replica_state state)
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

static struct status bulletin_text(struct arena *arena, const char *text, char **copy)
{
    struct str copied = arena_copy(arena, str_z(text));
    *copy = (char *)(uintptr_t)copied.data;
    return copied.data == NULL ? arena_full(arena) : status_ok();
}

static struct status bulletin_id(struct arena *arena, uint64_t process, char **text)
{
    char hex[17];
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)process);
    return bulletin_text(arena, hex, text);
}

static struct status bulletin_partition(struct arena *arena, const struct replica_status *status,
                                        Agency__V1__PartitionStatus **out)
{
    Agency__V1__PartitionStatus *said;
    TRY(pb_new(arena, &agency__v1__partition_status__descriptor, &said));
    said->partition = status->number;
    said->state = bulletin_state(status->state);
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
    TRY(bulletin_text(arena, status->trouble.msg, &said->trouble));
    *out = said;
    return status->epoch == 0 ? status_ok()
                              : bulletin_id(arena, server_process(status->leader), &said->leader);
}

static struct status bulletin_partitions(struct arena *arena, const struct bulletin_facts *facts,
                                         Agency__V1__ProcessStatus *said)
{
    uint32_t count = facts->partitions_count;
    ARENA_TRY(arena, said->partitions, arena_alloc(arena, (count + 1) * sizeof(void *)));
    for (uint32_t i = 0; i < count; i++) {
        TRY(bulletin_partition(arena, &facts->partitions[i], &said->partitions[i]));
        said->partitions[i]->published_sequence = facts->published[i];
        said->decided += facts->partitions[i].decided;
        said->dead_letters += facts->partitions[i].dead_letters;
    }
    said->n_partitions = count;
    said->published = facts->published_count;
    return status_ok();
}

static struct status bulletin_roles(struct arena *arena, unsigned roles,
                                    Agency__V1__ProcessStatus *said)
{
    static const enum daemon_role all[] = { DAEMON_WRITER, DAEMON_PROJECTOR, DAEMON_QUERY };
    ARENA_TRY(arena, said->roles, arena_alloc(arena, sizeof all / sizeof all[0] * sizeof(void *)));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (roles & all[i]) {
            TRY(bulletin_text(arena, daemon_role_name(all[i]), &said->roles[said->n_roles++]));
        }
    }
    return status_ok();
}

static struct status bulletin_process(struct bulletin *bulletin, Agency__V1__ProcessStatus *said)
{
    const struct bulletin_options *options = &bulletin->options;
    struct arena *arena = &bulletin->arena;
    char host[256] = { 0 };
    gethostname(host, sizeof host - 1);
    said->pid = (uint32_t)getpid();
    said->level_known = FORMAT_LEVEL;
    TRY(bulletin_id(arena, options->process, &said->process_id));
    TRY(bulletin_text(arena, host, &said->host));
    TRY(bulletin_text(arena, AGENCY_VERSION, &said->version));
    TRY(bulletin_roles(arena, options->roles, said));
    TRY(fields_time_new(arena, bulletin->started_us, &said->started_at));
    return fields_time_new(arena, clock_now_us(&options->clock), &said->at);
}

/* ---- saying it ---- */

static struct status bulletin_send(struct bulletin *bulletin, const Agency__V1__ProcessStatus *said)
{
    struct str value;
    TRY(pb_pack(&bulletin->arena, &said->base, &value));
    struct evlog_item item = { .stream = EVLOG_STATUS,
                               .key = str_z(said->process_id),
                               .value = value };
    TRY(evlog_append(bulletin->log, &item, 1));
    bulletin->under_way = true;
    return status_ok();
}

static struct status bulletin_say(struct bulletin *bulletin, const struct bulletin_facts *facts,
                                  bool leaving)
{
    Agency__V1__ProcessStatus *said;
    arena_reset(&bulletin->arena);
    TRY(pb_new(&bulletin->arena, &agency__v1__process_status__descriptor, &said));
    TRY(bulletin_process(bulletin, said));
    TRY(bulletin_partitions(&bulletin->arena, facts, said));
    said->leaving = leaving;
    return bulletin_send(bulletin, said);
}

/* What is acknowledged makes room for the next; a broken log is opened again. */
static struct status bulletin_poll(struct bulletin *bulletin)
{
    struct evlog_completion done;
    size_t count;
    if (bulletin->log == NULL) {
        TRY(data_dir_open_log(bulletin->options.dir, false, &bulletin->log));
    }
    TRY(evlog_poll(bulletin->log, &done, 1, &count));
    bulletin->under_way &= count == 0;
    return status_ok();
}

static void bulletin_drop(struct bulletin *bulletin, struct status why)
{
    struct diag_line line = diag_begin(bulletin->options.diag, DIAG_WARN, "status_not_published");
    diag_status(&line, &why);
    diag_end(&line);
    evlog_close(bulletin->log);
    bulletin->log = NULL;
    bulletin->under_way = false;
    bulletin->next_us = clock_monotonic_us(&bulletin->options.clock) + BULLETIN_RETRY_US;
}

void bulletin_step(struct bulletin *bulletin, const struct bulletin_facts *facts)
{
    int64_t now_us = clock_monotonic_us(&bulletin->options.clock);
    if (now_us < bulletin->next_us) {
        return;
    }
    bulletin->next_us = now_us + bulletin->options.every_us;
    struct status st = bulletin_poll(bulletin);
    if (st.code == STATUS_OK && !bulletin->under_way) {
        st = bulletin_say(bulletin, facts, false);
    }
    if (st.code != STATUS_OK) {
        bulletin_drop(bulletin, st);
    }
}

static struct status bulletin_await(struct bulletin *bulletin)
{
    int64_t until = clock_monotonic_us(&bulletin->options.clock) + BULLETIN_LAST_US;
    TRY(bulletin_poll(bulletin));
    while (bulletin->under_way && clock_monotonic_us(&bulletin->options.clock) < until) {
        evlog_wait(evlog_descriptor(bulletin->log), BULLETIN_LAST_US / 10);
        TRY(bulletin_poll(bulletin));
    }
    return status_ok();
}

/* The last word of a clean stop; nobody misses it where it does not get through. */
static struct status bulletin_leave(struct bulletin *bulletin, const struct bulletin_facts *facts)
{
    TRY(bulletin_await(bulletin));
    TRY(bulletin->under_way ? status_ok() : bulletin_say(bulletin, facts, true));
    return bulletin_await(bulletin);
}

void bulletin_close(struct bulletin *bulletin, const struct bulletin_facts *facts)
{
    if (bulletin == NULL) {
        return;
    }
    struct status left = bulletin->log == NULL ? status_ok() : bulletin_leave(bulletin, facts);
    (void)left; /* somebody will miss it after a while */
    evlog_close(bulletin->log);
    arena_release(&bulletin->arena);
    mem_free(bulletin);
}
