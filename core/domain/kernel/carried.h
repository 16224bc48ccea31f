/* Commands that entities carry: nobody sends them, but something that happens frees them. What such
 * a command may do is said by the definition that carries it, which somebody put who may delegate:
 * the subject as which it is judged, and the names of commands that it may be. */
#ifndef CORE_DOMAIN_KERNEL_CARRIED_H
#define CORE_DOMAIN_KERNEL_CARRIED_H

#include "core/domain/kernel/decision.h"
#include "google/protobuf/struct.pb-c.h"

struct carried {
    enum entity_kind origin; /* what carries it */
    const char *origin_id;
    const char *acts_as;
    char *const *commands;
    size_t commands_count;
};

/* What stands in a template in {braces}. */
struct carried_values {
    uint64_t turn;
    int64_t at_us;
};

/* Rejects names of commands that nothing may carry, the same twice, and none at all. */
MUST_USE struct status carried_check_names(struct decide *d, char *const *commands,
                                           size_t commands_count);

/* Makes the command of a template: its JSON, in whose texts {turn} and {at} are replaced. Rejects
 * with INVALID_ARGUMENT what is none, or none of those that it may be. Lies in d's arena. */
MUST_USE struct status carried_read(struct decide *d, const struct carried *carried,
                                    const Google__Protobuf__Struct *template,
                                    const struct carried_values *values,
                                    Agency__V1__Command **command);

/* Decides it, in a decision in which nothing has been emitted yet, at d's occurred_at_us; d keeps
 * what is recorded of it. At the door (core/domain/decide.c), as commands stand above. */
MUST_USE struct status decide_carried(struct decide *d, const struct carried *carried,
                                      const Agency__V1__Command *command);

#endif
