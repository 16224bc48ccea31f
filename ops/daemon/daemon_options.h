/* What agencyd is told: its options, and what they mean. */
#ifndef OPS_DAEMON_DAEMON_OPTIONS_H
#define OPS_DAEMON_DAEMON_OPTIONS_H

#include "core/base/config.h"
#include "core/base/limits.h"
#include "ops/folder_conf.h"

enum daemon_role { DAEMON_WRITER = 1, DAEMON_PROJECTOR = 2, DAEMON_QUERY = 4 };

struct daemon_options {
    struct str config;
    struct str data;
    struct str roles;
    struct str partitions;
    int64_t rank;
    int64_t ranks;
    int64_t election_timeout_us;
    struct folder_conf operators;
    bool commands_trusted;
    bool accept_clock;
    int64_t cache_size;
    bool access_events;
    int64_t status_every_us;
    struct str listen;
    struct str anonymous;
    struct str tls_certificate;
    struct str tls_key;
    struct str issuers;
    struct str issuer_authorities;
    struct str client_authorities;
    struct str operator_keys;
    bool api_keys;
    struct str public_url;
    int64_t connection_age_us;
    struct str operations_listen;
    struct str trace_endpoint;
    int64_t trace_one_in;
    int log_level;
    int log_format;
    bool help;
};

extern const struct config_option daemon_options[];
extern const size_t daemon_options_count;

/* Reads them from the arguments, the variables AGENCYD_... of the environment, and the file that
 * these name; the first of them that says something counts. Strings lie in the
 * arena or are the arguments'. INVALID_ARGUMENT says where. Statuses of reading the file. */
MUST_USE struct status daemon_options_read(struct daemon_options *options, struct arena *arena,
                                           int argc, char **argv, char *const *environment);

/* The partitions that a process follows. */
struct daemon_partitions {
    uint32_t numbers[PARTITIONS_MAX];
    uint32_t count;
};

/* The roles as bits. INVALID_ARGUMENT. */
MUST_USE struct status daemon_options_roles(struct str text, unsigned *roles);
/* The name of one role. */
const char *daemon_role_name(enum daemon_role role);
/* "all", or numbers and ranges below `all_count`: "0-7,12". INVALID_ARGUMENT. */
MUST_USE struct status daemon_options_partitions(struct str text, uint32_t all_count,
                                                 struct daemon_partitions *partitions);
/* The rank of this process for a partition: spread over `ranks` processes, so that each is the
 * first for its part; who is behind them is so for all. */
uint32_t daemon_options_rank(const struct daemon_options *options, uint32_t partition);
/* What an EPOCH says of how is decided; what the options do not say, the folder does. It lies in
 * the arena. INVALID_ARGUMENT. */
MUST_USE struct status daemon_options_configuration(const struct daemon_options *options,
                                                    const struct folder_conf *folder,
                                                    struct arena *arena, struct str *configuration);

#endif
