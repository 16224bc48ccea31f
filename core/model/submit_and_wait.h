/* The wait for one command's answer, for callers that have nothing else to do. */
#ifndef CORE_MODEL_SUBMIT_AND_WAIT_H
#define CORE_MODEL_SUBMIT_AND_WAIT_H

#include <pthread.h>

#include "core/model/submit.h"

struct submit_and_wait {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool answered;
    struct submit_answer *answer;
};

/* Begins; the answer goes to `answer`. The call must not be moved. */
void submit_and_wait_init(struct submit_and_wait *call, struct submit_answer *answer);
/* A submit_done: `context` is the call. */
void submit_and_wait_done(void *context, const struct submit_answer *answer);
/* Waits until it is answered. Any thread but the one that answers. */
void submit_and_wait_wait(struct submit_and_wait *call);

/* Submits a command and waits for its answer. */
MUST_USE struct status submit_and_wait(const struct submit *port,
                                       const struct submit_command *command,
                                       struct submit_answer *answer);

#endif
