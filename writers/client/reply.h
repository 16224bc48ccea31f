/* What the streams for everybody say about one command: its outcome, or its dead letter. Pure.
 */
#ifndef WRITERS_CLIENT_REPLY_H
#define WRITERS_CLIENT_REPLY_H

#include "core/base/arena.h"
#include "core/evlog/evlog.h"
#include "writers/request.h"

struct reply {
    const char *org_id;
    const char *command_id;
    const char *principal; /* the fingerprint of whose command it was; NULL: nobody knows */
    uint64_t offset;       /* where the command lies */
    struct submit_answer answer;
};

/* Reads an outcome or a dead letter; false: it is none. The streams are for everybody, so
 * that is no failure of ours. The reply lies in the arena. */
bool reply_read(struct arena *arena, enum evlog_stream stream, struct str value,
                struct reply *reply);

/* What is answered here, without the log. */
struct submit_answer reply_failed(enum status_code code, const char *reason);

#endif
