/* Short words for tests of the log: append and wait, read so many. */
#ifndef TESTS_LIB_LOG_TOOL_H
#define TESTS_LIB_LOG_TOOL_H

#include "core/evlog/evlog.h"

/* An identity of made-up ids. */
struct evlog_identity log_tool_identity(uint32_t partitions_count);
/* Appends one record and waits for its completion, which it gives. Fails the test after 20 s. */
uint64_t log_tool_append(struct evlog *log, enum evlog_stream stream, uint32_t partition,
                         const char *value);
/* Waits for the next completion. Fails the test after 20 s. */
struct evlog_completion log_tool_complete(struct evlog *log);
/* Waits for the next record, borrowed from the reader. Fails the test after 20 s. */
void log_tool_next(struct evlog_reader *reader, struct evlog_record *record);
/* Reads and copies the values of up to `count` records of one partition from an offset on, one a
 * line, into `out`; waits for that many. Fails the test after 20 s. */
void log_tool_read(struct evlog *log, enum evlog_stream stream, uint32_t partition, uint64_t offset,
                   size_t count, char *out, size_t out_size);

#endif
