/* Commands as texts: a name and a body, as agencyctl submit takes them. Events likewise. */
#ifndef TESTS_LIB_COMMAND_TEXT_H
#define TESTS_LIB_COMMAND_TEXT_H

#include "agency/v1/command.pb-c.h"
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/status.h"

/* Reads the body of a command or event, "CreateRole" or "createRole", and makes it the payload of a
 * Command or Event. INVALID_ARGUMENT for a name that is none, and as pb_from_json_body. */
MUST_USE struct status command_text_read(struct arena *arena, struct str name, struct str body,
                                         ProtobufCMessage *whole);

/* Appends the body of a payload: what command_text_read reads. */
void command_text_write(const ProtobufCMessage *payload, struct buf *out);

/* A new command of the org with this id; fails the test where the text is none. */
Agency__V1__Command *command_text_make(struct arena *arena, const char *org_id,
                                       const char *command_id, const char *name, const char *body);

#endif
