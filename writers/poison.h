/* Remembers, across the death of the process, which command was being decided: one that kills the
 * decider again and again must not stop its partition. The note lies in a small mapped file, so
 * that writing it costs no system call and outlives a crash of the process (not of the machine,
 * which says nothing about the command).
 *
 * A command at which the process died three times in a row becomes a dead letter unseen. It is
 * noted while it is being decided and no longer: a process that is killed now and then dies
 * elsewhere, or at another command each time. One thread. */
#ifndef WRITERS_POISON_H
#define WRITERS_POISON_H

#include "core/base/hash.h"
#include "core/base/status.h"

struct poison;

/* Opens the note, makes it where there is none, and counts the death that it tells of. UNAVAILABLE.
 */
MUST_USE struct status poison_open(const char *path, struct poison **poison);
/* NULL is fine. */
void poison_close(struct poison *poison);

/* Notes a command before it is decided. */
void poison_begin(struct poison *poison, struct str command);
/* It is decided: the process lived. */
void poison_end(struct poison *poison);
/* Whether this command has killed the process three times. */
bool poison_is(const struct poison *poison, struct str command);

#endif
