/* From /proc/self, whose fields proc(5) numbers. What cannot be read is left out. */
#include "ops/telemetry/process_metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ops/version.h"

static const struct metric process_cpu = { "process_cpu_seconds", METRIC_COUNTER, "seconds",
                                           "Time on processors, user and system." };
static const struct metric process_started = { "process_start_time_seconds", METRIC_GAUGE,
                                               "seconds", "When it began, since 1970." };
static const struct metric process_resident = { "process_resident_memory_bytes", METRIC_GAUGE,
                                                "bytes", "Memory that it holds." };
static const struct metric process_virtual = { "process_virtual_memory_bytes", METRIC_GAUGE,
                                               "bytes", "Addresses that it has taken." };
static const struct metric process_threads = { "process_threads", METRIC_GAUGE, "",
                                               "Threads that run." };
static const struct metric process_descriptors = { "process_open_fds", METRIC_GAUGE, "",
                                                   "File descriptors that are open." };
static const struct metric process_descriptors_max = { "process_max_fds", METRIC_GAUGE, "",
                                                       "File descriptors that it may open." };
static const struct metric process_build = { "agencygrid_build_info", METRIC_GAUGE, "",
                                             "Which agencyd this is; always 1." };

struct process_read {
    uint64_t user_ticks, system_ticks;
    uint64_t threads;
    uint64_t virtual_size;
    uint64_t resident_pages;
};

/* Names may have spaces and brackets: the fields begin behind the last bracket. */
static bool process_read_stat(struct process_read *read)
{
    char text[1024] = { 0 };
    FILE *file = fopen("/proc/self/stat", "re");
    size_t size = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
    if (file != NULL) {
        fclose(file);
    }
    const char *fields = size == 0 ? NULL : strrchr(text, ')');
    return fields != NULL &&
           sscanf(fields,
                  ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
                  " %*d %*d %*d %*d %" SCNu64 " %*d %*u %" SCNu64 " %" SCNu64,
                  &read->user_ticks, &read->system_ticks, &read->threads, &read->virtual_size,
                  &read->resident_pages) == 5;
}

static int64_t process_us(uint64_t ticks)
{
    return (int64_t)(ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void process_write_stat(struct exposition *out)
{
    struct process_read read;
    if (!process_read_stat(&read)) {
        return;
    }
    exposition_metric(out, &process_cpu);
    exposition_seconds(out, NO_LABELS, process_us(read.user_ticks + read.system_ticks));
    exposition_gauge(out, &process_resident, (int64_t)read.resident_pages * sysconf(_SC_PAGESIZE));
    exposition_gauge(out, &process_virtual, (int64_t)read.virtual_size);
    exposition_gauge(out, &process_threads, (int64_t)read.threads);
}

static void process_write_descriptors(struct exposition *out)
{
    DIR *folder = opendir("/proc/self/fd");
    struct rlimit limit;
    if (folder != NULL) {
        int64_t count = -3; /* ".", "..", and the folder itself */
        while (readdir(folder) != NULL) {
            count++;
        }
        closedir(folder);
        exposition_gauge(out, &process_descriptors, count);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        exposition_gauge(out, &process_descriptors_max, (int64_t)limit.rlim_cur);
    }
}

static void process_write(void *self, struct exposition *out)
{
    const struct process_metrics *metrics = self;
    exposition_metric(out, &process_build);
    exposition_integer(out, LABELS({ "version", STR(AGENCY_VERSION) }), 1);
    exposition_metric(out, &process_started);
    exposition_seconds(out, NO_LABELS, metrics->started_us);
    process_write_stat(out);
    process_write_descriptors(out);
}

struct metrics_source process_metrics_source(struct process_metrics *metrics)
{
    return (struct metrics_source){ process_write, metrics };
}
