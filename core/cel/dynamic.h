/* Messages of types known at run time: a back end of the provider port on a schema (schema.h). */
#ifndef CORE_CEL_DYNAMIC_H
#define CORE_CEL_DYNAMIC_H

#include "core/cel/provider.h"
#include "core/cel/schema.h"

enum { CEL_DYNAMIC_DEPTH_MAX = 64 }; /* messages inside each other, when decoded */

/* The port's implementation on the schema, which must outlive it. */
struct cel_provider cel_dynamic_provider(const struct cel_schema *schema);

/* Reads a message of the type into the run's arena; strings borrow from `bytes`. Gas is charged by
 * size. Unknown fields are kept. */
bool cel_dynamic_decode(struct cel_run *run, const struct cel_schema *schema,
                        const struct cel_message_type *type, struct str bytes,
                        const void **message);
/* The message as bytes in the run's arena; fields by number, maps in their own order. */
bool cel_dynamic_encode(struct cel_run *run, const void *message, struct str *bytes);

#endif
