/* What somebody sent, made fit for a message that people read: cut short, and without control
 * characters or bytes that are no text. */
#ifndef CORE_AUTH_SHOWN_H
#define CORE_AUTH_SHOWN_H

#include "core/base/str.h"

enum { SHOWN_SIZE = 72 };

struct shown {
    char text[SHOWN_SIZE]; /* ends with a NUL */
};

struct shown shown_make(struct str text);

#endif
