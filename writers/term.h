/* A term: what a leader writes from the EPOCH that begins it, whoever else may write to the log.
 * Pure: the caller appends and waits. */
#ifndef WRITERS_TERM_H
#define WRITERS_TERM_H

#include "core/model/partition.h"
#include "writers/decider.h"
#include "writers/timers.h"

/* The EPOCH record that begins the term after `chain`, led by `leader` (never two with the same
 * bytes), of a log and with a configuration; appended to `value`. */
void term_epoch(const struct chain *chain, const struct evlog_identity *log, struct evlog_id leader,
                struct str configuration, struct buf *value);

/* Decides a command under the eye of the decider's poison: one that has killed the process again
 * and again is not looked at any more. Notes in `timers` what its org waits for then; NULL: nobody
 * decides what is due but commands, so this one waits for all of it. Otherwise as decider_decide.
 */
MUST_USE struct status term_decide(struct decider *decider, struct timers *timers,
                                   struct decider_command command, struct submit_answer *answer,
                                   struct str *record);
/* Takes the next turn of what is due: *due is false where it is nobody's. *record is a decision in
 * the org decider->org_id, or empty, and valid as that of decider_elapse. */
MUST_USE struct status term_elapse(struct decider *decider, struct timers *timers, int64_t now_us,
                                   bool *due, struct str *record);

/* The next TICK record, with the newest state root that the position knows; as decider_tick. */
MUST_USE struct status term_tick(struct decider *decider, const struct position *position,
                                 int64_t now_us, uint64_t next_command_offset, struct str *record);

#endif
