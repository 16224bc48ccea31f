/* What the server is told and what it says: its options, and how a replica is. */
#ifndef WRITERS_CLUSTER_OPTIONS_H
#define WRITERS_CLUSTER_OPTIONS_H

#include "core/base/clock.h"
#include "core/evlog/opener.h"
#include "core/model/pace.h"
#include "core/model/partition.h"

struct command_signature_cluster;
struct writer_watch;

struct server_partition {
    uint32_t number;
    uint32_t
        rank; /* 0 = the first to take over; each rank waits for `election_timeout_us` longer */
};

/* Who does something with what counts: the publisher. All are NULL or none is; called in the
 * writer's thread, so none may block. */
struct server_observer {
    /* A partition has taken the next record of its decisions, which may be fenced; `head`
     * is that of the chain behind it. */
    void (*hear)(void *self, uint32_t partition, uint64_t offset, struct str value,
                 const struct hash *head);
    /* The partition has taken something, or the descriptor was readable, or a second is over.
     * `serving`: this process decides it. Borrowed for the call. */
    void (*step)(void *self, struct partition *partition, bool serving);
    /* To be watched along; -1: none now. */
    int (*descriptor)(void *self);
    void *self;
};

struct server_options {
    struct evlog_opener opener; /* used at the start and again whenever the log broke */
    struct evlog_reporter reporter;
    struct server_observer observer;
    const struct writer_watch *watch; /* borrowed; NULL: nobody */
    const char *stores; /* folder of the stores, `pNN` each; made if missing; NULL: in memory */
    struct clock clock;
    bool accept_clock;        /* it may leap ahead: see decider_clock.h */
    struct str configuration; /* a DecidingConfiguration, packed, for epochs that begin here */
    const struct command_signature_cluster *cluster; /* to check who sent a command */
    const struct server_partition *partitions;       /* NULL: all, of rank 0 */
    uint32_t partitions_count;
    int64_t election_timeout_us; /* T: a log so long without a record has no leader any more */
    uint64_t process;    /* a random number, kept beside the stores: the leader of every epoch that
                            begins here starts with it (server_process), so that the process takes
                            back at once, after a restart, what nobody else has taken since */
    uint64_t cache_size; /* of all stores together, bytes; 0: the stores' default */
    struct shelf *shelf; /* where stores are shown to other threads, once they have all that the log
                            had when it was opened; NULL: nowhere */
};

enum replica_state {
    REPLICA_OPENING,   /* the log or the disk refuses; tried again and again: see `trouble` */
    REPLICA_FOLLOWER,  /* folds what others write */
    REPLICA_CANDIDATE, /* its EPOCH is under way */
    REPLICA_LEADER,    /* decides and answers */
    REPLICA_STOPPED,   /* for good, see `trouble`: a person must act */
    REPLICA_STATES
};

/* A partition as of a moment ago. */
struct replica_status {
    uint32_t number;
    uint32_t rank;
    enum replica_state state;
    uint64_t epoch;
    struct evlog_id leader; /* of that epoch */
    uint64_t sequence;      /* of the last accepted record */
    uint64_t offset;        /* behind the last record that was read */
    uint64_t next_command_offset;
    int64_t time_us;        /* the latest that a record told */
    struct pace pace;       /* how far it is on its way to the log's end */
    bool catching_up;       /* it reads what the log had when it was opened, and is not shown yet */
    uint64_t root_sequence; /* the last boundary with a known root; 0: none */
    struct hash root;
    uint64_t decided;      /* by this process since it started: decisions, */
    uint64_t repeated;     /* answers to repeats, */
    uint64_t dead_letters; /* and what it could not decide */
    struct status trouble; /* OK: none */
};

/* What a position says of its partition. */
void replica_status_place(struct replica_status *status, const struct position *position);

extern const char *const replica_state_names[REPLICA_STATES];
/* The process that began an epoch. */
uint64_t server_process(struct evlog_id leader);

#endif
