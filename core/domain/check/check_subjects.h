/* Who has a permission on an object. */
#ifndef CORE_DOMAIN_CHECK_CHECK_SUBJECTS_H
#define CORE_DOMAIN_CHECK_CHECK_SUBJECTS_H

#include "core/domain/check/listed.h"

/* The subjects that Check would allow as of at_us in a context (NULL: an empty one), and those for
 * whom the context does not suffice, in byte order of ids; none where it would deny everybody (an
 * archived object). The list lies in the arena, the ids are borrowed from the view. NOT_FOUND:
 * there never was such an object, or the permission is not defined. RESOURCE_EXHAUSTED over
 * LIST_LOOKUPS_MAX or a limit of the walk. */
MUST_USE struct status check_subjects(const struct view *view, struct arena *arena, int64_t at_us,
                                      const struct check_question *question, struct listed **items,
                                      size_t *items_count);

#endif
