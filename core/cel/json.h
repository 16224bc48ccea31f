/* JSON as values of the language. */
#ifndef CORE_CEL_JSON_H
#define CORE_CEL_JSON_H

#include "core/cel/run.h"

/* Reads one JSON text: objects become maps, arrays lists, whole numbers without point or exponent
 * int (uint above its range), others double. INVALID_ARGUMENT with the place of what is wrong;
 * RESOURCE_EXHAUSTED at the run's limits. */
MUST_USE struct status cel_from_json(struct cel_run *run, struct str text, struct cel_value *value);

/* The value that JSON has for it: null, bool, double, string, list or map, items as they were.
 * Integers that a double does not hold and times become text, bytes base64, a FieldMask its paths.
 * Fails for what has no JSON form. */
bool cel_json_form(struct cel_run *run, struct cel_value value, struct cel_value *form);

#endif
