#include "ops/ctl/table.h"

#include "core/base/utf8.h"

struct status table_init(struct table *table, struct arena *arena, const char *const *heads,
                         size_t columns_count)
{
    assert(columns_count > 0 && columns_count <= TABLE_COLUMNS_MAX);
    *table = (struct table){ .arena = arena, .columns_count = columns_count };
    for (size_t i = 0; i < columns_count; i++) {
        TRY(table_add(table, str_z(heads[i])));
    }
    return status_ok();
}

struct status table_add(struct table *table, struct str cell)
{
    if (table->cells_count == table->cells_cap) {
        size_t cap = table->cells_cap == 0 ? 64 : table->cells_cap * 2;
        struct str *cells;
        ARENA_TRY(table->arena, cells, arena_alloc(table->arena, cap * sizeof *cells));
        if (table->cells_count > 0) {
            memcpy(cells, table->cells, table->cells_count * sizeof *cells);
        }
        table->cells = cells;
        table->cells_cap = cap;
    }
    struct str *copy = &table->cells[table->cells_count];
    struct buf shown = { 0 };
    utf8_show(cell, &shown); /* a cell is one line */
    *copy = arena_copy(table->arena, buf_str(&shown));
    buf_release(&shown);
    if (copy->data == NULL) {
        return arena_full(table->arena);
    }
    table->cells_count++;
    return status_ok();
}

/* What a cell takes on a screen, near enough: its characters. */
static size_t table_width(struct str cell)
{
    size_t width = 0;
    for (size_t i = 0; i < cell.size; i++) {
        width += ((unsigned char)cell.data[i] & 0xC0) != 0x80;
    }
    return width;
}

static void table_print_row(const struct str *cells, const size_t *widths, size_t count,
                            struct buf *out)
{
    size_t pending = 0;
    for (size_t i = 0; i < count; i++) {
        if (cells[i].size > 0) {
            for (; pending > 0; pending--) {
                buf_byte(out, ' ');
            }
            buf_append(out, cells[i]);
        }
        pending += widths[i] - table_width(cells[i]) + 2;
    }
    buf_byte(out, '\n');
}

void table_print(const struct table *table, struct buf *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = { 0 };
    size_t columns = table->columns_count;
    for (size_t i = 0; i < table->cells_count; i++) {
        size_t width = table_width(table->cells[i]);
        widths[i % columns] = width > widths[i % columns] ? width : widths[i % columns];
    }
    for (size_t i = 0; i + columns <= table->cells_count; i += columns) {
        table_print_row(&table->cells[i], widths, columns, out);
    }
}
