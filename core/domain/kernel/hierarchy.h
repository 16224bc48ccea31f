/* Relations of entities to others of the same kind: none may have a cycle or more than 8 levels. */
#ifndef CORE_DOMAIN_KERNEL_HIERARCHY_H
#define CORE_DOMAIN_KERNEL_HIERARCHY_H

#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/ids.h"

enum hierarchy {
#define X(name, entity, field, index, words) HIERARCHY_##name,
    HIERARCHIES(X)
#undef X
};

/* Levels of entities above each other, both ends counted: deeper ones are unreadable for people.
 * Bounds the walks of Check. */
enum { HIERARCHY_LEVELS_MAX = 8 };
/* Subjects that one inherits from, over all levels. Bounds what Check looks at. */
enum { HIERARCHY_SUBJECTS_MAX = 64 };
/* Entities that one walk looks at, at most. */
enum { HIERARCHY_WALK_MAX = 10000 };

/* Rejects with FAILED_PRECONDITION when the entity stands above itself, or in a chain of more than
 * 8; with RESOURCE_EXHAUSTED when more than 10,000 must be looked at. To be called after the event
 * that changed the relation was emitted: a rejection drops it. */
MUST_USE struct status hierarchy_check(struct decide *d, enum hierarchy hierarchy, const char *id);

/* For relations in which only those above count (subjects that inherit, inclusions): what others
 * put below uses nothing up. Rejects as hierarchy_check when `above`, which now stands above `id`,
 * leads back to it, or makes a chain of more than 8 with it. To be called after the event. */
MUST_USE struct status hierarchy_check_new_above(struct decide *d, enum hierarchy hierarchy,
                                                 const char *id, const char *above);

/* Rejects with FAILED_PRECONDITION when this entity or one below it has more than `above_max`
 * others above it, over all levels: those below get longer lists, too. To be called after the
 * event. */
MUST_USE struct status hierarchy_check_above(struct decide *d, enum hierarchy hierarchy,
                                             const char *id, size_t above_max);

enum hierarchy_direction { HIERARCHY_UP, HIERARCHY_DOWN };

/* Adds all entities above or below this one, at every level, and itself, in byte order. Rejects as
 * above. */
MUST_USE struct status hierarchy_walk(struct decide *d, enum hierarchy hierarchy,
                                      enum hierarchy_direction direction, const char *id,
                                      struct ids *ids);

#endif
