/* Several commands as one decision: what they do one after another, all of them or none. */
#ifndef CORE_DOMAIN_BATCH_H
#define CORE_DOMAIN_BATCH_H

#include "core/domain/kernel/decision.h"

static inline bool batch_is(const Agency__V1__Command *command)
{
    return (unsigned)command->payload_case == COMMAND_BATCH;
}

/* INVALID_ARGUMENT unless a batch has some commands, not too many, each of them one that may stand
 * in it and that says its payload and expected_version alone. */
MUST_USE struct status batch_check(const Agency__V1__Command *batch);

/* The command of that place as it would come alone: in the envelope of the batch. */
Agency__V1__Command batch_command(const Agency__V1__Command *batch, size_t place);

/* Judges one command, as if it came alone after what is emitted already. */
typedef struct status batch_judge(struct decide *d);

/* Judges all, until one is rejected: then so is the batch, and nothing of it is to be kept. */
MUST_USE struct status batch_decide(struct decide *d, batch_judge *judge);

#endif
