/* agencyd: decides what comes over the API into an embedded log, or serves a log that several
 * processes share. Runs in the foreground; one fact per line on standard error. SIGTERM, SIGINT and
 * SIGHUP end it cleanly, a second one at once. */
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ops/ctl/say.h"
#include "ops/daemon/daemon.h"
#include "ops/daemon/embedded.h"
#include "ops/daemon/notify.h"
#include "ops/daemon/operations_server.h"

/* Exit codes, as agencyctl's; they are in the README. */
enum agencyd_exit {
    AGENCYD_OK = 0,
    AGENCYD_FAILED = 1,  /* could not start */
    AGENCYD_USAGE = 2,   /* called wrongly */
    AGENCYD_DAMAGED = 5, /* all partitions have stopped */
};

static const size_t AGENCYD_ARENA_MAX = (size_t)1 << 20;

static void print_help(void)
{
    struct buf options = { 0 };
    config_help(daemon_options, daemon_options_count, &options);
    printf(
        "agencyd: serve the API on a data folder; on Kafka decide, publish and keep what lies in "
        "the log.\n\n"
        "usage: agencyd [OPTION...]\n\noptions, also as variables AGENCYD_NAME and as lines "
        "'name = value' of a file:\n%.*s\n"
        "exit codes: 0 ended by a signal; 1 could not start; 2 called wrongly;\n"
        "5 data is damaged: all partitions have stopped\n",
        (int)options.size, options.data);
    buf_release(&options);
}

/* The signals that end it come through a descriptor. */
struct signals {
    sigset_t ending;
    int descriptor;
};

static struct signals signals_open(void)
{
    struct signals signals;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals.ending);
    sigaddset(&signals.ending, SIGTERM);
    sigaddset(&signals.ending, SIGINT);
    sigaddset(&signals.ending, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals.ending, NULL);
    signals.descriptor = signalfd(-1, &signals.ending, SFD_CLOEXEC | SFD_NONBLOCK);
    return signals;
}

/* Takes the signal that came; the next one has its usual effect. */
static void signals_close(struct signals *signals)
{
    struct signalfd_siginfo taken;
    ssize_t size = read(signals->descriptor, &taken, sizeof taken);
    (void)size; /* none when it ends by itself */
    close(signals->descriptor);
    sigprocmask(SIG_UNBLOCK, &signals->ending, NULL);
}

static int fail(struct diag *diag, struct status st)
{
    struct diag_line line = diag_begin(diag, DIAG_ERROR, "failed");
    diag_status(&line, &st);
    diag_end(&line);
    return st.code == STATUS_INVALID_ARGUMENT ? AGENCYD_USAGE
           : st.code == STATUS_DATA_LOSS      ? AGENCYD_DAMAGED
                                              : AGENCYD_FAILED;
}

/* What a process has, whatever its log. */
struct running {
    const struct daemon_options *options;
    struct diag *diag;
    struct telemetry *telemetry;
    struct operations_server *operations;
    struct signals *signals;
};

/* No more work comes from here on: balancers and the service manager hear of it first. */
static void run_end(const struct running *running)
{
    notify("STOPPING=1");
    telemetry_set_ready(running->telemetry, status_error(STATUS_UNAVAILABLE, "stopping"));
    signals_close(running->signals);
}

static struct status run_shared(const struct running *running, const struct data_dir *dir)
{
    struct daemon *daemon;
    int signals = running->signals->descriptor;
    struct status st =
        daemon_open(running->options, dir, running->diag, running->telemetry, signals, &daemon);
    if (st.code == STATUS_OK) {
        notify("READY=1");
        st = daemon_run(daemon, signals);
    }
    run_end(running);
    daemon_close(daemon);
    return st;
}

static struct status run_embedded(const struct running *running, const struct data_dir *dir)
{
    struct embedded *embedded;
    struct status st =
        embedded_open(running->options, dir, running->diag, running->telemetry, &embedded);
    if (st.code == STATUS_OK) {
        notify("READY=1");
        st = embedded_run(embedded, running->signals->descriptor);
    }
    run_end(running);
    struct status closed = embedded_close(embedded);
    return st.code == STATUS_OK ? closed : st;
}

static struct status run_log(const struct running *running, struct arena *arena)
{
    struct data_dir dir;
    const char *path = running->options->data.data;
    TRY(data_dir_open(&dir, arena, path, false));
    if (dir.shared) {
        return run_shared(running, &dir);
    }
    TRY(data_dir_open(&dir, arena, path, true));
    return run_embedded(running, &dir);
}

/* Who watches is there before the rest, and after it: what takes long can then be seen. */
static struct status run_watched(struct running *running, struct arena *arena)
{
    char host[256] = { 0 };
    gethostname(host, sizeof host - 1);
    struct telemetry_options options = {
        .trace_endpoint = running->options->trace_endpoint,
        .trace_one_in = running->options->trace_one_in,
        .instance = arena_printf(arena, "%s:%d", host, (int)getpid()),
        .clock = clock_real(),
        .diag = running->diag,
    };
    TRY(telemetry_open(&options, &running->telemetry));
    struct status st = operations_server_open(running->options, running->telemetry, arena,
                                              running->diag, &running->operations);
    if (st.code == STATUS_OK) {
        st = run_log(running, arena);
    }
    operations_server_close(running->operations);
    telemetry_close(running->telemetry);
    return st;
}

static int run(const struct daemon_options *options, struct arena *arena, struct diag *diag)
{
    struct signals signals = signals_open();
    struct running running = { .options = options, .diag = diag, .signals = &signals };
    struct status st = run_watched(&running, arena);
    if (st.code != STATUS_OK && st.code != STATUS_CANCELLED) {
        return fail(diag, st);
    }
    struct diag_line line = diag_begin(diag, DIAG_INFO, "stopped");
    diag_end(&line);
    return AGENCYD_OK;
}

/* jemalloc reads this at the start. Stores and caches are large and asked everywhere, so large
 * pages spare much; memory that is freed comes back to the machine after a minute: the next batch
 * of decisions needs it again. What is freed, by whichever library, is overwritten, so that no core
 * file holds what was personal a while ago (docs/erasure.md). */
extern const char *const malloc_conf;
const char *const malloc_conf =
    "junk:free,thp:always,metadata_thp:always,dirty_decay_ms:60000,muzzy_decay_ms:60000";

int main(int argc, char **argv)
{
    struct arena arena;
    struct daemon_options options;
    int code = AGENCYD_OK;
    umask(S_IRWXG | S_IRWXO); /* stores are history */
    arena_init(&arena, AGENCYD_ARENA_MAX);
    struct status st = daemon_options_read(&options, &arena, argc, argv, environ);
    if (st.code != STATUS_OK) {
        say("agencyd: %s: %s; see agencyd --help", status_code_name(st.code), st.msg);
        code = AGENCYD_USAGE;
    } else if (options.help) {
        print_help();
    } else {
        struct diag *diag =
            diag_open((enum diag_level)options.log_level, (enum diag_format)options.log_format,
                      clock_real(), NULL, NULL);
        code = run(&options, &arena, diag);
        diag_close(diag);
    }
    arena_release(&arena);
    return code;
}
