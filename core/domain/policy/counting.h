/* What count() counts: the rows of an index whose first parts are the fields that are asked for. */
#ifndef CORE_DOMAIN_POLICY_COUNTING_H
#define CORE_DOMAIN_POLICY_COUNTING_H

#include "core/cel/run.h"
#include "core/domain/kernel/index.h"

struct counting {
    enum index_number index;
    struct str parts[INDEX_PARTS_MAX];
    size_t count;
};

/* False where no index finds that kind by these fields, or a value is none that a field has; the
 * run's error says so. */
bool counting_of_values(struct cel_run *run, struct str kind, const struct cel_map *fields,
                        struct counting *counting);

struct cel_node;

/* The same of what an expression says, before it is evaluated: kind and names of fields must be
 * constants. `msg` has room for why not. */
bool counting_check(const struct cel_node *kind, const struct cel_node *fields, char *msg,
                    size_t msg_size);

#endif
