#include "core/model/closed_time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/memory.h"

enum { CLOSED_TIME_PATH_MAX = 4096 };

struct closed_time {
    _Atomic int64_t *time_us; /* mapped */
};

static int closed_time_open_file(const char *stores, int flags)
{
    char path[CLOSED_TIME_PATH_MAX];
    snprintf(path, sizeof path, "%s/closed_time", stores);
    return open(path, flags | O_CLOEXEC, 0600);
}

struct status closed_time_open(const char *stores, struct closed_time **closed)
{
    int file = closed_time_open_file(stores, O_RDWR | O_CREAT);
    void *page = MAP_FAILED;
    if (file >= 0 && ftruncate(file, sizeof(int64_t)) == 0) {
        page = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    int error = errno;
    if (file >= 0) {
        close(file);
    }
    if (page == MAP_FAILED) {
        return status_error(STATUS_UNAVAILABLE, "expected to write '%s/closed_time': %s", stores,
                            strerror(error));
    }
    *closed = mem_zalloc(1, sizeof **closed);
    (*closed)->time_us = page;
    return status_ok();
}

void closed_time_close(struct closed_time *closed)
{
    if (closed != NULL) {
        munmap((void *)closed->time_us, sizeof(int64_t));
        mem_free(closed);
    }
}

void closed_time_set(struct closed_time *closed, int64_t time_us)
{
    if (time_us > atomic_load_explicit(closed->time_us, memory_order_relaxed)) {
        atomic_store_explicit(closed->time_us, time_us, memory_order_release);
    }
}

int64_t closed_time_get(const struct closed_time *closed)
{
    return atomic_load_explicit(closed->time_us, memory_order_relaxed);
}

int64_t closed_time_read(const char *stores)
{
    int64_t time_us = 0;
    int file = closed_time_open_file(stores, O_RDONLY);
    if (file < 0) {
        return 0;
    }
    ssize_t size = read(file, &time_us, sizeof time_us);
    close(file);
    return size == (ssize_t)sizeof time_us ? time_us : 0;
}
