/* The OpenAPI 3.1 document of the paths: what they take and answer, with the comments of the
 * schema. */
#ifndef CORE_API_OPENAPI_H
#define CORE_API_OPENAPI_H

#include "core/base/buf.h"

/* Appends that of this program's schema; `version` is the program's. RESOURCE_EXHAUSTED where it
 * has more types than expected. */
MUST_USE struct status api_openapi(const char *version, struct buf *out);

#endif
