/* Processes that write one log in memory, stepped by the test, and a client who puts commands on
 * it. Each process has its stakes in all partitions; its rank is its index. Commands come from the
 * operator `admin`, sealed. */
#ifndef TESTS_LIB_STAKES_KIT_H
#define TESTS_LIB_STAKES_KIT_H

#include "core/evlog/evlog_mem.h"
#include "writers/proof.h"
#include "writers/stakes.h"

enum {
    STAKES_KIT_MEMBERS = 3,
    STAKES_KIT_PARTITIONS = 2,
    STAKES_KIT_SILENCE_US = 1000 * 1000,
};

struct stakes_kit;

struct stakes_member {
    struct stakes_kit *kit;
    struct stakes *stakes; /* NULL: not running */
    struct clock_fake clock;
    uint32_t index;
    uint64_t process; /* its index + 1, unless the test says otherwise */
    char stores[256]; /* empty: in memory */
    unsigned reports; /* troubles told */
    unsigned heard;   /* records that the follower was told of */
    unsigned follows; /* calls of the follower to step */
};

struct stakes_kit {
    struct evlog_mem *mem;
    struct evlog *client;
    struct arena arena;
    struct str configuration;
    struct proof_key key;
    struct proof_cluster cluster;
    struct evlog_identity identity;
    int64_t now_us;
    struct stakes_member members[STAKES_KIT_MEMBERS];
};

/* An empty log; nobody runs. */
void stakes_kit_open(struct stakes_kit *kit);
void stakes_kit_close(struct stakes_kit *kit);

/* Starts a process that is not running; `stop` ends it as a crash does. */
void stakes_kit_start(struct stakes_kit *kit, uint32_t index);
void stakes_kit_stop(struct stakes_kit *kit, uint32_t index);
/* Moves all clocks. */
void stakes_kit_advance(struct stakes_kit *kit, int64_t us);
/* Steps all that run, letting time pass, for so many silences, and then until all is
 * done that can be done without time. */
void stakes_kit_run(struct stakes_kit *kit, unsigned silences);

/* Waits, in real time, until a process has settled: its storer is a thread. */
void stakes_kit_settle(struct stakes_kit *kit, uint32_t index);

/* An org whose commands lie in the partition; static memory. */
const char *stakes_kit_org(uint32_t partition);
/* A sealed CommandRecord: the name of its field in Command's JSON, and its JSON. */
struct str stakes_kit_command(struct stakes_kit *kit, const char *org_id, const char *command_id,
                              const char *command, const char *json);
/* Puts a record on the commands as the client. */
void stakes_kit_send(struct stakes_kit *kit, uint32_t partition, struct str key, struct str value);
/* Sends the command that makes the org of a partition, with id `make`. */
void stakes_kit_make_org(struct stakes_kit *kit, uint32_t partition);
/* Sends a command that registers a subject `s<n>`, with id `c<n>`. */
void stakes_kit_register(struct stakes_kit *kit, uint32_t partition, unsigned n);

/* Appends an EPOCH of somebody else that counts now; he never writes anything else. */
void stakes_kit_intrude(struct stakes_kit *kit, uint32_t partition);
/* The same, and it is the last: the history goes on elsewhere. */
void stakes_kit_conclude(struct stakes_kit *kit, uint32_t partition);

/* What the log says of a partition, folded anew. */
struct stakes_kit_truth {
    struct partition *partition;
    uint64_t commands_end;
    unsigned decided; /* decisions */
    unsigned repeats; /* true ones */
    unsigned others;  /* repeats with another content */
    unsigned epochs;
};
/* Folds it and counts; fails the test when a command is decided twice. Give it back with
 * partition_close. */
void stakes_kit_truth(struct stakes_kit *kit, uint32_t partition, struct stakes_kit_truth *truth);
/* All that run have the same state as the log. */
void stakes_kit_agree(struct stakes_kit *kit, const struct stakes_kit_truth *truth);
/* The records of the rejected, in order, one line "offset code" each; in the arena. */
const char *stakes_kit_rejected(struct stakes_kit *kit, uint32_t partition);
/* The process that serves a partition; -1: nobody. Fails the test if two say so and are idle. */
int stakes_kit_server(const struct stakes_kit *kit, uint32_t partition);

#endif
