/* A log in memory with decisions of a real decider, for tests of what is folded from it. The org is
 * `acme`, made by the operator `admin`; its owner is `root`. */
#ifndef TESTS_LIB_PARTITION_KIT_H
#define TESTS_LIB_PARTITION_KIT_H

#include "core/evlog/evlog_mem.h"
#include "core/keyring/keyring.h"
#include "core/model/partition.h"
#include "tests/lib/folder_tool.h"
#include "writers/decider.h"
#include "writers/timers.h"

struct partition_kit {
    char folder[FOLDER_TOOL_PATH_MAX];
    char store[FOLDER_TOOL_PATH_MAX + 8]; /* a folder in it */
    struct evlog_mem *mem;
    struct evlog *log;
    struct partition *decided; /* what the decider stands on, in memory */
    struct decider decider;
    struct arena arena;
    int64_t now_us; /* the decider's clock; every command moves it on by a second */
    unsigned commands_count;
    struct keyring keyring; /* of the intake; none at first */
    struct timers *timers;  /* who leads works off by turns what is due, and refuses a command
                               before which that is too much; NULL: all of it is waited for */
};

/* A log with one EPOCH; exclusive where the kind is not said. */
void partition_kit_open_on(struct partition_kit *kit, enum evlog_mem_kind kind);
void partition_kit_open(struct partition_kit *kit);
/* Makes the org. */
void partition_kit_make_org(struct partition_kit *kit);
/* Both. */
void partition_kit_open_org(struct partition_kit *kit);
void partition_kit_close(struct partition_kit *kit);

/* Decides a command as `admin` and appends the decision: the name of its field in Command's JSON,
 * and its JSON. `occurred_at` is a time as JSON has it, or NULL. Fails the test unless it is
 * accepted.
 */
void partition_kit_do(struct partition_kit *kit, const char *occurred_at, const char *command,
                      const char *json);
/* The same of now, its JSON formatted. */
void partition_kit_make(struct partition_kit *kit, const char *command, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* The same, where a rejection is as good, and with timers a refusal, too. Gives the answer. */
struct submit_answer partition_kit_decide(struct partition_kit *kit, const char *occurred_at,
                                          const char *command, const char *json);
/* The same of a line of agencyctl import: a whole command as JSON. */
struct submit_answer partition_kit_decide_line(struct partition_kit *kit, struct str line);
/* Appends a record that continues the decider's chain, which has moved over it. */
void partition_kit_pass(struct partition_kit *kit, struct str value);
/* Appends a TICK. */
void partition_kit_tick(struct partition_kit *kit);
/* Appends a TICK that tells the root of a boundary, for others to take: the last of this log. */
void partition_kit_tell_root(struct partition_kit *kit, uint64_t sequence, const struct hash *root);
/* Appends an EPOCH of a new owner. */
void partition_kit_epoch(struct partition_kit *kit);

/* How to open the log's partition; in memory if `store` is NULL. */
struct partition_options partition_kit_options(const struct partition_kit *kit, const char *store);
/* Opens it, takes all of the log, writes. Fails the test if it cannot. */
struct partition *partition_kit_fold(const struct partition_kit *kit, const char *store);
/* Takes what the log has more. */
MUST_USE struct status partition_kit_catch_up(const struct partition_kit *kit,
                                              struct partition *partition);
/* The state root as hexadecimal text; static memory. */
const char *partition_kit_root(const struct partition *partition);

#endif
