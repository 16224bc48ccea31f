/* Submitting commands: the port behind which somebody decides. In this process that is the embedded
 * writer, on Kafka whoever leads the partition, by a client of the log. Who asks (a person's tool,
 * a server, a reactor) knows this header only. */
#ifndef CORE_MODEL_SUBMIT_H
#define CORE_MODEL_SUBMIT_H

#include "core/base/status.h"
#include "core/base/str.h"

enum submit_outcome {
    SUBMIT_DECIDED,  /* a DECISION record says so */
    SUBMIT_REPEATED, /* answered before, by the record `sequence` */
    SUBMIT_FAILED,   /* nothing is recorded, or nobody knows (UNAVAILABLE); see the code */
    SUBMIT_LATER,    /* of a decider only: nothing was to be decided, but there is something */
    SUBMIT_ELAPSED,  /* of a decider only: what is due before the command was decided first, and is
                        recorded; the command is to be decided again */
};

enum { SUBMIT_REASON_MAX = 512, SUBMIT_CONSTRAINTS_MAX = 768 };

/* The answer to a command. By value, so that it can cross threads. */
struct submit_answer {
    enum submit_outcome outcome;
    enum status_code code;          /* OK: accepted; else why it was rejected, or failed */
    char reason[SUBMIT_REASON_MAX]; /* empty when accepted */
    uint64_t sequence;              /* of the record; 0 when nothing was */
    uint64_t org_sequence;          /* 0: no events */
    uint32_t events_count;
    int64_t recorded_at_us;
    /* The constraints that were not true, as packed ConstraintResults: the first for which there is
     * room. */
    size_t constraints_size;
    char constraints[SUBMIT_CONSTRAINTS_MAX];
};

/* Called once for each command taken, in a thread of the port's: it must not block. */
typedef void submit_done(void *context, const struct submit_answer *answer);

struct submit_command {
    struct str org_id;
    struct str command_id;
    struct str principal; /* the fingerprint of who sends it (decision_fingerprint) */
    struct str record;    /* the CommandRecord; proven, if it leaves the process */
};

struct submit {
    void *self;
    struct status (*take)(void *self, const struct submit_command *command, submit_done *done,
                          void *context);
};

/* Takes a command (copied). Any thread. RESOURCE_EXHAUSTED: too many wait, try again soon.
 * UNAVAILABLE: closing; nothing was taken. */
MUST_USE static inline struct status submit(const struct submit *port,
                                            const struct submit_command *command, submit_done *done,
                                            void *context)
{
    return port->take(port->self, command, done, context);
}

#endif
