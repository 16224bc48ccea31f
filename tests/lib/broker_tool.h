/* A real Kafka broker for a test program: its own, on its own port, begun by the first call and
 * ended with the program. */
#ifndef TESTS_LIB_BROKER_TOOL_H
#define TESTS_LIB_BROKER_TOOL_H

#include <stdbool.h>

/* The bootstrap servers of the running broker; starts it when there is none yet. NULL: there is no
 * Java here, so skip the test. Ends the program when the broker does not start. */
const char *broker_tool_address(void);
/* Ends the broker by SIGKILL. */
void broker_tool_kill(void);
/* Starts it again on what it had. */
void broker_tool_restart(void);
/* Stops and continues its process: a broker that hangs. */
void broker_tool_freeze(bool frozen);

#endif
