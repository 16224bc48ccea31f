/* What expressions of tests may refer to, and the texts of what they give. */
#ifndef TESTS_LIB_CEL_WORLD_H
#define TESTS_LIB_CEL_WORLD_H

#include "agency/v1/role.pb-c.h"
#include "core/cel/cel.h"
#include "core/cel/generated.h"

enum { CEL_WORLD_VARIABLES = 8, CEL_WORLD_ITEMS = 3 };

struct cel_world {
    struct arena arena, evaluation;
    struct cel_generated generated;
    struct cel_variable variables[CEL_WORLD_VARIABLES];
    struct cel_value bindings[CEL_WORLD_VARIABLES];
    struct cel_env env;
    Agency__V1__Role role;
    struct cel_value items[CEL_WORLD_ITEMS];
    struct cel_value mixed_items[CEL_WORLD_ITEMS];
    struct cel_list list, mixed;
    struct cel_entry entries[2];
    struct cel_value map;
    struct cel_problems problems;
    char name[8];
};

/* x int 42, u uint 7, s string 'hello' (at most 64 bytes), d dyn [1, 'a', null], l list(int)
 * [1, 2, 3] (at most 100 items), m map(string, int) {'a': 1, 'b': 2}, role agency.v1.Role named
 * 'lead', unbound int without a value. */
void cel_world_init(struct cel_world *world);
void cel_world_release(struct cel_world *world);

/* Appends "type value (gas used, estimate)", or "error 1:3: message", or the problems. */
void cel_world_eval(struct cel_world *world, struct str source, struct buf *out);

/* Appends what cel_explain says, or the problems. */
void cel_world_explain(struct cel_world *world, struct str source, struct buf *out);

#endif
