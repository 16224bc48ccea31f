/* The end of a local log: where it is after a crash. */
#ifndef CORE_EVLOG_TAIL_H
#define CORE_EVLOG_TAIL_H

#include "core/evlog/folder.h"

/* Reads the last segment from the mark (or its own beginning) to the end of its whole appends and
 * sets `end` accordingly; `torn` says that bytes of an unfinished append follow. `mark` is NULL
 * when there is none that can be read.
 * DATA_LOSS: the log ends before the mark, or what follows does not look like a crash's work. */
MUST_USE struct status tail_find(const struct folder *folder, const struct folder_mark *mark,
                                 struct folder_mark *end, bool *torn);
/* The same for a log that has lost its end, when a person gives that up: reads the last segment
 * from its beginning, whatever the mark says, to the first record that is not whole. DATA_LOSS:
 * whole records lie behind that, so that it is no lost end. */
MUST_USE struct status tail_give_up(const struct folder *folder, struct folder_mark *end,
                                    bool *torn);

#endif
