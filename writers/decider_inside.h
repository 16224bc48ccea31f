/* What the files of decider share. */
#ifndef WRITERS_DECIDER_INSIDE_H
#define WRITERS_DECIDER_INSIDE_H

#include "core/model/dues.h"
#include "writers/decider.h"

/* Answers that nothing is recorded, and why. OK. */
MUST_USE struct status decider_fail(struct submit_answer *answer, struct status why);

/* Puts why a command was rejected into its answer; NULL: it was not. */
void decider_set_rejection(struct submit_answer *answer, const Agency__V1__Rejection *rejection);
/* Answers what was answered before, or that the id stands for another content. DATA_LOSS. */
MUST_USE struct status decider_repeat(struct decider *decider, struct submit_answer *answer,
                                      const Agency__V1__AnswerRow *row, const struct hash *content,
                                      const char *command_id);

/* Chains a body and leaves the record in decider->value. */
void decider_chain(struct decider *decider, enum record_type type, struct str body,
                   uint64_t next_command_offset);

/* What the next record is stamped with: it rises, also where the clock does not. */
int64_t decider_next_time(const struct decider *decider, int64_t now_us);

/* A command before which what is due is to be decided. */
struct decider_settling {
    struct decider *decider;
    const Agency__V1__Command *command;
    const Agency__V1__Principal *principal;
    Agency__V1__OrgHead *head;
    int64_t recorded_at_us;
    bool waits;     /* as of the command: nothing is too much */
    bool unsettled; /* set: something is due, but the command is not one that may move the time of
                       its org, which takes imports */
};

/* Decides the next of what is due before the command: *answered, and the answer is ELAPSED, or
 * FAILED where too much is due. Else the command is to be decided. */
MUST_USE struct status decider_settle(struct decider_settling *settling,
                                      struct submit_answer *answer, struct str *record,
                                      bool *answered);

#endif
