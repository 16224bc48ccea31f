#include "tests/lib/process_tool.h"

#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_STEP_US = 10000, SHOWN_SIZE = 3000, SHOWN_LINES = 20 };

void process_tool_find(const char *name, char path[PROCESS_TOOL_PATH_MAX])
{
    char self[PROCESS_TOOL_PATH_MAX] = "";
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size <= 0) {
        abort();
    }
    /* This program lies in BUILD/tests. */
    snprintf(path, PROCESS_TOOL_PATH_MAX, "%.400s/%.100s", dirname(dirname(self)), name);
    if (access(path, X_OK) != 0) {
        fprintf(stderr, "expected the program '%s': build it first\n", path);
        exit(1);
    }
}

static _Noreturn void process_tool_become(const char *log, const char *const *argv)
{
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (out >= 0 && in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(out, STDERR_FILENO) >= 0) {
        execv(argv[0], (char *const *)(uintptr_t)argv);
    }
    _exit(127);
}

void process_tool_start(struct process_tool *process, const char *log, const char *const *argv)
{
    snprintf(process->log, sizeof process->log, "%s", log);
    fflush(NULL);
    process->pid = fork();
    if (process->pid < 0) {
        abort();
    }
    if (process->pid == 0) {
        process_tool_become(log, argv);
    }
}

static int process_tool_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool process_tool_runs(struct process_tool *process, int *code)
{
    int status;
    if (process->pid == 0 || waitpid(process->pid, &status, WNOHANG) == 0) {
        return process->pid != 0;
    }
    *code = process_tool_code(status);
    process->pid = 0;
    return false;
}

static int process_tool_reap(struct process_tool *process)
{
    int status = 0;
    waitpid(process->pid, &status, 0);
    process->pid = 0;
    return process_tool_code(status);
}

int process_tool_run(const char *log, const char *const *argv)
{
    struct process_tool process = { 0 };
    process_tool_start(&process, log, argv);
    return process_tool_reap(&process);
}

void process_tool_kill(struct process_tool *process)
{
    if (process->pid != 0) {
        kill(process->pid, SIGKILL);
        process_tool_reap(process);
    }
}

int process_tool_stop(struct process_tool *process, int seconds_max)
{
    int code = -1;
    if (process->pid == 0) {
        return code;
    }
    kill(process->pid, SIGTERM);
    for (int i = 0; i < seconds_max * (1000000 / WAIT_STEP_US); i++) {
        if (!process_tool_runs(process, &code)) {
            return code;
        }
        usleep(WAIT_STEP_US);
    }
    process_tool_kill(process);
    return -1;
}

void process_tool_freeze(const struct process_tool *process, bool frozen)
{
    kill(process->pid, frozen ? SIGSTOP : SIGCONT);
}

double process_tool_cpu(const struct process_tool *process)
{
    char path[64];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)process->pid);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        /* The 14th and 15th field; the second one, the name, has no space in it here. */
        int count = fscanf(file, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu",
                           &user, &system);
        user = count == 2 ? user : 0;
        fclose(file);
    }
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Whether a line is one of those that a person would look for first. */
static bool process_tool_is_loud(const char *line)
{
    return strstr(line, "level=error") != NULL || strstr(line, "level=warn") != NULL;
}

void process_tool_show(const struct process_tool *process)
{
    char text[SHOWN_SIZE];
    FILE *file = fopen(process->log, "r");
    if (file == NULL) {
        return;
    }
    fprintf(stderr, "---- %s\n", process->log);
    for (int shown = 0; shown < SHOWN_LINES && fgets(text, sizeof text, file) != NULL;) {
        shown += process_tool_is_loud(text);
        fputs(process_tool_is_loud(text) ? text : "", stderr);
    }
    fputs("---- its end\n", stderr);
    if (fseek(file, -(long)sizeof text, SEEK_END) != 0) {
        rewind(file);
    }
    size_t size = fread(text, 1, sizeof text, file);
    fprintf(stderr, "%.*s\n", (int)size, text);
    fclose(file);
}
