/* What a person is told beside the answer. */
#ifndef OPS_CTL_SAY_H
#define OPS_CTL_SAY_H

#include "core/base/status.h"

/* A line on standard error. It may quote what others wrote: no screen acts upon it. */
void say(const char *format, ...) PRINTF_LIKE(1, 2);
/* "PROGRAM: CODE: what was expected". */
void say_status(const char *program, const struct status *status);

#endif
