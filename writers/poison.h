/* Remembers, across the death of the process, which command was being decided: one that kills the
 * decider again and again must not stop its partition. The note lies in a small mapped file, so
 * that writing it costs no system call and outlives a crash of the process (not of the machine,
 * which says nothing about the command).
 *
 * After two deaths commands are decided one by one; after three at one command it is refused
 * unseen. One thread. */
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

/* How many commands may be noted as one batch: many, or one after two deaths. */
uint32_t poison_batch_max(const struct poison *poison, uint32_t wanted);
/* Notes the first command of a batch before it is decided. */
void poison_begin(struct poison *poison, struct str command);
/* The batch is decided: the process lived. */
void poison_end(struct poison *poison);
/* Whether this command has killed the process three times. */
bool poison_is(const struct poison *poison, struct str command);

#endif
