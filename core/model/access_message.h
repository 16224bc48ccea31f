/* Changes of access as messages: what questions, streams and events tell of them. */
#ifndef CORE_MODEL_ACCESS_MESSAGE_H
#define CORE_MODEL_ACCESS_MESSAGE_H

#include "agency/v1/query.pb-c.h"
#include "core/domain/feed/access_feed.h"

/* Some lines; all of it lies in the arena. */
MUST_USE struct status access_messages(struct arena *arena, const struct access_line *lines,
                                       size_t count, Agency__V1__AccessLine ***messages);

#endif
