/* Invariant: a store is shown, or has readers, only between shelf_put and the return of shelf_take.
 * One lock for each partition, held for a reader's opening and closing, not for its reading. */
#include "core/model/shelf.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

#include "core/base/memory.h"

struct shelf_place {
    pthread_mutex_t lock;
    pthread_cond_t unread; /* no reader is left */
    struct store *store;   /* NULL: none is shown */
    uint32_t readers;
    _Atomic uint64_t version;
};

struct shelf {
    _Atomic int64_t closed_us;
    uint32_t places_count;
    struct shelf_place places[];
};

struct shelf *shelf_new(uint32_t partitions_count)
{
    struct shelf *shelf =
        mem_zalloc(1, sizeof *shelf + partitions_count * sizeof(struct shelf_place));
    shelf->places_count = partitions_count;
    for (uint32_t i = 0; i < partitions_count; i++) {
        pthread_mutex_init(&shelf->places[i].lock, NULL);
        pthread_cond_init(&shelf->places[i].unread, NULL);
    }
    return shelf;
}

void shelf_free(struct shelf *shelf)
{
    if (shelf == NULL) {
        return;
    }
    for (uint32_t i = 0; i < shelf->places_count; i++) {
        assert(shelf->places[i].store == NULL);
        assert(shelf->places[i].readers == 0);
        pthread_mutex_destroy(&shelf->places[i].lock);
        pthread_cond_destroy(&shelf->places[i].unread);
    }
    mem_free(shelf);
}

static struct shelf_place *shelf_place(struct shelf *shelf, uint32_t number)
{
    assert(number < shelf->places_count);
    return &shelf->places[number];
}

/* ---- owners ---- */

void shelf_put(struct shelf *shelf, uint32_t number, struct store *store)
{
    struct shelf_place *place = shelf_place(shelf, number);
    assert(store != NULL);
    pthread_mutex_lock(&place->lock);
    assert(place->store == NULL && place->readers == 0);
    place->store = store;
    pthread_mutex_unlock(&place->lock);
    atomic_fetch_add(&place->version, 1);
}

/* The store is the caller's, so that nobody else shows or takes it meanwhile. */
void shelf_written(struct shelf *shelf, uint32_t number)
{
    struct shelf_place *place = shelf_place(shelf, number);
    if (place->store != NULL) {
        atomic_fetch_add(&place->version, 1);
    }
}

void shelf_take(struct shelf *shelf, uint32_t number)
{
    struct shelf_place *place = shelf_place(shelf, number);
    pthread_mutex_lock(&place->lock);
    place->store = NULL;
    atomic_fetch_add(&place->version, 1);
    while (place->readers > 0) {
        pthread_cond_wait(&place->unread, &place->lock);
    }
    pthread_mutex_unlock(&place->lock);
}

void shelf_set_closed_time(struct shelf *shelf, int64_t time_us)
{
    atomic_store(&shelf->closed_us, time_us);
}

/* ---- readers ---- */

uint64_t shelf_version(const struct shelf *shelf, uint32_t number)
{
    assert(number < shelf->places_count);
    return atomic_load(&shelf->places[number].version);
}

struct status shelf_open(struct shelf *shelf, uint32_t number, struct store_reader **reader)
{
    struct shelf_place *place = shelf_place(shelf, number);
    struct status st = status_error(STATUS_UNAVAILABLE,
                                    "expected partition '%" PRIu32 "' to be open here", number);
    pthread_mutex_lock(&place->lock);
    if (place->store != NULL) {
        st = store_reader_open(place->store, reader);
        place->readers += st.code == STATUS_OK;
    }
    pthread_mutex_unlock(&place->lock);
    return st;
}

void shelf_close(struct shelf *shelf, uint32_t number, struct store_reader *reader)
{
    struct shelf_place *place = shelf_place(shelf, number);
    store_reader_close(reader);
    pthread_mutex_lock(&place->lock);
    assert(place->readers > 0);
    place->readers--;
    if (place->readers == 0) {
        pthread_cond_signal(&place->unread);
    }
    pthread_mutex_unlock(&place->lock);
}

int64_t shelf_closed_time(const struct shelf *shelf)
{
    return atomic_load(&shelf->closed_us);
}
