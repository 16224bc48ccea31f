/* Programs under test as processes of their own: started, killed, frozen, stopped. They die with
 * the test program. */
#ifndef TESTS_LIB_PROCESS_TOOL_H
#define TESTS_LIB_PROCESS_TOOL_H

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_TOOL_PATH_MAX = 512 };

struct process_tool {
    pid_t pid;                       /* 0: it does not run */
    char log[PROCESS_TOOL_PATH_MAX]; /* the file of what it prints */
};

/* The path of a program that was built together with this one, such as "agencyd". */
void process_tool_find(const char *name, char path[PROCESS_TOOL_PATH_MAX]);

/* Starts a program; argv ends in NULL. What it prints is added to the file `log`. */
void process_tool_start(struct process_tool *process, const char *log, const char *const *argv);
/* Runs it to its end; gives the exit code, 128 + N when signal N ended it. */
int process_tool_run(const char *log, const char *const *argv);

/* Whether it still runs; takes its exit code, as above, when it has ended. */
bool process_tool_runs(struct process_tool *process, int *code);
/* Ends it by SIGKILL; one that does not run is fine. */
void process_tool_kill(struct process_tool *process);
/* Ends it by SIGTERM; gives the exit code, or -1 where it took more than so many seconds and was
 * killed. */
int process_tool_stop(struct process_tool *process, int seconds_max);
/* Stops it in its tracks, or lets it go on. */
void process_tool_freeze(const struct process_tool *process, bool frozen);
/* The CPU time that it has used, all its threads; seconds. */
double process_tool_cpu(const struct process_tool *process);
/* What it printed, to stderr: errors and warnings, then the last lines. */
void process_tool_show(const struct process_tool *process);

#endif
