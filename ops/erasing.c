#include "ops/erasing.h"

#include "core/auth/command_record.h"
#include "core/model/erasures.h"

static struct status erasing_take(void *context, struct str org_id, struct str subject_id)
{
    const struct command_record_erasure erasure = { org_id, subject_id };
    return command_record_erase(context, &erasure);
}

struct status erasing_of(struct store_reader *reader, const struct keyring *keyring, uint64_t *from)
{
    return keyring->ops == NULL
               ? status_ok()
               : erasures_each(reader, from, erasing_take, (void *)(uintptr_t)keyring);
}
