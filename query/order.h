/* The order of a list: by one field of the entities, then by their ids. */
#ifndef QUERY_ORDER_H
#define QUERY_ORDER_H

#include "core/base/buf.h"
#include "core/model/filter.h"

struct order {
    struct filter field;
    bool descending;
};

/* "name"; or "-updated_at" or "updated_at desc" for the latest first; a field as list_filter has
 * it. INVALID_ARGUMENT: there is no such field, or it has no order. */
MUST_USE struct status order_parse(enum entity_kind kind, struct str text, struct order *order);
/* Appends a key whose bytes are in the order asked for. Of a text the first ORDER_TEXT_MAX bytes
 * count. */
enum { ORDER_TEXT_MAX = 1024 };
void order_key(const struct order *order, const ProtobufCMessage *entity, struct str id,
               struct buf *key);
/* The id at the end of such a key; lies in the arena. DATA_LOSS: it is none. */
MUST_USE struct status order_key_id(const struct order *order, struct arena *arena, struct str key,
                                    struct str *id);

#endif
