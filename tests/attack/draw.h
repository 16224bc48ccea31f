/* Drawing commands: whatever the descriptors allow, with some fields chosen by their names at
 * whatever depth. All lies in the story's arena. */
#ifndef TESTS_ATTACK_DRAW_H
#define TESTS_ATTACK_DRAW_H

#include "tests/attack/attacker.h"

/* The command of this name, such as "GrantPermission". */
Agency__V1__Command *draw_named(struct attacker *attacker, const char *name);
/* Any command: of those that begin otherwise, only so many of a hundred are taken. */
Agency__V1__Command *draw_like(struct attacker *attacker, const char *const *beginnings,
                               size_t count, unsigned others_percent);

ProtobufCMessage *draw_payload(Agency__V1__Command *command);

/* Sets a field that the attack cannot do without: fails where the command has none. */
void draw_set(Agency__V1__Command *command, const char *name, const void *value);
void draw_set_text(Agency__V1__Command *command, const char *name, const char *text);
/* Clears a field, if the command has it. */
void draw_clear(Agency__V1__Command *command, const char *name);

/* The id of something ACTIVE that is not the owner's; NULL if there is none at hand. */
const char *draw_live(struct attacker *attacker, enum entity_kind kind);

char *draw_copy(struct attacker *attacker, const char *text);

#endif
