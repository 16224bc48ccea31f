/* What became of a load, as the log has it: read from the beginning by the acceptance rule, and
 * compared with what the client was told and with what is published. */
#ifndef TESTS_LIB_AUDIT_H
#define TESTS_LIB_AUDIT_H

#include "tests/lib/load.h"

struct audit {
    uint64_t acknowledged; /* commands that the client has an answer to */
    uint64_t lost;         /* of them: not in the log as they were answered */
    uint64_t twice;        /* commands with more than one decision */
    uint64_t unasked;      /* decisions of commands that were never sent */
    uint64_t untrue;       /* published outcomes that are not what the log says */
    uint64_t unpublished;  /* decisions without an outcome */
    uint64_t dead_letters; /* records of the stream of dead letters */
    uint64_t decisions;    /* accepted records, here and below */
    uint64_t repeats;
    uint64_t epochs;
    uint64_t fenced; /* records that do not count */
    char fault[256]; /* about the first that should not be */
};

/* Nothing else may be writing. Fails the test only where the log cannot be read. */
void audit_run(const struct load *load, struct evlog *log, struct audit *audit);
/* How many of lost, twice, unasked, untrue and unpublished there are. */
uint64_t audit_faults(const struct audit *audit);

/* Folds a partition anew, and catches its store (a folder of an ended process) up: fails the test
 * unless all rows and the root are the same. */
void audit_store(struct evlog *log, uint32_t partition, const char *store);

#endif
