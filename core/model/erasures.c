#include "core/model/erasures.h"

#include "core/model/key.h"
#include "core/store/key.h"

/* A key of three ids at most. */
enum { ERASURES_ROW_MAX = 4096 };

struct erasures {
    struct arena arena; /* of one row */
    erasures_take *take;
    void *context;
    uint64_t *from;
};

static struct status erasures_row(struct erasures *erasures, struct str key)
{
    struct str org_id, subject_id;
    uint64_t sequence;
    uint8_t row;
    arena_reset(&erasures->arena);
    TRY(key_get_u8(&key, &row));
    TRY(key_get_u64(&key, &sequence));
    TRY(key_get_str(&key, &erasures->arena, &org_id));
    TRY(key_get_str(&key, &erasures->arena, &subject_id));
    assert(row == ROW_ERASED);
    TRY(erasures->take(erasures->context, org_id, subject_id));
    *erasures->from = sequence + 1;
    return status_ok();
}

static struct status erasures_scan(struct erasures *erasures, struct store_scan *scan)
{
    struct store_row row;
    struct status st = store_scan_next(scan, &row);
    while (st.code == STATUS_OK && row.found) {
        st = erasures_row(erasures, row.key);
        if (st.code == STATUS_OK) {
            st = store_scan_next(scan, &row);
        }
    }
    return st;
}

struct status erasures_each(struct store_reader *reader, uint64_t *from, erasures_take *take,
                            void *context)
{
    static const char first[] = { ROW_ERASED };
    struct erasures erasures = { .take = take, .context = context, .from = from };
    char room[KEY_ROOM];
    struct buf start = buf_in(room, sizeof room);
    struct store_scan *scan;
    key_erased_from(&start, *from);
    const struct store_range range = { .prefix = str_make(first, sizeof first),
                                       .start = buf_str(&start),
                                       .as_of = STORE_LATEST };
    arena_init(&erasures.arena, ERASURES_ROW_MAX);
    struct status st = store_scan_open(reader, STORE_APPEND, &range, &scan);
    if (st.code == STATUS_OK) {
        st = erasures_scan(&erasures, scan);
        store_scan_close(scan);
    }
    arena_release(&erasures.arena);
    buf_release(&start);
    return st;
}
