/* Commands on their way over a log that others decide, until they are answered. Not thread-safe. */
#ifndef WRITERS_CLIENT_IN_FLIGHT_H
#define WRITERS_CLIENT_IN_FLIGHT_H

#include "core/base/hash.h"
#include "core/base/limits.h"
#include "core/evlog/evlog.h"
#include "writers/client/reply.h"
#include "writers/request.h"

/* Commands without an answer; how many copies of one are remembered: the first ones and the last.
 */
enum { IN_FLIGHT_MAX = 4096, IN_FLIGHT_COPIES_MAX = 8 };

/* A command on its way. */
struct in_flight_command {
    struct request request;
    char command_id[ID_SIZE_MAX + 1];
    char principal[HASH_HEX_SIZE]; /* the fingerprint of who sends it */
    bool acknowledged;             /* the copy that was sent last */
    uint32_t offsets_count;
    uint64_t offsets[IN_FLIGHT_COPIES_MAX]; /* of the copies, among the commands */
    uint64_t early_offset;                  /* an answer that came before the acknowledgement; */
    struct submit_answer early;             /* it counts if it is of the same offset */
    int64_t until_us;                       /* monotonic: it is answered by then */
    int64_t ask_us;                         /* monotonic: when to ask what became of it, */
    int64_t ask_wait_us;                    /* how long after the time before, */
    uint32_t asked;                         /* and how often that was */
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
                      const struct submit_answer *answer);

/* A copy of the command is acknowledged at an offset. */
void in_flight_acknowledge(struct in_flight *in_flight, struct in_flight_command *command,
                           uint64_t offset);
/* Answers what a reply in a partition is about, or will be once its copy is acknowledged: a command
 * that lies at the offset. An outcome must also name its org, id and principal. */
void in_flight_take(struct in_flight *in_flight, uint32_t partition, const struct reply *reply);

#endif
