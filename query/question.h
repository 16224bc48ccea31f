/* Questions as messages: what services answer, and agencyctl asks of a folder or a server alike.
 * Each method of the services Query and Entities is one.
 *
 *     struct asking asking;
 *     struct status st = asking_open(&asking, &question, &where, &arena, request);
 *     ... asking.response, asking.snapshot ...
 *     asking_close(&asking);
 */
#ifndef QUERY_QUESTION_H
#define QUERY_QUESTION_H

#include "agency/v1/command.pb-c.h"
#include "core/base/clock.h"
#include "core/domain/kernel/object.h"
#include "core/keyring/keyring.h"
#include "query/snapshot.h"
#include "query/stores.h"

struct asking;
struct question;

/* Sets asking->response; where the question is of an org, of its snapshot. */
typedef struct status question_answer(struct asking *asking);
/* The object that a request is about. */
typedef struct status question_object(const struct question *question, struct snapshot *snapshot,
                                      const ProtobufCMessage *request, struct object *object);

struct question {
    const ProtobufCServiceDescriptor *service;
    const char *method; /* "Check" */
    const ProtobufCMessageDescriptor *input;
    const ProtobufCMessageDescriptor *output;
    question_answer *answer;
    question_object *object; /* NULL: the org, and nothing in it */
    enum entity_kind kind;   /* of Entities */
};

/* Where and for whom a question is answered. */
struct question_where {
    const struct stores *stores;
    const struct keyring *keyring; /* opens profiles, finds personal external ids; NULL: none */
    const Agency__V1__Principal *reader; /* who asks; NULL: who owns the stores, and may read all */
    struct clock clock;
    struct str as_of;    /* of a request that does not say; may be empty */
    struct str at_least; /* the same */
    bool settled;        /* as struct moment_ask has these two */
    bool final;
    size_t memory_max; /* of decoded entities */
};

struct asking {
    const struct question *question;
    const struct question_where *where;
    struct arena *arena;
    const ProtobufCMessage *request;
    struct snapshot *snapshot; /* of a question of an org; else NULL */
    struct snapshot own;       /* where it was opened for this question */
    struct snapshot now;       /* of a question of another moment, once it is asked for */
    const ProtobufCMessage *response;
    const char *note; /* what a person should know beside the answer; NULL: nothing */
};

/* Answers. The response lies in the arena, or is borrowed from the snapshot. PERMISSION_DENIED: the
 * reader may not (core/domain/check/reader.h), or there is no such org. Statuses of stores.open,
 * snapshot_open and of the question. To be closed in any case. */
MUST_USE struct status asking_open(struct asking *asking, const struct question *question,
                                   const struct question_where *where, struct arena *arena,
                                   const ProtobufCMessage *request);
/* Answers from a snapshot that is open, to whoever may read all of it: what the request says of org
 * and moment does not count. Its arena must be the answer's. */
MUST_USE struct status asking_of(struct asking *asking, const struct question *question,
                                 const struct question_where *where, struct snapshot *snapshot,
                                 const ProtobufCMessage *request);
/* The org as it is now, of a question of an org: the snapshot, or one beside it. Statuses of
 * snapshot_open; never NOT_FOUND. */
MUST_USE struct status asking_now(struct asking *asking, struct snapshot **now);
/* Which moment the request asks for, or what came beside it. INVALID_ARGUMENT. */
MUST_USE struct status asking_moment(const struct asking *asking, struct moment_ask *ask);
/* A zeroed one is fine. */
void asking_close(struct asking *asking);
/* What was answered from, as a token; it lies in the arena. Empty for a question of no org. */
MUST_USE struct status asking_position(const struct asking *asking, struct str *token);

/* By their numbers from 0 on; false behind the last. */
bool question_at(size_t index, struct question *question);

#endif
