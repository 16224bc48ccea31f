/* JSON Schema in one line: what a schema says of a value, as text. */
#ifndef TESTS_LIB_SCHEMA_KIT_H
#define TESTS_LIB_SCHEMA_KIT_H

#include "core/schema/schema.h"

/* "valid"; "refused: ..." for a schema and "failed: ..." for a value that is not judged; else a
 * line for each problem: "/instance by /keyword: expected ...", and "more" at the end if there are
 * more. Valid until the next call. */
const char *schema_kit_judge(const char *schema, const char *value);
/* Gas that the last judgement took, and its compilation. */
uint64_t schema_kit_gas(void);
uint64_t schema_kit_compile_gas(void);

#endif
