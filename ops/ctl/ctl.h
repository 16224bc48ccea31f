/* agencyctl: what its verbs share. */
#ifndef OPS_CTL_CTL_H
#define OPS_CTL_CTL_H

#include <protobuf-c/protobuf-c.h>

#include "agency/v1/query.pb-c.h"
#include "core/base/clock.h"
#include "core/base/config.h"
#include "core/domain/registry/registry.h"
#include "core/pb/types.h"
#include "ops/data_dir.h"

/* Exit codes, for scripts; they are in the README. */
enum ctl_exit {
    CTL_OK = 0,
    CTL_FAILED = 1,   /* could not be done or answered */
    CTL_USAGE = 2,    /* called wrongly */
    CTL_REJECTED = 3, /* a command was rejected, or could not be decided */
    CTL_DENIED = 4,   /* check: not allowed */
    CTL_DAMAGED = 5,  /* data is damaged or lost */
};

enum ctl_output { CTL_TABLE, CTL_JSON };

struct server_client;

struct ctl_options {
    struct str data;
    struct str server;
    struct str token_file;
    struct str key_file;
    struct str authorities;
    struct str certificate;
    struct str certificate_key;
    struct str org;
    struct str principal;
    struct str principal_file;
    struct str key;
    int output;
    struct str as_of;
    struct str at_least;
    bool final;
    struct str command_id;
    struct str issued_at;
    struct str occurred_at;
    struct str on_behalf_of;
    struct str actors;
    struct str context;
    int64_t expected_version;
    struct config_pairs notes;
    bool all;
    int64_t limit;
    struct str page;
    struct str after;
    bool access;
    bool once;
    bool follow;
    struct str filter;
    bool stuck;
    struct str order;
    int64_t depth;
    struct str batch;
    struct str as;
    struct str set;
    bool prune;
    struct str role_type;
    int64_t partition;
    struct str from;
    struct str to;
    struct str note;
    struct str on;
    bool accept_lost_tail;
    bool accept_clock;
    int64_t timeout_us;
    struct kafka_conf kafka;
    struct str cluster_key;
    int64_t partitions;
    int64_t replicas;
    int64_t commands_kept_us; /* 0: for ever, like the next */
    int64_t outcomes_kept_us;
    int64_t events_kept_us;
    int64_t dead_letters_kept_us;
    bool version;
    bool help;
};

/* Which options were given where, by their places in the table. */
struct ctl_sources {
    uint64_t file; /* the saved context */
    uint64_t environment;
    uint64_t arguments;
};

struct ctl {
    struct ctl_options options;
    struct ctl_sources sources;
    struct arena arena;
    struct clock clock;
    struct data_dir dir;
    struct keyring keyring;       /* of the folder; none beside a server */
    struct server_client *server; /* who answers; NULL: the data folder itself */
    struct pb_types types;        /* of entities, for JSON; once they are needed */
    struct buf out;               /* goes to standard output at the end, or by ctl_flush */
    struct str next_page;         /* of a list that was cut: told behind it; empty: it was whole */
    int unwritten;                /* errno of what could not be written there; 0: all was */
    int exit;                     /* CTL_OK until a verb says otherwise */
    int argc;                     /* the verb's own arguments */
    char **argv;
};

/* The options, for --help and the README. */
extern const struct config_option ctl_options[];
extern const size_t ctl_options_count;

/* Writes ctl->out to standard output and empties it. */
void ctl_flush(struct ctl *ctl);
/* Appends a message as a line of JSON. */
MUST_USE struct status ctl_json(struct ctl *ctl, const ProtobufCMessage *message);

/* INVALID_ARGUMENT: --org is missing. */
MUST_USE struct status ctl_need_org(const struct ctl *ctl);
/* INVALID_ARGUMENT: --server is given, and so no folder that can have a keyring. */
MUST_USE struct status ctl_need_keyring(const struct ctl *ctl);

/* What the verb's arguments name, in the arena: KIND, KIND:ID, or nothing, which leaves it as it
 * is. INVALID_ARGUMENT: there is no such kind. */
MUST_USE struct status ctl_entity(struct ctl *ctl, char **entity);

/* Makes --to the moment asked about. INVALID_ARGUMENT, which names it: it is no moment, or in the
 * future. */
MUST_USE struct status ctl_to(struct ctl *ctl);

/* INVALID_ARGUMENT: --partition is none of the log's. */
MUST_USE struct status ctl_partition(const struct ctl *ctl, const struct evlog_identity *log);

/* What --...-retention say: milliseconds by stream, -1: for ever. */
void ctl_retention(const struct ctl *ctl, int64_t retention_ms[EVLOG_STREAMS]);

/* Who acted, as a decision has it. */
struct ctl_actor {
    const char *operator_name;
    const char *subject_id;
    const char *on_behalf_of;
    char *const *actors;
    size_t actors_count;
    const Agency__V1__Authority *authority;
};

/* Appends a decision as people read it: number, time, command, who, annotations. */
void ctl_say_decision(struct ctl *ctl, const Agency__V1__DecisionItem *item);
/* "  constraint CONSTRAINT_ID (version N) warns: what it tells: why", a line each. */
void ctl_say_constraints(struct ctl *ctl, Agency__V1__ConstraintResult *const *results,
                         size_t count);
/* Appends " by operator X", " by S", " by S on behalf of T" or " by S through A, B on behalf of T";
 * " by schedule X as S" of what an entity carried, " by time" where nobody acted. */
void ctl_say_actor(struct ctl *ctl, const struct ctl_actor *actor);
/* The subjects that --actors names, in the arena. INVALID_ARGUMENT: an empty one. */
MUST_USE struct status ctl_actors(struct ctl *ctl, char ***actors, size_t *count);

/* What --context says, in the arena; NULL: nothing. INVALID_ARGUMENT: it is no object of JSON.
 * Statuses of small_file_read. */
MUST_USE struct status ctl_question_context(struct ctl *ctl, Google__Protobuf__Struct **context);

/* One verb each; ops/ctl/agencyctl.c has the table with what they take. */
typedef struct status ctl_verb(struct ctl *ctl);
ctl_verb ctl_init, ctl_submit, ctl_import, ctl_export, ctl_get, ctl_list, ctl_check, ctl_who,
    ctl_history, ctl_diff, ctl_access, ctl_access_held, ctl_watch, ctl_orgs, ctl_org_tree,
    ctl_org_above, ctl_stints, ctl_costly, ctl_log, ctl_log_create, ctl_log_join, ctl_log_copy,
    ctl_log_id, ctl_status, ctl_rebuild, ctl_verify, ctl_cel, ctl_schema, ctl_openapi, ctl_key_new,
    ctl_key_show, ctl_key_api, ctl_keyring, ctl_keyring_rotate, ctl_keyring_rehash,
    ctl_keyring_retire, ctl_context, ctl_context_save, ctl_context_forget, ctl_completion,
    ctl_explain, ctl_plan, ctl_apply, ctl_dry_run;

#endif
