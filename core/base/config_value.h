/* Inside of config: numbers with units. */
#ifndef CORE_BASE_CONFIG_VALUE_H
#define CORE_BASE_CONFIG_VALUE_H

#include "core/base/config.h"

/* A number of type INT, DURATION or SIZE; false if it is none or does not fit. */
bool config_value_parse(enum config_type type, struct str text, int64_t *number);
/* Appends it with the largest unit that divides it. */
void config_value_format(enum config_type type, int64_t number, struct buf *out);

#endif
