/* Opening, closing and the format of stores. The format row is flushed before anything else is
 * written, so a folder without one holds nothing. */
#include "core/store/store.h"

#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/store/internal.h"

/* How rows lie in columns. Another number there means: fold again. */
enum { STORE_FORMAT = 3, STORE_FORMAT_SIZE = 8 };

/* Every file that is not merged yet is asked: so there must be few, and large ones; less so where
 * most of what is absent is known without asking. */
enum { STORE_DURABLE_MIN = 100000, STORE_DURABLE_MIN_KNOWING = 50000 };
static_assert(STORE_DURABLE_MIN_KNOWING < STORE_DURABLE_MIN, "more files where most are not asked");

static struct status store_format_check(struct str row, uint32_t fold_version)
{
    if (row.size != STORE_FORMAT_SIZE) {
        return status_error(STATUS_DATA_LOSS, "expected '%d' bytes for the format",
                            STORE_FORMAT_SIZE);
    }
    uint32_t format = num_get_u32be(row.data), fold = num_get_u32be(row.data + 4);
    if (format != STORE_FORMAT) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected a store of format '%d', but it is of '%u'", STORE_FORMAT,
                            format);
    }
    if (fold != fold_version) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected a store of fold version '%u', but it is of '%u'",
                            fold_version, fold);
    }
    return status_ok();
}

static struct status store_format_write(struct kv *kv, uint32_t fold_version)
{
    assert(!kv->read_only);
    char row[STORE_FORMAT_SIZE];
    num_put_u32be(row, STORE_FORMAT);
    num_put_u32be(row + 4, fold_version);
    kv->ops->put(kv, KV_META, STORE_KEY_FORMAT, str_make(row, sizeof row));
    TRY(kv->ops->commit(kv, false));
    return kv->ops->flush(kv);
}

static struct status store_format(struct kv *kv, const struct store_options *options)
{
    struct arena arena;
    struct kv_value value;
    struct str key = STORE_KEY_FORMAT;
    arena_init(&arena, 4096);
    struct status st = kv->ops->get(kv, NULL, &arena, KV_META, &key, 1, &value);
    if (st.code == STATUS_OK && value.found) {
        st = store_format_check(value.bytes, options->fold_version);
    } else if (st.code == STATUS_OK && options->create && !kv->read_only) {
        st = store_format_write(kv, options->fold_version);
    } else if (st.code == STATUS_OK) {
        st = status_error(STATUS_NOT_FOUND, "expected a store, but the folder holds none");
    }
    arena_release(&arena);
    return st;
}

static struct store *store_new(struct kv *kv, size_t durable_min)
{
    assert(kv != NULL && durable_min > 0);
    struct store *store = mem_zalloc(1, sizeof *store);
    store->kv = kv;
    store->durable_min = durable_min;
    return store;
}

static size_t store_durable_min(const struct store_options *options)
{
    size_t otherwise = options->knows_absent ? STORE_DURABLE_MIN_KNOWING : STORE_DURABLE_MIN;
    return options->durable_min > 0 ? options->durable_min : otherwise;
}

struct status store_open(const struct store_options *options, struct store **store)
{
    assert(options->path != NULL);
    assert(options->secondary == NULL || !options->create);
    struct kv *kv;
    struct status st = kv_rocks_open(options, &kv);
    if (st.code == STATUS_OK) {
        st = store_format(kv, options);
        if (st.code == STATUS_OK) {
            *store = store_new(kv, store_durable_min(options));
            return st;
        }
        kv->ops->close(kv);
    }
    return status_prefix(st, "open store '%s'", options->path);
}

struct store *store_mem_new(void)
{
    return store_new(kv_mem_new(NULL), STORE_DURABLE_MIN);
}

struct store *store_layer_new(struct store *under)
{
    return store_new(kv_mem_new(under->kv), STORE_DURABLE_MIN);
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    assert(store->writer == NULL);
    store->kv->ops->close(store->kv);
    mem_free(store);
}

struct status store_destroy(const char *path)
{
    return status_prefix(kv_rocks_destroy(path), "destroy store '%s'", path);
}

struct status store_flush(struct store *store)
{
    assert(store->writer == NULL || !store->kv->read_only);
    if (store->writer != NULL) {
        TRY(store_writer_save(store->writer));
    }
    return store->kv->ops->flush(store->kv);
}

struct status store_catch_up(struct store *store)
{
    return store->kv->ops->catch_up(store->kv);
}

void store_mem_fail_at(struct store *store, long n)
{
    kv_mem_fail_at(store->kv, n);
}

bool store_mem_failed(struct store *store)
{
    return kv_mem_failed(store->kv);
}
