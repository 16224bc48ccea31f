/* What a decision changed, as people read it: each entity, and under it its fields, old -> new. */
#ifndef OPS_CTL_CHANGE_TEXT_H
#define OPS_CTL_CHANGE_TEXT_H

#include "query/history.h"

/* Appends the lines of one entity. */
MUST_USE struct status change_text(struct arena *arena, const Agency__V1__EntityRef *changed,
                                   const struct history_change *change, struct buf *out);
/* Those of its fields only. */
MUST_USE struct status change_text_fields(struct arena *arena, const Agency__V1__EntityRef *changed,
                                          const struct history_change *change, struct buf *out);

#endif
