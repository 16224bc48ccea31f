/* What the goldens of decisions say of a command, in the words of an expert of the domain: worked
 * examples, and what is refused. They are tested, so they are true (tests/golden/decide). */
#ifndef OPS_CTL_COMMAND_CASES_H
#define OPS_CTL_COMMAND_CASES_H

#include "core/base/str.h"

struct command_case {
    struct str about;  /* "an id is given once" */
    struct str json;   /* of the command; identities in clear have @ before them */
    struct str answer; /* the first event, "no events", or "rejected CODE: why" */
};

/* The next case about a command behind `*at`, which begins as that of command_cases_all; false
 * behind the last. Borrowed for ever. */
struct str command_cases_all(void);
bool command_cases_next(struct str *at, const char *command, struct command_case *found);

#endif
