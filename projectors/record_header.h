/* Headers of records that are published. */
#ifndef PROJECTORS_RECORD_HEADER_H
#define PROJECTORS_RECORD_HEADER_H

#include "core/base/arena.h"
#include "core/evlog/evlog.h"

/* One more behind those that a record has; its value and all of them lie in the arena. */
MUST_USE struct status record_header_add(struct arena *arena, struct evlog_item *item,
                                         struct str name, struct str value);

#endif
