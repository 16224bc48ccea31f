#include "ops/daemon/access_teller.h"

#include <pthread.h>
#include <string.h>

#include "core/base/memory.h"
#include "projectors/access_publisher.h"

enum { ACCESS_TELLER_WAIT_US = 100 * 1000 };

struct access_teller {
    struct access_teller_options options;
    struct access_publisher *publisher;
    pthread_t thread;
    atomic_bool ends;
};

static bool access_teller_serves(void *context, uint32_t partition)
{
    const struct access_teller *teller = context;
    return atomic_load(&teller->options.published[partition]) > 0;
}

static void *access_teller_run(void *context)
{
    struct access_teller *teller = context;
    while (!atomic_load(&teller->ends)) {
        access_publisher_step(teller->publisher, ACCESS_TELLER_WAIT_US);
    }
    return NULL;
}

struct status access_teller_open(const struct access_teller_options *options,
                                 struct access_teller **out)
{
    struct access_teller *teller = mem_zalloc(1, sizeof *teller);
    teller->options = *options;
    const struct access_publisher_options publisher = { .opener = options->opener,
                                                        .reporter = options->reporter,
                                                        .shelf = options->shelf,
                                                        .partitions_count =
                                                            options->partitions_count,
                                                        .serves = access_teller_serves,
                                                        .context = teller };
    teller->publisher = access_publisher_open(&publisher);
    int failed = pthread_create(&teller->thread, NULL, access_teller_run, teller);
    if (failed != 0) {
        access_publisher_close(teller->publisher);
        mem_free(teller);
        return status_error(STATUS_UNAVAILABLE, "expected a thread for changes of access: %s",
                            strerror(failed));
    }
    *out = teller;
    return status_ok();
}

void access_teller_close(struct access_teller *teller)
{
    if (teller != NULL) {
        atomic_store(&teller->ends, true);
        pthread_join(teller->thread, NULL);
        access_publisher_close(teller->publisher);
        mem_free(teller);
    }
}
