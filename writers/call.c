#include "writers/call.h"

void call_init(struct call *call, struct decider_answer *answer)
{
    *call = (struct call){ .lock = PTHREAD_MUTEX_INITIALIZER,
                           .done = PTHREAD_COND_INITIALIZER,
                           .answer = answer };
}

void call_done(void *context, const struct decider_answer *answer)
{
    struct call *call = context;
    pthread_mutex_lock(&call->lock);
    *call->answer = *answer;
    call->answered = true;
    pthread_cond_signal(&call->done);
    pthread_mutex_unlock(&call->lock);
}

void call_wait(struct call *call)
{
    pthread_mutex_lock(&call->lock);
    while (!call->answered) {
        pthread_cond_wait(&call->done, &call->lock);
    }
    pthread_mutex_unlock(&call->lock);
}

struct status writer_call(struct writer *writer, struct str org_id, struct str command,
                          struct decider_answer *answer)
{
    struct call call;
    call_init(&call, answer);
    TRY(writer_submit(writer, org_id, command, call_done, &call));
    call_wait(&call);
    return status_ok();
}
