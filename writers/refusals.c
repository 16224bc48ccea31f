/* Each refusal is remembered for the n-th part of a minute, one after the other, for a minute at
 * most. So n can be recorded at once, and then one as often as one is forgotten. */
#include "writers/refusals.h"

#include <string.h>

#include "core/base/hash.h"

static const int64_t REFUSALS_MINUTE_US = 60 * 1000000;

struct status refusals_init(struct refusals *refusals, struct arena *arena, uint32_t per_minute)
{
    *refusals = (struct refusals){ .per_minute = per_minute };
    ARENA_TRY(arena, refusals->paid_us,
              arena_zalloc(arena, REFUSALS_PRINCIPALS * sizeof *refusals->paid_us));
    return status_ok();
}

static int64_t *refusals_of(const struct refusals *refusals, struct str org_id,
                            struct str principal)
{
    const struct str parts[] = { org_id, STR("\n"), principal };
    const struct hash hash = hash_sha256(parts, sizeof parts / sizeof parts[0]);
    uint64_t number;
    memcpy(&number, hash.bytes, sizeof number);
    return &refusals->paid_us[number % REFUSALS_PRINCIPALS];
}

/* When all is forgotten if one more is counted now. */
static int64_t refusals_next_us(const struct refusals *refusals, int64_t paid_us, int64_t now_us)
{
    return (paid_us > now_us ? paid_us : now_us) + REFUSALS_MINUTE_US / refusals->per_minute;
}

bool refusals_have_room(const struct refusals *refusals, struct str org_id, struct str principal,
                        int64_t now_us)
{
    if (refusals->per_minute == 0) {
        return true;
    }
    const int64_t *paid_us = refusals_of(refusals, org_id, principal);
    return refusals_next_us(refusals, *paid_us, now_us) <= now_us + REFUSALS_MINUTE_US;
}

void refusals_add(struct refusals *refusals, struct str org_id, struct str principal,
                  int64_t now_us)
{
    if (refusals->per_minute > 0) {
        int64_t *paid_us = refusals_of(refusals, org_id, principal);
        *paid_us = refusals_next_us(refusals, *paid_us, now_us);
    }
}
