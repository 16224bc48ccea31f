#include "writers/storer.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/memory.h"

struct storer {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below, and of the jobs' `done` */
    pthread_cond_t come;
    pthread_cond_t went;
    struct storer_job *first;
    struct storer_job **last;
    bool stop;
    bool runs;
    int bell;
};

/* The next job, or NULL: it is over. */
static struct storer_job *storer_next(struct storer *storer)
{
    pthread_mutex_lock(&storer->lock);
    while (storer->first == NULL && !storer->stop) {
        pthread_cond_wait(&storer->come, &storer->lock);
    }
    struct storer_job *job = storer->first;
    if (job != NULL) {
        storer->first = job->next;
        storer->last = storer->first == NULL ? &storer->first : storer->last;
    }
    pthread_mutex_unlock(&storer->lock);
    return job;
}

static void *storer_run(void *self)
{
    struct storer *storer = self;
    pthread_setname_np(pthread_self(), "storer");
    for (struct storer_job *job; (job = storer_next(storer)) != NULL;) {
        struct status st =
            job->flush ? partition_flush(job->partition) : partition_store(job->partition);
        pthread_mutex_lock(&storer->lock);
        job->status = st;
        job->done = true;
        pthread_cond_broadcast(&storer->went);
        pthread_mutex_unlock(&storer->lock);
        eventfd_write(storer->bell, 1);
    }
    return NULL;
}

struct status storer_open(struct storer **out)
{
    struct storer *storer = mem_zalloc(1, sizeof *storer);
    pthread_mutex_init(&storer->lock, NULL);
    pthread_cond_init(&storer->come, NULL);
    pthread_cond_init(&storer->went, NULL);
    storer->last = &storer->first;
    storer->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    storer->runs =
        storer->bell >= 0 && pthread_create(&storer->thread, NULL, storer_run, storer) == 0;
    if (!storer->runs) {
        storer_close(storer);
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    *out = storer;
    return status_ok();
}

void storer_close(struct storer *storer)
{
    if (storer == NULL) {
        return;
    }
    if (storer->runs) {
        pthread_mutex_lock(&storer->lock);
        storer->stop = true;
        pthread_cond_signal(&storer->come);
        pthread_mutex_unlock(&storer->lock);
        pthread_join(storer->thread, NULL);
    }
    assert(storer->first == NULL);
    if (storer->bell >= 0) {
        close(storer->bell);
    }
    pthread_cond_destroy(&storer->went);
    pthread_cond_destroy(&storer->come);
    pthread_mutex_destroy(&storer->lock);
    mem_free(storer);
}

void storer_put(struct storer *storer, struct storer_job *job)
{
    job->done = false;
    job->next = NULL;
    pthread_mutex_lock(&storer->lock);
    *storer->last = job;
    storer->last = &job->next;
    pthread_cond_signal(&storer->come);
    pthread_mutex_unlock(&storer->lock);
}

bool storer_done(struct storer *storer, const struct storer_job *job)
{
    pthread_mutex_lock(&storer->lock);
    bool done = job->done;
    pthread_mutex_unlock(&storer->lock);
    return done;
}

void storer_wait(struct storer *storer, const struct storer_job *job)
{
    pthread_mutex_lock(&storer->lock);
    while (!job->done) {
        pthread_cond_wait(&storer->went, &storer->lock);
    }
    pthread_mutex_unlock(&storer->lock);
}

int storer_descriptor(const struct storer *storer)
{
    return storer->bell;
}

void storer_hear(struct storer *storer)
{
    eventfd_t rung;
    (void)eventfd_read(storer->bell, &rung); /* fails when it is silent already */
}
