/* What a log costs: one acknowledged append of a command and its decision, many under way, reading.
 */
#ifndef TESTS_LIB_LOG_BENCH_H
#define TESTS_LIB_LOG_BENCH_H

#include "core/evlog/evlog.h"

/* Appends that many one by one, then that many together, then reads the decisions; prints. The log
 * is new and has PARTITIONS_DEFAULT partitions. */
void log_bench(struct evlog *log, uint32_t singles, uint32_t grouped);
/* Ends the program with the message of a failure. */
void log_bench_require(struct status st);

#endif
