/* Processes that write one log in memory, stepped by the test, and a client who puts commands on
 * it. Each process has its replicas in all partitions; its rank is its index. Commands come from
 * the operator `admin`, sealed. */
#ifndef TESTS_LIB_REPLICAS_KIT_H
#define TESTS_LIB_REPLICAS_KIT_H

#include "core/auth/command_signature.h"
#include "core/evlog/evlog_mem.h"
#include "writers/cluster/replicas.h"

enum {
    REPLICAS_KIT_MEMBERS = 3,
    REPLICAS_KIT_PARTITIONS = 2,
    REPLICAS_KIT_ELECTION_TIMEOUT_US = 1000 * 1000,
};

struct replicas_kit;

struct replicas_member {
    struct replicas_kit *kit;
    struct replicas *replicas; /* NULL: not running */
    struct clock_fake clock;
    uint32_t index;
    uint64_t process; /* its index + 1, unless the test says otherwise */
    char stores[256]; /* empty: in memory */
    unsigned reports; /* troubles told */
    unsigned heard;   /* records that the follower was told of */
    unsigned follows; /* calls of the follower to step */
};

struct replicas_kit {
    struct evlog_mem *mem;
    struct evlog *client;
    struct arena arena;
    struct str configuration;
    struct command_signature_key key;
    struct command_signature_cluster cluster;
    struct evlog_identity identity;
    int64_t now_us;
    struct replicas_member members[REPLICAS_KIT_MEMBERS];
};

/* An empty log; nobody runs. */
void replicas_kit_open(struct replicas_kit *kit);
void replicas_kit_close(struct replicas_kit *kit);
/* Opens it with one process that serves, and an org in partition 0. */
void replicas_kit_open_serving(struct replicas_kit *kit);

/* Starts a process that is not running; `stop` ends it as a crash does. */
void replicas_kit_start(struct replicas_kit *kit, uint32_t index);
void replicas_kit_stop(struct replicas_kit *kit, uint32_t index);
/* Moves all clocks. */
void replicas_kit_advance(struct replicas_kit *kit, int64_t us);
/* Steps all that run, letting time pass, for so many silences, and then until all is
 * done that can be done without time. */
void replicas_kit_run(struct replicas_kit *kit, unsigned silences);

/* Waits, in real time, until a process has settled: its flusher is a thread. */
void replicas_kit_settle(struct replicas_kit *kit, uint32_t index);

/* An org whose commands lie in the partition; static memory. */
const char *replicas_kit_org(uint32_t partition);
/* A sealed CommandRecord: the name of its field in Command's JSON, and its JSON. */
struct str replicas_kit_command(struct replicas_kit *kit, const char *org_id,
                                const char *command_id, const char *command, const char *json);
/* The same of a command that says when it happened. */
struct str replicas_kit_import(struct replicas_kit *kit, const char *org_id, const char *command_id,
                               int64_t occurred_at_us, const char *command, const char *json);
/* Puts a record on the commands as the client. */
void replicas_kit_send(struct replicas_kit *kit, uint32_t partition, struct str key,
                       struct str value);
/* Sends the command that makes the org of a partition, with id `make`. */
void replicas_kit_make_org(struct replicas_kit *kit, uint32_t partition);
/* Sends a command that registers a subject `s<n>`, with id `c<n>`. */
void replicas_kit_register(struct replicas_kit *kit, uint32_t partition, unsigned n);

/* Appends an EPOCH of somebody else that counts now; he never writes anything else. */
void replicas_kit_intrude(struct replicas_kit *kit, uint32_t partition);
/* The same, and it is the last: the history goes on elsewhere. */
void replicas_kit_conclude(struct replicas_kit *kit, uint32_t partition);

/* What the log says of a partition, folded anew. */
struct replicas_kit_truth {
    struct partition *partition;
    uint64_t commands_end;
    unsigned decided; /* decisions */
    unsigned repeats; /* true ones */
    unsigned others;  /* repeats with another content */
    unsigned epochs;
};
/* Folds it and counts; fails the test when a command is decided twice. Give it back with
 * partition_close. */
void replicas_kit_truth(struct replicas_kit *kit, uint32_t partition,
                        struct replicas_kit_truth *truth);
/* All that run have the same state as the log. */
void replicas_kit_agree(struct replicas_kit *kit, const struct replicas_kit_truth *truth);
/* The dead letters, in order, one line "offset code" each; in the arena. */
const char *replicas_kit_dead_letters(struct replicas_kit *kit, uint32_t partition);
/* The process that serves a partition; -1: nobody. Fails the test if two say so and are idle. */
int replicas_kit_server(const struct replicas_kit *kit, uint32_t partition);

#endif
