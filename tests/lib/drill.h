/* The whole system on the test program's broker: a log, processes of agencyd, each with a data
 * folder of its own, and a client under load. T is one second. At the end the log is audited. All
 * fail the test by themselves; the processes of a test that failed are shown and ended with the
 * next one. */
#ifndef TESTS_LIB_DRILL_H
#define TESTS_LIB_DRILL_H

#include "core/base/buf.h"
#include "core/evlog/evlog_kafka.h"
#include "tests/lib/audit.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/process_tool.h"

enum { DRILL_MEMBERS_MAX = 3, DRILL_PREFIX_SIZE = 64, DRILL_ELECTION_TIMEOUT_MS = 1000 };

struct drill_member {
    char data[FOLDER_TOOL_PATH_MAX + 16]; /* its data folder */
    char log[FOLDER_TOOL_PATH_MAX + 16];  /* what it prints */
    bool made;
    struct process_tool process;
};

struct drill {
    char folder[FOLDER_TOOL_PATH_MAX];
    char prefix[DRILL_PREFIX_SIZE];
    struct evlog_kafka_options options;
    struct buf cluster_key;
    struct drill_member members[DRILL_MEMBERS_MAX];
    struct load *load;
    struct audit audit; /* of drill_close, */
    double pause;       /* seconds */
};

/* Makes a log, and the data folder of member 0. Skips the test where there is no Java. */
void drill_open(struct drill *drill, uint32_t partitions_count);
/* Starts a member: as writer (it takes over what has been silent for T * (1 + rank)) and projector.
 * Makes its folder when it has none. */
void drill_start(struct drill *drill, int member, int rank);
/* Begins a load of so many commands at most, and waits until the first is answered everywhere. */
void drill_load(struct drill *drill, uint32_t orgs_count, uint64_t commands_max);
/* Settles the load, stops the members and audits; says in one line how it went. Every store must be
 * what the log says. */
void drill_close(struct drill *drill, const char *what);

/* Ends it without an audit: of a log that cannot be read any more. */
void drill_abandon(struct drill *drill);

/* Runs agencyctl on a member's folder; `words` end in NULL. Gives its exit code; what it prints is
 * added to the file FOLDER/ctl.log. */
int drill_ctl(struct drill *drill, int member, const char *const *words);
/* Waits until it has; fails the test after so many seconds. */
void drill_await(const struct drill *drill, int member, const char *text, double seconds_max);

#endif
