/* A decision with what it changed, as people read it. */
#ifndef OPS_CTL_HISTORY_TEXT_H
#define OPS_CTL_HISTORY_TEXT_H

#include "agency/v1/query_service.pb-c.h"
#include "ops/ctl/ctl.h"

/* Appends it to ctl's output; `item->decision` must be there. Takes memory of the arena. */
MUST_USE struct status history_text(struct ctl *ctl, struct arena *arena,
                                    const Agency__V1__HistoryItem *item);
/* What an Any of an entity holds; NULL where it is not set, or of a kind that is not known. */
MUST_USE struct status history_text_entity(struct arena *arena, const Google__Protobuf__Any *any,
                                           const Agency__V1__EntityRef *of,
                                           const ProtobufCMessage **entity);

#endif
