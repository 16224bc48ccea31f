/* What must hold in an org after every decision, said again in the plainest way: by looking at all
 * entities, without indexes. */
#ifndef TESTS_LIB_ORG_RULES_H
#define TESTS_LIB_ORG_RULES_H

#include "core/model/layer.h"

/* The first rule that is broken by the entities of a layer with nothing under it, at a time; NULL
 * when all hold. Static memory. */
const char *org_rules_broken(const struct layer *layer, int64_t now_us);

#endif
