/* The one command that the arguments of a verb give: its name and its JSON, or --batch with a file
 * of commands that are decided as one. */
#ifndef OPS_CTL_COMMAND_READ_H
#define OPS_CTL_COMMAND_READ_H

#include "agency/v1/command.pb-c.h"
#include "ops/ctl/ctl.h"

/* Reads it, with what the options say of its envelope, into ctl's arena. The verb has two
 * arguments, or none beside --batch. INVALID_ARGUMENT. */
MUST_USE struct status command_read(struct ctl *ctl, Agency__V1__Command **command);

/* What the options say of the envelope of a command; without --command-id it has a new one. */
MUST_USE struct status command_read_envelope(struct ctl *ctl, Agency__V1__Command *command);

/* A new id of a command, in ctl's arena. */
MUST_USE struct status command_read_new_id(struct ctl *ctl, char **id);

#endif
