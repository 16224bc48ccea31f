/* Each rejection is remembered for the n-th part of a minute, one after the other, for a minute at
 * most. So n can be recorded at once, and then one as often as one is forgotten. */
#include "writers/rejections.h"

#include <string.h>
#include <sys/mman.h>

#include "core/base/hash.h"
#include "core/base/mapped_file.h"

static const int64_t REJECTIONS_MINUTE_US = 60 * 1000000;

struct status rejections_init(struct rejections *rejections, struct arena *arena,
                              uint32_t per_minute)
{
    *rejections = (struct rejections){ .per_minute = per_minute };
    ARENA_TRY(arena, rejections->paid_us,
              arena_zalloc(arena, REJECTIONS_PRINCIPALS * sizeof *rejections->paid_us));
    return status_ok();
}

struct status rejections_open(const char *path, int64_t **kept)
{
    void *page;
    TRY(mapped_file_open(path, REJECTIONS_PRINCIPALS * sizeof **kept, &page));
    *kept = page;
    return status_ok();
}

void rejections_close(int64_t *kept)
{
    if (kept != NULL) {
        munmap(kept, REJECTIONS_PRINCIPALS * sizeof *kept);
    }
}

void rejections_keep(struct rejections *rejections, int64_t *kept)
{
    rejections->paid_us = kept == NULL ? rejections->paid_us : kept;
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

/* When all is forgotten if one more is counted now. What was kept is received: it may be damaged,
 * or of a clock that was set back, and holds nobody up for longer than a minute. */
static int64_t rejections_next_us(const struct rejections *rejections, int64_t paid_us,
                                  int64_t now_us)
{
    int64_t most_us = now_us + REJECTIONS_MINUTE_US;
    int64_t begin_us = paid_us < now_us ? now_us : paid_us > most_us ? most_us : paid_us;
    return begin_us + REJECTIONS_MINUTE_US / rejections->per_minute;
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
