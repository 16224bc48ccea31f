/* JSON as values of the language. */
#ifndef CORE_CEL_JSON_H
#define CORE_CEL_JSON_H

#include "core/cel/run.h"

/* Reads one JSON text: objects become maps, arrays lists, whole numbers without point or exponent
 * int (uint above its range), others double. INVALID_ARGUMENT with the place of what is wrong;
 * RESOURCE_EXHAUSTED at the run's limits. */
MUST_USE struct status cel_from_json(struct cel_run *run, struct str text, struct cel_value *value);

#endif
