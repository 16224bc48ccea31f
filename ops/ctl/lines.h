/* The lines of a text file, plain or zstd, without their ends. One thread. */
#ifndef OPS_CTL_LINES_H
#define OPS_CTL_LINES_H

#include "core/base/status.h"
#include "core/base/str.h"

/* A line, and what a zstd frame of one needs, at most. */
enum { LINES_SIZE_MAX = 1 << 20 };

struct lines;

/* Opens a file, or standard input for "-". Borrows the path until it is closed. NOT_FOUND,
 * UNAVAILABLE. */
MUST_USE struct status lines_open(const char *path, struct lines **lines);
/* NULL is fine. */
void lines_close(struct lines *lines);
/* The next line that is not blank, valid until the next call; `more` is false behind the last.
 * INVALID_ARGUMENT: a line longer than LINES_SIZE_MAX. DATA_LOSS: a damaged zstd file. UNAVAILABLE.
 */
MUST_USE struct status lines_next(struct lines *lines, struct str *line, bool *more);
/* Its number, from 1. */
uint64_t lines_number(const struct lines *lines);
/* Bytes read from the file so far, and the file's size (0 where it is not known): for a progress
 * bar. */
uint64_t lines_read(const struct lines *lines);
uint64_t lines_size(const struct lines *lines);

#endif
