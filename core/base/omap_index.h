/* Inside of omap: entries by hash, for finding one in two or three cache misses instead of the
 * tree's two per level. It may not know: then the tree is asked. So no set of keys, however chosen,
 * makes anything worse than the tree is. */
#ifndef CORE_BASE_OMAP_INDEX_H
#define CORE_BASE_OMAP_INDEX_H

#include "core/base/omap.h"

enum omap_index_answer {
    OMAP_INDEX_FOUND,
    OMAP_INDEX_ABSENT,  /* no entry has this key; `entry` is NULL */
    OMAP_INDEX_UNKNOWN, /* ask the tree */
};

enum omap_index_answer omap_index_find(const struct omap *map, struct str key,
                                       struct omap_entry **entry);
/* After an entry went into the tree, and before it leaves it. */
void omap_index_add(struct omap *map, struct omap_entry *entry);
void omap_index_remove(struct omap *map, const struct omap_entry *entry);
void omap_index_release(struct omap *map);

#endif
