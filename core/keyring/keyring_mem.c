#include "core/keyring/keyring_mem.h"

#include <pthread.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/memory.h"
#include "core/base/random.h"

struct keyring_mem_item {
    struct buf org_id, subject_id; /* no subject: the mark of an org that is destroyed */
    struct keyring_key key;
    bool destroyed;
    struct keyring_mem_item *next;
};

struct keyring_mem {
    pthread_mutex_t mutex;
    struct keyring_mem_item *items;
    struct keyring_index_keys index;
    long fail_at;
};

static struct keyring_mem_item *keyring_mem_look(struct keyring_mem *mem, struct str org_id,
                                                 struct str subject_id)
{
    struct keyring_mem_item *item = mem->items;
    while (item != NULL && !(str_eq(buf_str(&item->org_id), org_id) &&
                             str_eq(buf_str(&item->subject_id), subject_id))) {
        item = item->next;
    }
    return item;
}

static struct keyring_mem_item *keyring_mem_put(struct keyring_mem *mem, struct str org_id,
                                                struct str subject_id)
{
    struct keyring_mem_item *item = keyring_mem_look(mem, org_id, subject_id);
    if (item == NULL) {
        item = mem_zalloc(1, sizeof *item);
        buf_append(&item->org_id, org_id);
        buf_append(&item->subject_id, subject_id);
        item->next = mem->items;
        mem->items = item;
    }
    return item;
}

static void keyring_mem_wipe(struct keyring_mem_item *item)
{
    explicit_bzero(&item->key, sizeof item->key);
    item->destroyed = true;
}

static struct status keyring_mem_begin(struct keyring_mem *mem)
{
    pthread_mutex_lock(&mem->mutex);
    if (mem->fail_at < 0 || mem->fail_at-- > 0) {
        return status_ok();
    }
    pthread_mutex_unlock(&mem->mutex);
    return status_error(STATUS_UNAVAILABLE, "expected the keyring to answer");
}

static struct status keyring_mem_end(struct keyring_mem *mem, struct status st)
{
    pthread_mutex_unlock(&mem->mutex);
    return st;
}

static struct status keyring_mem_make(void *self, struct str org_id, struct str subject_id,
                                      struct keyring_key *key)
{
    struct keyring_mem *mem = self;
    TRY(keyring_mem_begin(mem));
    struct keyring_mem_item *item = keyring_mem_look(mem, org_id, subject_id);
    if (keyring_mem_look(mem, org_id, STR("")) != NULL || (item != NULL && item->destroyed)) {
        return keyring_mem_end(mem, status_error(STATUS_FAILED_PRECONDITION,
                                                 "expected a subject whose data is not erased"));
    }
    if (item == NULL) {
        item = keyring_mem_put(mem, org_id, subject_id);
        random_bytes(item->key.bytes, sizeof item->key.bytes);
    }
    *key = item->key;
    return keyring_mem_end(mem, status_ok());
}

static struct status keyring_mem_find(void *self, struct str org_id, struct str subject_id,
                                      struct keyring_key *key)
{
    struct keyring_mem *mem = self;
    TRY(keyring_mem_begin(mem));
    struct keyring_mem_item *item = keyring_mem_look(mem, org_id, subject_id);
    if (item == NULL || item->destroyed) {
        return keyring_mem_end(mem, status_error(STATUS_NOT_FOUND, "expected a key"));
    }
    *key = item->key;
    return keyring_mem_end(mem, status_ok());
}

static struct status keyring_mem_destroy(void *self, struct str org_id, struct str subject_id)
{
    struct keyring_mem *mem = self;
    TRY(keyring_mem_begin(mem));
    keyring_mem_wipe(keyring_mem_put(mem, org_id, subject_id));
    return keyring_mem_end(mem, status_ok());
}

static struct status keyring_mem_destroy_org(void *self, struct str org_id)
{
    struct keyring_mem *mem = self;
    TRY(keyring_mem_begin(mem));
    keyring_mem_put(mem, org_id, STR(""));
    for (struct keyring_mem_item *item = mem->items; item != NULL; item = item->next) {
        if (str_eq(buf_str(&item->org_id), org_id)) {
            keyring_mem_wipe(item);
        }
    }
    return keyring_mem_end(mem, status_ok());
}

static struct status keyring_mem_index_keys(void *self, struct keyring_index_keys *keys)
{
    struct keyring_mem *mem = self;
    TRY(keyring_mem_begin(mem));
    *keys = mem->index;
    return keyring_mem_end(mem, status_ok());
}

static void keyring_mem_put_index_key(struct keyring_mem *mem)
{
    struct keyring_index_keys *index = &mem->index;
    uint64_t number;
    memmove(&index->items[1], &index->items[0], index->count * sizeof index->items[0]);
    index->count++;
    random_bytes(index->items[0].key.bytes, KEYRING_KEY_SIZE);
    random_bytes(&number, sizeof number);
    snprintf(index->items[0].id, KEYRING_ID_SIZE, "%016llx", (unsigned long long)number);
}

static struct status keyring_mem_rotate(void *self, struct keyring_index_key *added)
{
    struct keyring_mem *mem = self;
    TRY(keyring_mem_begin(mem));
    if (mem->index.count == KEYRING_INDEX_KEYS_MAX) {
        return keyring_mem_end(mem, status_error(STATUS_FAILED_PRECONDITION,
                                                 "expected less than %d index keys",
                                                 KEYRING_INDEX_KEYS_MAX));
    }
    keyring_mem_put_index_key(mem);
    *added = mem->index.items[0];
    return keyring_mem_end(mem, status_ok());
}

static struct status keyring_mem_drop(struct keyring_index_keys *index, struct str key_id)
{
    size_t at = 0;
    while (at < index->count && !str_eq(str_z(index->items[at].id), key_id)) {
        at++;
    }
    if (at == index->count) {
        return status_error(STATUS_NOT_FOUND, "expected an index key");
    }
    if (index->count == 1) {
        return status_error(STATUS_FAILED_PRECONDITION, "expected another index key");
    }
    index->count--;
    memmove(&index->items[at], &index->items[at + 1], (index->count - at) * sizeof index->items[0]);
    return status_ok();
}

static struct status keyring_mem_retire(void *self, struct str key_id)
{
    struct keyring_mem *mem = self;
    TRY(keyring_mem_begin(mem));
    return keyring_mem_end(mem, keyring_mem_drop(&mem->index, key_id));
}

static void keyring_mem_close(void *self)
{
    struct keyring_mem *mem = self;
    while (mem->items != NULL) {
        struct keyring_mem_item *item = mem->items;
        mem->items = item->next;
        buf_release(&item->org_id);
        buf_release(&item->subject_id);
        mem_free(item);
    }
    pthread_mutex_destroy(&mem->mutex);
    mem_free(mem);
}

static const struct keyring_ops keyring_mem_ops = {
    .make = keyring_mem_make,
    .find = keyring_mem_find,
    .destroy = keyring_mem_destroy,
    .destroy_org = keyring_mem_destroy_org,
    .index_keys = keyring_mem_index_keys,
    .rotate = keyring_mem_rotate,
    .retire = keyring_mem_retire,
    .close = keyring_mem_close,
};

void keyring_mem_open(struct keyring *keyring)
{
    struct keyring_mem *mem = mem_zalloc(1, sizeof *mem);
    pthread_mutex_init(&mem->mutex, NULL);
    mem->fail_at = -1;
    *keyring = (struct keyring){ &keyring_mem_ops, mem };
    keyring_mem_put_index_key(mem);
}

void keyring_mem_fail_at(const struct keyring *keyring, long n)
{
    struct keyring_mem *mem = keyring->self;
    mem->fail_at = n;
}
