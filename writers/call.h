/* The wait for one command's answer, for callers that have nothing else to do. */
#ifndef WRITERS_CALL_H
#define WRITERS_CALL_H

#include <pthread.h>

#include "writers/writer.h"

struct call {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool answered;
    struct decider_answer *answer;
};

/* Begins; the answer goes to `answer`. The call must not be moved. */
void call_init(struct call *call, struct decider_answer *answer);
/* A request_done: `context` is the call. */
void call_done(void *context, const struct decider_answer *answer);
/* Waits until it is answered. Any thread but the one that answers. */
void call_wait(struct call *call);

/* Submits to a writer and waits for the answer. */
MUST_USE struct status writer_call(struct writer *writer, struct str org_id, struct str command,
                                   struct decider_answer *answer);

#endif
