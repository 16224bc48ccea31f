/* A real Kafka broker for a test program: its own, on its own port, begun by the first call and
 * ended with the program. */
#ifndef TESTS_LIB_BROKER_TOOL_H
#define TESTS_LIB_BROKER_TOOL_H

#include <stdbool.h>
#include <sys/types.h>

/* How many nodes: 1 unless this is called before all else; three replicate threefold. */
void broker_tool_nodes(int count);
/* Before all else: with the Java of a broker that runs for days (compiled for speed, 1 GB), not of
 * one that starts soon. */
void broker_tool_lives_long(void);
/* The bootstrap servers of the running broker; starts it when there is none yet. NULL: there is no
 * Java here, so skip the test. Ends the program when the broker does not start. */
const char *broker_tool_address(void);
/* Ends a node (1 is the first) by SIGKILL. */
void broker_tool_kill(int node);
/* Starts it again on what it had. */
void broker_tool_restart(int node);
/* Cuts the second half off a partition of a topic, as a disk does that lied about its writes. The
 * node does not run. */
void broker_tool_lose_half(int node, const char *topic, unsigned partition);
/* The process of a node that runs. */
pid_t broker_tool_pid(int node);
/* Stops and continues its process: a node that hangs. */
void broker_tool_freeze(int node, bool frozen);

#endif
