/* The contract of the log on a real broker. */
#define EVLOG_CONTRACT_KAFKA 1
#include "tests/contract/test_evlog.c"
