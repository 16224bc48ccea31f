/* Commands on their way over a log that others decide, until they are answered. Not thread-safe. */
#ifndef WRITERS_CLIENT_IN_FLIGHT_H
#define WRITERS_CLIENT_IN_FLIGHT_H

#include "core/base/limits.h"
#include "core/evlog/evlog.h"
#include "writers/request.h"

/* Commands without an answer. */
enum { IN_FLIGHT_MAX = 4096 };

/* A command on its way. */
struct in_flight_command {
    struct request request;
    char command_id[ID_SIZE_MAX + 1];
    uint64_t offset;             /* among the commands; EVLOG_OFFSET_UNKNOWN: not acknowledged */
    uint64_t dead_letter_offset; /* one that came before the acknowledgement; */
    struct decider_answer dead_letter; /* it counts if it is of the same offset */
    int64_t until_us;                  /* monotonic: it is answered by then */
    int64_t ask_us;                    /* monotonic: when to ask what became of it, */
    int64_t ask_wait_us;               /* how long after the time before, */
    uint32_t asked;                    /* and how often that was */
    bool answered;
};

/* A ring by number; those before `first` are all answered. */
struct in_flight {
    struct in_flight_command *ring;
    uint64_t first, sent, next; /* numbers: unanswered from, sent before, taken before */
};

void in_flight_init(struct in_flight *in_flight);
void in_flight_release(struct in_flight *in_flight);

/* The command of a number, from first on. */
struct in_flight_command *in_flight_at(const struct in_flight *in_flight, uint64_t number);
/* Takes one more; there must be room. */
void in_flight_add(struct in_flight *in_flight, const struct in_flight_command *command);
/* Answers a command. */
void in_flight_answer(struct in_flight *in_flight, struct in_flight_command *command,
                      const struct decider_answer *answer);

/* What was sent of an org's command and is not answered; NULL: none. */
struct in_flight_command *in_flight_find(const struct in_flight *in_flight, uint32_t partition,
                                         const char *org_id, const char *command_id);
/* What lies at an offset of the commands and is not answered; NULL: none. */
struct in_flight_command *in_flight_find_at(const struct in_flight *in_flight, uint32_t partition,
                                            uint64_t offset);

#endif
