#include "core/model/closed_time.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/mapped_file.h"
#include "core/base/memory.h"

enum { CLOSED_TIME_PATH_MAX = 4096 };

struct closed_time {
    _Atomic int64_t *time_us; /* mapped */
};

static void closed_time_path(const char *stores, char path[CLOSED_TIME_PATH_MAX])
{
    snprintf(path, CLOSED_TIME_PATH_MAX, "%s/closed_time", stores);
}

struct status closed_time_open(const char *stores, struct closed_time **closed)
{
    char path[CLOSED_TIME_PATH_MAX];
    void *page;
    closed_time_path(stores, path);
    TRY(mapped_file_open(path, sizeof(int64_t), &page));
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
    char path[CLOSED_TIME_PATH_MAX];
    int64_t time_us = 0;
    closed_time_path(stores, path);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    ssize_t size = read(file, &time_us, sizeof time_us);
    close(file);
    return size == (ssize_t)sizeof time_us ? time_us : 0;
}

struct status closed_time_vouch(const char *stores, int64_t now_us, int64_t *word_us)
{
    struct closed_time *closed;
    TRY(closed_time_open(stores, &closed));
    closed_time_set(closed, now_us);
    *word_us = closed_time_get(closed);
    closed_time_close(closed);
    return status_ok();
}
