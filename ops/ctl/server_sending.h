/* Commands over a server: some at a time, each answered in its order. */
#ifndef OPS_CTL_SERVER_SENDING_H
#define OPS_CTL_SERVER_SENDING_H

#include "core/model/submit.h"
#include "ops/ctl/server_client.h"

enum { SERVER_SENDING_MAX = 500 };

struct server_sending {
    struct server_client *client; /* borrowed; NULL: commands do not go over a server */
    struct arena arena;           /* of what waits, and of the answers */
    struct {
        Agency__V1__Command *command;
        submit_done *done;
        void *context;
    } waiting[SERVER_SENDING_MAX];
    size_t count;
    struct str token; /* of the last answer */
};

void server_sending_init(struct server_sending *sending, struct server_client *client);
/* A zeroed one is fine. */
void server_sending_release(struct server_sending *sending);

/* Keeps a command until enough wait, then sends all. RESOURCE_EXHAUSTED: it is too large. */
MUST_USE struct status server_sending_add(struct server_sending *sending,
                                          const Agency__V1__Command *command, submit_done *done,
                                          void *context);
/* Sends what waits. Each is answered by its `done`: also where the server answers nothing, with
 * UNAVAILABLE, as nobody knows then. */
void server_sending_flush(struct server_sending *sending);

#endif
