/* Row by row: two stores of one log must be equal whatever the batches were that wrote them. */
#include "core/store/internal.h"

static const char *const store_column_names[KV_COLUMNS] = {
    [KV_META] = "own rows",
    [KV_ENTITY] = "entities",
    [KV_ENTITY_HISTORY] = "history of entities",
    [KV_INDEX] = "indexes",
    [KV_INDEX_HISTORY] = "history of indexes",
    [KV_INDEX_LATEST] = "latest rows",
    [KV_APPEND] = "appended rows",
    [KV_ENTITY_GONE] = "entities that were ever deleted",
    [KV_INDEX_GONE] = "index rows that were ever deleted",
};

/* One column of two stores. */
struct store_compared {
    enum kv_column column;
    const struct kv *kv[2];
    struct kv_iter *iter[2];
};

static bool store_compare_forgets(const struct store_compared *c, const struct kv_iter *iter)
{
    return c->column == KV_APPEND && (kv_forgets(c->kv[0], iter->key, iter->value) ||
                                      kv_forgets(c->kv[1], iter->key, iter->value));
}

/* Goes on to the next rows, past those that one of the stores may have forgotten already. */
static struct status store_compare_next(const struct store_compared *c, bool begin)
{
    for (int i = 0; i < 2; i++) {
        struct kv_iter *iter = c->iter[i];
        TRY(begin ? iter->ops->seek(iter, (struct str){ 0 }) : iter->ops->next(iter));
        while (iter->valid && store_compare_forgets(c, iter)) {
            TRY(iter->ops->next(iter));
        }
    }
    return status_ok();
}

/* Walks while the rows are equal; `*equal` says whether they were to the end, where both iterators
 * stand then. */
static struct status store_compare_rows(const struct store_compared *c, bool *equal)
{
    const struct kv_iter *a = c->iter[0], *b = c->iter[1];
    TRY(store_compare_next(c, true));
    while (a->valid && b->valid && str_eq(a->key, b->key) && str_eq(a->value, b->value)) {
        TRY(store_compare_next(c, false));
    }
    *equal = !a->valid && !b->valid;
    return status_ok();
}

/* A key as text: what cannot be printed becomes a dot. */
static struct status store_compare_differs(enum kv_column column, const struct kv_iter *a,
                                           const struct kv_iter *b)
{
    char text[64];
    bool in_a = a->valid && (!b->valid || str_cmp(a->key, b->key) <= 0);
    bool in_b = b->valid && (!a->valid || str_cmp(b->key, a->key) <= 0);
    struct str key = in_a ? a->key : b->key;
    assert(in_a || in_b);
    size_t size = key.size < sizeof text ? key.size : sizeof text;
    for (size_t i = 0; i < size; i++) {
        text[i] = key.data[i] >= ' ' && key.data[i] <= '~' ? key.data[i] : '.';
    }
    return status_error(STATUS_DATA_LOSS,
                        "expected the same rows in both stores, but in %s '%.*s' %s",
                        store_column_names[column], (int)size, text,
                        in_a && in_b ? "has different values"
                        : in_a       ? "is in the first only"
                                     : "is in the second only");
}

static struct status store_compare_column(struct store_reader *first, struct store_reader *second,
                                          enum kv_column column)
{
    assert(column != KV_META);
    bool equal = false;
    struct store_compared c = { .column = column,
                                .kv = { first->kv, second->kv },
                                .iter = { store_reader_take_iter(first, column),
                                          store_reader_take_iter(second, column) } };
    struct status st = store_compare_rows(&c, &equal);
    if (st.code == STATUS_OK && !equal) {
        st = store_compare_differs(column, c.iter[0], c.iter[1]);
    }
    store_reader_give_iter(first, column, c.iter[0]);
    store_reader_give_iter(second, column, c.iter[1]);
    return st;
}

struct status store_compare(struct store_reader *first, struct store_reader *second)
{
    for (int column = 0; column < KV_COLUMNS; column++) {
        TRY(column == KV_META ? status_ok()
                              : store_compare_column(first, second, (enum kv_column)column));
    }
    return status_ok();
}
