/* How the process was when its own thread last looked, for threads that are asked. */
#ifndef OPS_DAEMON_STATUS_BOARD_H
#define OPS_DAEMON_STATUS_BOARD_H

#include "core/base/clock.h"
#include "ops/daemon/process_status.h"

struct status_board;

/* Gives it. Copies both. */
struct status_board *status_board_open(const struct process *process, const struct clock *clock);
/* NULL is fine. */
void status_board_close(struct status_board *board);

/* Notes how the process is, when it is time to. One thread. RESOURCE_EXHAUSTED. */
MUST_USE struct status status_board_step(struct status_board *board,
                                         const struct process_facts *facts);
/* The last note, a ProcessStatus in bytes; lies in the arena. Any thread. UNAVAILABLE before the
 * first. */
MUST_USE struct status status_board_get(struct status_board *board, struct arena *arena,
                                        struct str *packed);

#endif
