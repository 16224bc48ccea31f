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

static struct status run_shared(const struct daemon_options *options, const struct data_dir *dir,
                                struct diag *diag, struct signals *signals)
{
    struct daemon *daemon;
    struct status st = daemon_open(options, dir, diag, signals->descriptor, &daemon);
    if (st.code == STATUS_OK) {
        st = daemon_run(daemon, signals->descriptor);
    }
    signals_close(signals);
    daemon_close(daemon);
    return st;
}

static struct status run_embedded(const struct daemon_options *options, const struct data_dir *dir,
                                  struct diag *diag, struct signals *signals)
{
    struct embedded *embedded;
    struct status st = embedded_open(options, dir, diag, &embedded);
    if (st.code == STATUS_OK) {
        st = embedded_run(embedded, signals->descriptor);
    }
    signals_close(signals);
    struct status closed = embedded_close(embedded);
    return st.code == STATUS_OK ? closed : st;
}

static int run(const struct daemon_options *options, struct arena *arena, struct diag *diag)
{
    struct signals signals = signals_open();
    struct data_dir dir;
    struct status st = data_dir_open(&dir, arena, options->data.data, false);
    if (st.code == STATUS_OK && !dir.shared) {
        st = data_dir_open(&dir, arena, options->data.data, true);
    }
    if (st.code == STATUS_OK) {
        st = dir.shared ? run_shared(options, &dir, diag, &signals)
                        : run_embedded(options, &dir, diag, &signals);
    }
    if (st.code != STATUS_OK && st.code != STATUS_CANCELLED) {
        return fail(diag, st);
    }
    struct diag_line line = diag_begin(diag, DIAG_INFO, "stopped");
    diag_end(&line);
    return AGENCYD_OK;
}

/* jemalloc reads this at the start. Stores and caches are large and asked everywhere, so large
 * pages spare much; memory that is freed comes back to the machine after a minute: the next batch
 * of decisions needs it again. */
extern const char *const malloc_conf;
const char *const malloc_conf =
    "thp:always,metadata_thp:always,dirty_decay_ms:60000,muzzy_decay_ms:60000";

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
