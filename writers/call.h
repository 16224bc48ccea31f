/* A command and the wait for its answer, for callers that have nothing else to do. */
#ifndef WRITERS_CALL_H
#define WRITERS_CALL_H

#include "writers/writer.h"

/* Submits and waits for the answer. Any thread but the writer's. */
MUST_USE struct status writer_call(struct writer *writer, struct str org_id, struct str command,
                                   struct decider_answer *answer);

#endif
