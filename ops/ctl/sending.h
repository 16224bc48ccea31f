/* Sending commands: into an embedded log, which this process owns meanwhile, over a log on Kafka to
 * whoever decides there, or to a server. */
#ifndef OPS_CTL_SENDING_H
#define OPS_CTL_SENDING_H

#include "core/model/submit_and_wait.h"
#include "ops/ctl/ctl.h"
#include "ops/ctl/server_sending.h"
#include "ops/folder_conf.h"
#include "writers/client/client.h"
#include "writers/embedded/writer.h"

struct sending {
    struct ctl *ctl;
    struct writer *writer;        /* of an embedded log, */
    struct client *client;        /* or on Kafka: */
    struct submit port;           /* one of the two */
    struct server_sending server; /* or over a server */
    struct evlog_identity identity;
    struct folder_conf conf;
    Agency__V1__Principal *principal;
    char *fingerprint; /* of the principal */
    struct ed25519_secret secret;
    bool signs; /* with the secret: the principal is its public half */
};

/* Opens the folder for writing; waits some seconds where another process has an embedded log.
 * FAILED_PRECONDITION: its log moved elsewhere, or it has no key to prove commands with. */
MUST_USE struct status sending_open(struct sending *sending, struct ctl *ctl);
/* As whom commands would be sent from a data folder. INVALID_ARGUMENT. */
MUST_USE struct status sending_who(struct ctl *ctl, const Agency__V1__Principal **principal);
/* Ends when all is answered and written. */
MUST_USE struct status sending_close(struct sending *sending);

/* INVALID_ARGUMENT: a line is about another org than --org says, where that is given. */
MUST_USE struct status sending_check_org(const struct ctl *ctl, const Agency__V1__Command *command);
/* Sends a command; `done` is called in a thread of its own. The command may be changed (identities
 * are hidden). Memory of `arena` is used until it returns. */
MUST_USE struct status sending_submit(struct sending *sending, struct arena *arena,
                                      Agency__V1__Command *command, submit_done *done,
                                      void *context);
/* Before the answers of what was sent are waited for. */
void sending_flush(struct sending *sending);
/* The same, and waits for the answer. */
MUST_USE struct status sending_call(struct sending *sending, struct arena *arena,
                                    Agency__V1__Command *command, struct submit_answer *answer);
/* Whether an answer says that nothing can be sent now: no use to go on. */
bool sending_is_over(const struct submit_answer *answer);
/* The answer as a client sees it; lies in the arena. */
MUST_USE struct status sending_response(const struct sending *sending, struct arena *arena,
                                        const char *org_id, const char *command_id,
                                        const struct submit_answer *answer,
                                        Agency__V1__SubmitResponse **response);

#endif
