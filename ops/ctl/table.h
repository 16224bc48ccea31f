/* A table for a person: columns as wide as their widest cell, two spaces between them. */
#ifndef OPS_CTL_TABLE_H
#define OPS_CTL_TABLE_H

#include "core/base/arena.h"
#include "core/base/buf.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table {
    struct arena *arena; /* cells are copied into it */
    size_t columns_count;
    struct str *cells; /* row by row; the first row is the head */
    size_t cells_count;
    size_t cells_cap;
};

/* An empty table with these heads. */
MUST_USE struct status table_init(struct table *table, struct arena *arena,
                                  const char *const *heads, size_t columns_count);
/* Adds one cell, from left to right, row by row. */
MUST_USE struct status table_add(struct table *table, struct str cell);
/* Appends the text; trailing blanks are left out. Only whole rows are shown. */
void table_print(const struct table *table, struct buf *out);

#endif
