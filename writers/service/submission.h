/* A command that came over the API, on its way: recorded as its caller's, handed to whoever
 * decides, and brought back to the server's thread with its answer. */
#ifndef WRITERS_SERVICE_SUBMISSION_H
#define WRITERS_SERVICE_SUBMISSION_H

#include "agency/v1/commands_service.pb-c.h"
#include "core/auth/command_record.h"
#include "core/base/clock.h"
#include "core/evlog/chain.h"
#include "core/model/submit.h"
#include "core/rpc/server.h"

/* To whom commands go and how they are recorded. Borrows all of it. */
struct submission_options {
    struct rpc_server *server; /* answers are brought to its thread */
    struct submit port;
    struct clock clock;
    struct evlog_identity identity; /* of the log: what tokens and signatures name */
    struct command_record_keys keys;
    const struct command_signature_cluster *seals; /* proves commands that leave this process; NULL:
                                                      they do not */
    int64_t timeout_us; /* how long a sealed command may take to be decided */
};

struct submission;
/* Called on the server's thread, once. The answer is valid until it returns. */
typedef void submission_back(void *owner, size_t index, const char *command_id, uint32_t partition,
                             const struct submit_answer *answer);

/* Sends what a request asks for in the name of whom `call` was let in as; only on the server's
 * thread. Memory of `arena` is used until it returns; texts of the request may be hidden in place.
 * `index` and `owner` come back with the answer. INVALID_ARGUMENT: nothing, or what no decider
 * could take. UNAUTHENTICATED, DEADLINE_EXCEEDED: the signature is not the sender's, or too old.
 * RESOURCE_EXHAUSTED and UNAVAILABLE as submit. `back` is called only after OK. */
MUST_USE struct status submission_send(const struct submission_options *options,
                                       struct arena *arena, struct rpc_call *call,
                                       const Agency__V1__SubmitRequest *request,
                                       submission_back *back, void *owner, size_t index);

/* An answer as clients see it; lies in the arena. */
MUST_USE struct status submission_response(const struct submission_options *options,
                                           struct arena *arena, const char *command_id,
                                           uint32_t partition, const struct submit_answer *answer,
                                           Agency__V1__SubmitResponse **response);

#endif
