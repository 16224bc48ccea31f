#include "tests/lib/broker_tool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/lib/folder_tool.h"

enum { BROKER_TOOL_COMMAND_MAX = 512 };

static char broker_tool_folder[FOLDER_TOOL_PATH_MAX];
static char broker_tool_servers[64];
static pid_t broker_tool_owner;

/* Away from the ports that the kernel gives to outgoing connections. */
static int broker_tool_port(void)
{
    return 20000 + (int)(getpid() % 500) * 20;
}

static int broker_tool_run(const char *words)
{
    char command[BROKER_TOOL_COMMAND_MAX];
    snprintf(command, sizeof command, "%s/ops/kafka %s --dir %s --port %d >&2", SOURCE_DIR, words,
             broker_tool_folder, broker_tool_port());
    return system(command);
}

static void broker_tool_end(void)
{
    if (getpid() == broker_tool_owner) {
        broker_tool_run("stop --kill");
        folder_tool_remove(broker_tool_folder);
    }
}

static void broker_tool_require(int code)
{
    if (code != 0) {
        fprintf(stderr, "the broker did not start\n");
        exit(1);
    }
}

const char *broker_tool_address(void)
{
    if (system("command -v java > /dev/null") != 0) {
        return NULL;
    }
    if (broker_tool_owner == 0) {
        folder_tool_make(broker_tool_folder);
        snprintf(broker_tool_servers, sizeof broker_tool_servers, "127.0.0.1:%d",
                 broker_tool_port());
        broker_tool_owner = getpid();
        atexit(broker_tool_end);
        broker_tool_require(broker_tool_run("start --fresh"));
    }
    return broker_tool_servers;
}

void broker_tool_kill(void)
{
    broker_tool_run("stop --kill");
}

void broker_tool_restart(void)
{
    broker_tool_require(broker_tool_run("start"));
}

void broker_tool_freeze(bool frozen)
{
    char name[FOLDER_TOOL_PATH_MAX + 16];
    long pid = 0;
    snprintf(name, sizeof name, "%s/n1.pid", broker_tool_folder);
    FILE *file = fopen(name, "r");
    if (file == NULL || fscanf(file, "%ld", &pid) != 1 || pid <= 1) {
        abort();
    }
    fclose(file);
    kill((pid_t)pid, frozen ? SIGSTOP : SIGCONT);
}
