/* What a setting is of: once that is gone, the setting is worth nothing, though nobody unset it.
 * Decisions leave it as it is, for one entity can have any number of settings. */
#ifndef CORE_MODEL_CONFIGURED_H
#define CORE_MODEL_CONFIGURED_H

#include "agency/v1/config.pb-c.h"
#include "core/model/moment.h"

/* Whether what the setting is of has ended or was removed at the moment. */
MUST_USE struct status configured_is_gone(struct store_reader *reader, struct arena *arena,
                                          struct str org_id, const struct moment *moment,
                                          const Agency__V1__Config *config, bool *gone);

#endif
