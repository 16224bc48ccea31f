#include "writers/submit_and_wait.h"

void submit_and_wait_init(struct submit_and_wait *call, struct decider_answer *answer)
{
    *call = (struct submit_and_wait){ .lock = PTHREAD_MUTEX_INITIALIZER,
                                      .done = PTHREAD_COND_INITIALIZER,
                                      .answer = answer };
}

void submit_and_wait_done(void *context, const struct decider_answer *answer)
{
    struct submit_and_wait *call = context;
    pthread_mutex_lock(&call->lock);
    *call->answer = *answer;
    call->answered = true;
    pthread_cond_signal(&call->done);
    pthread_mutex_unlock(&call->lock);
}

void submit_and_wait_wait(struct submit_and_wait *call)
{
    pthread_mutex_lock(&call->lock);
    while (!call->answered) {
        pthread_cond_wait(&call->done, &call->lock);
    }
    pthread_mutex_unlock(&call->lock);
}

struct status writer_submit_and_wait(struct writer *writer, struct str org_id, struct str command,
                                     struct decider_answer *answer)
{
    struct submit_and_wait call;
    submit_and_wait_init(&call, answer);
    TRY(writer_submit(writer, org_id, command, submit_and_wait_done, &call));
    submit_and_wait_wait(&call);
    return status_ok();
}
