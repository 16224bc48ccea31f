#include "core/auth/jwks_cache.h"

#include "core/auth/fetch.h"
#include "core/auth/shown.h"
#include "core/base/memory.h"
#include "core/base/time.h"

struct jwks_slot {
    struct jwks *set;    /* NULL: none was fetched yet */
    struct jwks *before; /* the one that it replaced; NULL: none, or it does not count any more */
    int64_t due_us;      /* when the set's max-age has passed */
    int64_t before_until_us; /* likewise of the one before */
    int64_t asked_us;        /* when it was last asked for, if ever */
    bool ever_asked;
    bool wanted;           /* by a token whose key is not in the set */
    bool underway;         /* being fetched */
    struct status failure; /* of the last fetch */
};

struct jwks_cache {
    const struct issuers *issuers;
    struct jwks_slot slots[ISSUERS_MAX];
};

struct jwks_cache *jwks_cache_new(const struct issuers *issuers)
{
    assert(issuers->count <= ISSUERS_MAX);
    struct jwks_cache *cache = mem_zalloc(1, sizeof *cache);
    cache->issuers = issuers;
    return cache;
}

void jwks_cache_free(struct jwks_cache *cache)
{
    for (size_t i = 0; cache != NULL && i < ISSUERS_MAX; i++) {
        jwks_free(cache->slots[i].set);
        jwks_free(cache->slots[i].before);
    }
    mem_free(cache);
}

static size_t jwks_cache_place(const struct jwks_cache *cache, const struct issuer *issuer)
{
    size_t place = (size_t)(issuer - cache->issuers->items);
    assert(place < cache->issuers->count);
    return place;
}

/* ---- when to fetch ---- */

static bool jwks_slot_may_ask(const struct jwks_slot *slot, int64_t now_us)
{
    return !slot->ever_asked ||
           now_us - slot->asked_us >= JWKS_CACHE_PAUSE_SECONDS * TIME_SECOND_US;
}

static bool jwks_slot_should_ask(const struct jwks_slot *slot, int64_t now_us)
{
    return !slot->underway && (slot->set == NULL || slot->wanted || now_us >= slot->due_us) &&
           jwks_slot_may_ask(slot, now_us);
}

const struct issuer *jwks_cache_next(struct jwks_cache *cache, int64_t monotonic_us)
{
    for (size_t i = 0; i < cache->issuers->count; i++) {
        struct jwks_slot *slot = &cache->slots[i];
        if (jwks_slot_should_ask(slot, monotonic_us)) {
            slot->underway = true;
            slot->ever_asked = true;
            slot->asked_us = monotonic_us;
            return &cache->issuers->items[i];
        }
    }
    return NULL;
}

bool jwks_cache_busy(const struct jwks_cache *cache, const struct issuer *issuer,
                     int64_t monotonic_us)
{
    const struct jwks_slot *slot = &cache->slots[jwks_cache_place(cache, issuer)];
    return slot->underway || jwks_slot_should_ask(slot, monotonic_us);
}

/* ---- what came ---- */

static int64_t jwks_slot_age_us(const struct issuer *issuer, struct str cache_control)
{
    const int64_t least_us = JWKS_CACHE_AGE_SECONDS_MIN * TIME_SECOND_US;
    const int64_t most_us = JWKS_CACHE_AGE_SECONDS_MAX * TIME_SECOND_US;
    int64_t usual_us =
        issuer->trust_domain.size > 0 ? least_us : JWKS_CACHE_AGE_SECONDS_DEFAULT * TIME_SECOND_US;
    int64_t age_us = fetch_max_age_us(cache_control, usual_us);
    return age_us < least_us ? least_us : age_us > most_us ? most_us : age_us;
}

static void jwks_slot_done(struct jwks_slot *slot, struct status how)
{
    assert(slot->underway);
    slot->underway = false;
    slot->wanted = false;
    slot->failure = how;
}

struct status jwks_cache_put(struct jwks_cache *cache, const struct issuer *issuer, struct str json,
                             struct str cache_control, int64_t monotonic_us)
{
    struct jwks_slot *slot = &cache->slots[jwks_cache_place(cache, issuer)];
    struct jwks *set;
    struct str use = issuer->trust_domain.size > 0 ? STR("jwt-svid") : STR("sig");
    struct status st = jwks_read(json, use, &set);
    jwks_slot_done(slot, st);
    TRY(st);
    jwks_free(slot->before);
    slot->before = slot->set;
    slot->before_until_us = slot->due_us;
    slot->set = set;
    slot->due_us = monotonic_us + jwks_slot_age_us(issuer, cache_control);
    return status_ok();
}

void jwks_cache_failed(struct jwks_cache *cache, const struct issuer *issuer, struct status why)
{
    assert(why.code != STATUS_OK);
    jwks_slot_done(&cache->slots[jwks_cache_place(cache, issuer)], why);
}

const struct jwks *jwks_cache_set(const struct jwks_cache *cache, const struct issuer *issuer)
{
    return cache->slots[jwks_cache_place(cache, issuer)].set;
}

/* ---- looking for keys ---- */

/* Drops what does not count any more. */
static void jwks_slot_expire(struct jwks_slot *slot, int64_t now_us)
{
    if (slot->before != NULL && now_us >= slot->before_until_us) {
        jwks_free(slot->before);
        slot->before = NULL;
    }
    if (slot->set != NULL &&
        now_us >= slot->due_us + JWKS_CACHE_STALE_SECONDS_MAX * TIME_SECOND_US) {
        jwks_free(slot->set);
        slot->set = NULL;
    }
}

static struct status jwks_slot_lacks(struct jwks_slot *slot, const struct issuer *issuer,
                                     struct str key_id, const struct jws_algorithm *algorithm,
                                     int64_t now_us)
{
    struct str name = issuer->name.size > 0 ? issuer->name : issuer->trust_domain;
    if (slot->underway || jwks_slot_may_ask(slot, now_us)) {
        slot->wanted = true;
        return status_error(STATUS_UNAVAILABLE,
                            "expected the keys of '%s', which are being fetched",
                            shown_make(name).text);
    }
    if (slot->failure.code != STATUS_OK) {
        return status_error(STATUS_UNAVAILABLE, "expected the keys of '%s': %s",
                            shown_make(name).text, slot->failure.msg);
    }
    return status_error(STATUS_UNAUTHENTICATED,
                        "expected a key for %s that '%s' publishes, but it has no '%s'",
                        algorithm->name, shown_make(name).text, shown_make(key_id).text);
}

struct status jwks_cache_find(struct jwks_cache *cache, const struct issuer *issuer,
                              struct str key_id, const struct jws_algorithm *algorithm,
                              int64_t monotonic_us, struct jwks_found *found)
{
    struct jwks_slot *slot = &cache->slots[jwks_cache_place(cache, issuer)];
    *found = (struct jwks_found){ 0 };
    jwks_slot_expire(slot, monotonic_us);
    if (slot->set != NULL) {
        jwks_find(slot->set, key_id, algorithm, found);
    }
    if (slot->before != NULL && found->count == 0) {
        jwks_find(slot->before, key_id, algorithm, found);
    }
    return found->count > 0 ? status_ok()
                            : jwks_slot_lacks(slot, issuer, key_id, algorithm, monotonic_us);
}
