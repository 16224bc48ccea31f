#include "core/model/closed_time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/memory.h"

enum { VOUCH_PATH_MAX = 4096 };

struct vouch {
    _Atomic int64_t *time_us; /* mapped */
};

static int vouch_open_file(const char *stores, int flags)
{
    char path[VOUCH_PATH_MAX];
    snprintf(path, sizeof path, "%s/vouch", stores);
    return open(path, flags | O_CLOEXEC, 0600);
}

struct status vouch_open(const char *stores, struct vouch **vouch)
{
    int file = vouch_open_file(stores, O_RDWR | O_CREAT);
    void *page = MAP_FAILED;
    if (file >= 0 && ftruncate(file, sizeof(int64_t)) == 0) {
        page = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    int error = errno;
    if (file >= 0) {
        close(file);
    }
    if (page == MAP_FAILED) {
        return status_error(STATUS_UNAVAILABLE, "expected to write '%s/vouch': %s", stores,
                            strerror(error));
    }
    *vouch = mem_zalloc(1, sizeof **vouch);
    (*vouch)->time_us = page;
    return status_ok();
}

void vouch_close(struct vouch *vouch)
{
    if (vouch != NULL) {
        munmap((void *)vouch->time_us, sizeof(int64_t));
        mem_free(vouch);
    }
}

void vouch_give(struct vouch *vouch, int64_t time_us)
{
    if (time_us > atomic_load_explicit(vouch->time_us, memory_order_relaxed)) {
        atomic_store_explicit(vouch->time_us, time_us, memory_order_release);
    }
}

int64_t vouch_given(const struct vouch *vouch)
{
    return atomic_load_explicit(vouch->time_us, memory_order_relaxed);
}

int64_t vouch_read(const char *stores)
{
    int64_t time_us = 0;
    int file = vouch_open_file(stores, O_RDONLY);
    if (file < 0) {
        return 0;
    }
    ssize_t size = read(file, &time_us, sizeof time_us);
    close(file);
    return size == (ssize_t)sizeof time_us ? time_us : 0;
}
