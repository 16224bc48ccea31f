/* Reads all commands of a partition, which no fold does: a decision holds what came of its command,
 * so only this notices a command that is damaged. */
#ifndef REPLAY_CHECK_COMMANDS_H
#define REPLAY_CHECK_COMMANDS_H

#include "core/evlog/evlog.h"

/* DATA_LOSS names the first bad command: partition and offset. UNAVAILABLE. */
MUST_USE struct status check_commands(struct evlog *log, uint32_t partition);

#endif
