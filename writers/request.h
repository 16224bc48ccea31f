/* A command on its way to the decider, and whom to answer. */
#ifndef WRITERS_REQUEST_H
#define WRITERS_REQUEST_H

#include "core/model/submit.h"

struct request {
    char *bytes; /* the org's id, then the CommandRecord; owned */
    size_t org_size;
    size_t size; /* of both */
    uint32_t partition;
    submit_done *done;
    void *context;
};

/* Copies org and command. */
struct request request_make(struct str org_id, struct str command, uint32_t partition,
                            submit_done *done, void *context);
void request_release(struct request *request);

static inline struct str request_org(const struct request *request)
{
    return (struct str){ request->bytes, request->org_size };
}

static inline struct str request_command(const struct request *request)
{
    return (struct str){ request->bytes + request->org_size, request->size - request->org_size };
}

/* Answers and releases. */
void request_answer(const struct request *request, const struct submit_answer *answer);
/* Answers that nothing is recorded, or that nobody knows (UNAVAILABLE), and releases. */
void request_fail(const struct request *request, struct status why);

#endif
