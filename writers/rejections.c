/* Each rejection is remembered for the n-th part of a minute, one after the other, for a minute at
 * most. So n can be recorded at once, and then one as often as one is forgotten. */
#include "writers/rejections.h"

#include <string.h>

#include "core/base/hash.h"

static const int64_t REJECTIONS_MINUTE_US = 60 * 1000000;

struct status rejections_init(struct rejections *rejections, struct arena *arena,
                              uint32_t per_minute)
{
    *rejections = (struct rejections){ .per_minute = per_minute };
    ARENA_TRY(arena, rejections->paid_us,
              arena_zalloc(arena, REJECTIONS_PRINCIPALS * sizeof *rejections->paid_us));
    return status_ok();
}

static int64_t *rejections_of(const struct rejections *rejections, struct str org_id,
                              struct str principal)
{
    const struct str parts[] = { org_id, STR("\n"), principal };
    const struct hash hash = hash_sha256(parts, sizeof parts / sizeof parts[0]);
    uint64_t number;
    memcpy(&number, hash.bytes, sizeof number);
    return &rejections->paid_us[number % REJECTIONS_PRINCIPALS];
}

/* When all is forgotten if one more is counted now. */
static int64_t rejections_next_us(const struct rejections *rejections, int64_t paid_us,
                                  int64_t now_us)
{
    return (paid_us > now_us ? paid_us : now_us) + REJECTIONS_MINUTE_US / rejections->per_minute;
}

bool rejections_have_room(const struct rejections *rejections, struct str org_id,
                          struct str principal, int64_t now_us)
{
    if (rejections->per_minute == 0) {
        return true;
    }
    const int64_t *paid_us = rejections_of(rejections, org_id, principal);
    return rejections_next_us(rejections, *paid_us, now_us) <= now_us + REJECTIONS_MINUTE_US;
}

void rejections_add(struct rejections *rejections, struct str org_id, struct str principal,
                    int64_t now_us)
{
    if (rejections->per_minute > 0) {
        int64_t *paid_us = rejections_of(rejections, org_id, principal);
        *paid_us = rejections_next_us(rejections, *paid_us, now_us);
    }
}
