#include "tests/lib/broker_tool.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/lib/folder_tool.h"

enum {
    BROKER_TOOL_COMMAND_MAX = 512,
    /* As in ops/kafka: */
    BROKER_TOOL_NODES_MAX = 3,
    BROKER_TOOL_STEP = 10, /* from a node's port to the next one's */
    BROKER_TOOL_CONTROLLER = 1,
};

static char broker_tool_folder[FOLDER_TOOL_PATH_MAX];
static char broker_tool_servers[128];
static pid_t broker_tool_owner;
static int broker_tool_count = 1;
static int broker_tool_first_port;

void broker_tool_nodes(int count)
{
    broker_tool_count = count;
}

void broker_tool_lives_long(void)
{
    setenv("KAFKA_JVM", "-Xms1g -Xmx1g -XX:+UseG1GC -XX:MaxGCPauseMillis=20", 1);
}

/* Whether nobody has that port. */
static bool broker_tool_is_free(int port)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int yes = 1;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bool bound = bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0;
    close(descriptor);
    return bound;
}

static bool broker_tool_are_free(int first)
{
    bool ports_free = broker_tool_is_free(first + BROKER_TOOL_CONTROLLER);
    for (int node = 1; node <= BROKER_TOOL_NODES_MAX; node++) {
        ports_free = ports_free && broker_tool_is_free(first + BROKER_TOOL_STEP * (node - 1));
    }
    return ports_free;
}

/* Away from the ports that the kernel gives to outgoing connections, and from those of programs
 * that run beside this one: their numbers are close to its own. */
static int broker_tool_choose(void)
{
    enum { SLOTS = 400, SLOT_PORTS = BROKER_TOOL_STEP * BROKER_TOOL_NODES_MAX };
    for (int i = 0; i < SLOTS; i++) {
        int slot = ((int)getpid() + i * 7) % SLOTS;
        if (broker_tool_are_free(20000 + slot * SLOT_PORTS)) {
            return 20000 + slot * SLOT_PORTS;
        }
    }
    fprintf(stderr, "expected free ports for a broker from 20000 to 32000\n");
    exit(1);
}

/* Runs ops/kafka for one node, or for all (0). */
static int broker_tool_run(const char *words, int node)
{
    char only[32] = "";
    char command[BROKER_TOOL_COMMAND_MAX];
    if (node > 0) {
        snprintf(only, sizeof only, "--node %d", node);
    }
    snprintf(command, sizeof command, "%s/ops/kafka %s %s --nodes %d --dir %s --port %d >&2",
             SOURCE_DIR, words, only, broker_tool_count, broker_tool_folder,
             broker_tool_first_port);
    return system(command);
}

static void broker_tool_end(void)
{
    if (getpid() == broker_tool_owner) {
        broker_tool_run("stop --kill", 0);
        folder_tool_remove(broker_tool_folder);
    }
}

/* A program that is too slow is ended from outside: its brokers must not outlive it, and take the
 * time of those that follow. */
static void broker_tool_ended(int signal_number)
{
    (void)signal_number;
    exit(1);
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
        broker_tool_first_port = broker_tool_choose();
        for (int node = 1; node <= broker_tool_count; node++) {
            size_t used = strlen(broker_tool_servers);
            snprintf(broker_tool_servers + used, sizeof broker_tool_servers - used,
                     "%s127.0.0.1:%d", used > 0 ? "," : "",
                     broker_tool_first_port + BROKER_TOOL_STEP * (node - 1));
        }
        broker_tool_owner = getpid();
        atexit(broker_tool_end);
        signal(SIGTERM, broker_tool_ended);
        broker_tool_require(broker_tool_run("start --fresh", 0));
    }
    return broker_tool_servers;
}

void broker_tool_kill(int node)
{
    broker_tool_run("stop --kill", node);
}

void broker_tool_restart(int node)
{
    broker_tool_require(broker_tool_run("start", node));
}

void broker_tool_lose_half(int node, const char *topic, unsigned partition)
{
    char path[BROKER_TOOL_COMMAND_MAX];
    struct stat found;
    snprintf(path, sizeof path, "%s/data/n%d/%s-%u/00000000000000000000.log", broker_tool_folder,
             node, topic, partition);
    if (stat(path, &found) != 0 || truncate(path, found.st_size / 2) != 0) {
        abort();
    }
}

pid_t broker_tool_pid(int node)
{
    char name[FOLDER_TOOL_PATH_MAX + 16];
    long pid = 0;
    snprintf(name, sizeof name, "%s/n%d.pid", broker_tool_folder, node);
    FILE *file = fopen(name, "r");
    if (file == NULL || fscanf(file, "%ld", &pid) != 1 || pid <= 1) {
        abort();
    }
    fclose(file);
    return (pid_t)pid;
}

void broker_tool_freeze(int node, bool frozen)
{
    kill(broker_tool_pid(node), frozen ? SIGSTOP : SIGCONT);
}
