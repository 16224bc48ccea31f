/* Logs on the test program's broker: made, put under load, owned. All fail the test by themselves.
 */
#ifndef TESTS_LIB_KAFKA_TOOL_H
#define TESTS_LIB_KAFKA_TOOL_H

#include "core/evlog/chain.h"
#include "core/evlog/evlog_kafka.h"

enum { KAFKA_TOOL_PARTITIONS = 2, KAFKA_TOOL_LOAD = 40000, KAFKA_TOOL_PREFIX_SIZE = 64 };

/* The options of a new, not yet existing log, whose prefix is written into `prefix`. Skips the test
 * where there is no Java. */
struct evlog_kafka_options kafka_tool_options(char prefix[KAFKA_TOOL_PREFIX_SIZE]);
/* The options of a new log that is there. */
struct evlog_kafka_options kafka_tool_made(char prefix[KAFKA_TOOL_PREFIX_SIZE]);
/* The number of the node that leads a partition of the log's decisions. */
int kafka_tool_leader(const struct evlog_kafka_options *options, int partition);
/* Waits until every partition of the log has all its replicas in sync: a node that came back can be
 * missed by a fault that leaves one fewer. */
void kafka_tool_await_replicas(const struct evlog_kafka_options *options);
/* Seconds since some moment. */
double kafka_tool_now(void);

/* Appends a record that continues the chain of partition 0, and moves the chain, as an owner does;
 * waits until it is acknowledged. */
void kafka_owner_decide(struct evlog *log, struct chain *chain, const char *text);
/* Appends an EPOCH of that number by the owner of that name; waits until it is acknowledged. */
void kafka_owner_take(struct evlog *log, uint64_t epoch, char name);
/* Folds partition 0 to its end; gives how many records were void. */
size_t kafka_owner_fold(struct evlog *log, struct chain *chain);

/* Numbered records on their way into partition 1. */
struct kafka_load {
    struct evlog *log;
    uint64_t offsets[KAFKA_TOOL_LOAD]; /* of acknowledged records, by their number */
    size_t offered;
    size_t acknowledged;
    double last;  /* when the last acknowledgement came */
    double pause; /* the longest time between two */
};

/* Opens the log for a load. */
struct kafka_load *kafka_load_new(const struct evlog_kafka_options *options);
/* Offers records until `count` were offered in all, keeping 1,000 under way. */
void kafka_load_run(struct kafka_load *load, size_t count);
/* Waits until all are acknowledged. */
void kafka_load_finish(struct kafka_load *load);
/* Each record is in the log once, in order, where it was acknowledged. */
void kafka_load_check(struct kafka_load *load);
/* Says how it went; closes the log. */
void kafka_load_free(struct kafka_load *load, const char *what);

#endif
