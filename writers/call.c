#include "writers/call.h"

#include <pthread.h>

struct writer_caller {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool answered;
    struct decider_answer *answer;
};

static void writer_call_done(void *context, const struct decider_answer *answer)
{
    struct writer_caller *caller = context;
    pthread_mutex_lock(&caller->lock);
    *caller->answer = *answer;
    caller->answered = true;
    pthread_cond_signal(&caller->done);
    pthread_mutex_unlock(&caller->lock);
}

struct status writer_call(struct writer *writer, struct str org_id, struct str command,
                          struct decider_answer *answer)
{
    struct writer_caller caller = { .lock = PTHREAD_MUTEX_INITIALIZER,
                                    .done = PTHREAD_COND_INITIALIZER,
                                    .answer = answer };
    TRY(writer_submit(writer, org_id, command, writer_call_done, &caller));
    pthread_mutex_lock(&caller.lock);
    while (!caller.answered) {
        pthread_cond_wait(&caller.done, &caller.lock);
    }
    pthread_mutex_unlock(&caller.lock);
    return status_ok();
}
