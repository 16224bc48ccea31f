/* The wait for one command's answer, for callers that have nothing else to do. */
#ifndef WRITERS_SUBMIT_AND_WAIT_H
#define WRITERS_SUBMIT_AND_WAIT_H

#include <pthread.h>

#include "writers/embedded/writer.h"

struct submit_and_wait {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool answered;
    struct decider_answer *answer;
};

/* Begins; the answer goes to `answer`. The call must not be moved. */
void submit_and_wait_init(struct submit_and_wait *call, struct decider_answer *answer);
/* A request_done: `context` is the call. */
void submit_and_wait_done(void *context, const struct decider_answer *answer);
/* Waits until it is answered. Any thread but the one that answers. */
void submit_and_wait_wait(struct submit_and_wait *call);

/* Submits to a writer and waits for the answer. */
MUST_USE struct status writer_submit_and_wait(struct writer *writer, struct str org_id,
                                              struct str command, struct decider_answer *answer);

#endif
