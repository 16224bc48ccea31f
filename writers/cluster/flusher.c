/* A list of jobs and two conditions around one thread. A job is done in full before the next is
 * begun, and a replica has one job at a time, so jobs of one partition never meet. The bell is for
 * who polls: the server's thread waits for brokers, commands and the flusher at once.
 *
 * Left out: more threads. Stores share a disk, and sorting a batch is a third of what it costs. */
#include "writers/cluster/flusher.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/memory.h"

struct flusher {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below, and of the jobs' `done` */
    pthread_cond_t come;
    pthread_cond_t went;
    struct flusher_job *first;
    struct flusher_job **last;
    bool stop;
    bool runs;
    int bell;
};

/* The next job, or NULL: it is over. */
static struct flusher_job *flusher_next(struct flusher *flusher)
{
    pthread_mutex_lock(&flusher->lock);
    while (flusher->first == NULL && !flusher->stop) {
        pthread_cond_wait(&flusher->come, &flusher->lock);
    }
    struct flusher_job *job = flusher->first;
    if (job != NULL) {
        flusher->first = job->next;
        flusher->last = flusher->first == NULL ? &flusher->first : flusher->last;
    }
    pthread_mutex_unlock(&flusher->lock);
    return job;
}

static void *flusher_run(void *self)
{
    struct flusher *flusher = self;
    pthread_setname_np(pthread_self(), "flusher");
    for (struct flusher_job *job; (job = flusher_next(flusher)) != NULL;) {
        struct status st =
            job->flush ? partition_flush(job->partition) : partition_store(job->partition);
        pthread_mutex_lock(&flusher->lock);
        job->status = st;
        job->done = true;
        pthread_cond_broadcast(&flusher->went);
        pthread_mutex_unlock(&flusher->lock);
        eventfd_write(flusher->bell, 1);
    }
    return NULL;
}

struct status flusher_open(struct flusher **out)
{
    struct flusher *flusher = mem_zalloc(1, sizeof *flusher);
    pthread_mutex_init(&flusher->lock, NULL);
    pthread_cond_init(&flusher->come, NULL);
    pthread_cond_init(&flusher->went, NULL);
    flusher->last = &flusher->first;
    flusher->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    flusher->runs =
        flusher->bell >= 0 && pthread_create(&flusher->thread, NULL, flusher_run, flusher) == 0;
    if (!flusher->runs) {
        flusher_close(flusher);
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    *out = flusher;
    return status_ok();
}

void flusher_close(struct flusher *flusher)
{
    if (flusher == NULL) {
        return;
    }
    if (flusher->runs) {
        pthread_mutex_lock(&flusher->lock);
        flusher->stop = true;
        pthread_cond_signal(&flusher->come);
        pthread_mutex_unlock(&flusher->lock);
        pthread_join(flusher->thread, NULL);
    }
    assert(flusher->first == NULL);
    if (flusher->bell >= 0) {
        close(flusher->bell);
    }
    pthread_cond_destroy(&flusher->went);
    pthread_cond_destroy(&flusher->come);
    pthread_mutex_destroy(&flusher->lock);
    mem_free(flusher);
}

void flusher_put(struct flusher *flusher, struct flusher_job *job)
{
    job->done = false;
    job->next = NULL;
    pthread_mutex_lock(&flusher->lock);
    *flusher->last = job;
    flusher->last = &job->next;
    pthread_cond_signal(&flusher->come);
    pthread_mutex_unlock(&flusher->lock);
}

bool flusher_done(struct flusher *flusher, const struct flusher_job *job)
{
    pthread_mutex_lock(&flusher->lock);
    bool done = job->done;
    pthread_mutex_unlock(&flusher->lock);
    return done;
}

void flusher_wait(struct flusher *flusher, const struct flusher_job *job)
{
    pthread_mutex_lock(&flusher->lock);
    while (!job->done) {
        pthread_cond_wait(&flusher->went, &flusher->lock);
    }
    pthread_mutex_unlock(&flusher->lock);
}

int flusher_descriptor(const struct flusher *flusher)
{
    return flusher->bell;
}

void flusher_clear(struct flusher *flusher)
{
    eventfd_t rung;
    (void)eventfd_read(flusher->bell, &rung); /* fails when it is silent already */
}
