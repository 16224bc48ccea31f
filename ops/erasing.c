#include "ops/erasing.h"

#include "core/model/erasures.h"

static struct status erasing_take(void *context, struct str org_id, struct str subject_id)
{
    const struct keyring *keyring = context;
    return subject_id.size == 0 ? keyring_destroy_org(keyring, org_id)
                                : keyring_destroy(keyring, org_id, subject_id);
}

struct status erasing_of(struct store_reader *reader, const struct keyring *keyring, uint64_t *from)
{
    return keyring->ops == NULL
               ? status_ok()
               : erasures_each(reader, from, erasing_take, (void *)(uintptr_t)keyring);
}
