#include "core/model/submit_and_wait.h"

void submit_and_wait_init(struct submit_and_wait *call, struct submit_answer *answer)
{
    *call = (struct submit_and_wait){ .lock = PTHREAD_MUTEX_INITIALIZER,
                                      .done = PTHREAD_COND_INITIALIZER,
                                      .answer = answer };
}

void submit_and_wait_done(void *context, const struct submit_answer *answer)
{
    struct submit_and_wait *call = context;
    pthread_mutex_lock(&call->lock);
    assert(!call->answered); /* each command is answered once */
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
    assert(call->answered);
    pthread_mutex_unlock(&call->lock);
}

struct status submit_and_wait(const struct submit *port, const struct submit_command *command,
                              struct submit_answer *answer)
{
    struct submit_and_wait call;
    submit_and_wait_init(&call, answer);
    TRY(submit(port, command, submit_and_wait_done, &call));
    submit_and_wait_wait(&call);
    return status_ok();
}
