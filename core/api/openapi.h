/* The OpenAPI 3.1 document of the paths: what they take and answer, with the comments of the
 * schema. */
#ifndef CORE_API_OPENAPI_H
#define CORE_API_OPENAPI_H

#include "core/api/routes.h"
#include "core/base/buf.h"

/* Appends that of these routes; `version` is the program's. RESOURCE_EXHAUSTED where the schema has
 * more types than expected. */
MUST_USE struct status api_openapi_write(const struct api_schema *schema,
                                         const struct api_routes *routes, const char *version,
                                         struct buf *out);
/* The same of this program's schema, by who has not read it yet. */
MUST_USE struct status api_openapi(const char *version, struct buf *out);

#endif
