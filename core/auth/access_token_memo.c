#include "core/auth/access_token_memo.h"

#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/base/time.h"

/* What the texts of a token take: of its names each has an issuer's before it. Larger ones are
 * checked each time. */
enum { ACCESS_TOKEN_MEMO_TEXT_MAX = 8 * 1024 };

struct access_token_place {
    struct hash hash;
    struct access_token token; /* its texts lie in the arena */
    struct arena arena;
    int64_t until_us; /* of the clock that never goes back; 0: the place is free */
};

struct access_token_memo {
    struct access_token_place places[ACCESS_TOKEN_MEMO_PLACES];
};

struct access_token_memo *access_token_memo_new(void)
{
    struct access_token_memo *memo = mem_zalloc(1, sizeof *memo);
    for (size_t i = 0; i < ACCESS_TOKEN_MEMO_PLACES; i++) {
        arena_init(&memo->places[i].arena, ACCESS_TOKEN_MEMO_TEXT_MAX);
    }
    return memo;
}

void access_token_memo_free(struct access_token_memo *memo)
{
    for (size_t i = 0; memo != NULL && i < ACCESS_TOKEN_MEMO_PLACES; i++) {
        arena_release(&memo->places[i].arena);
    }
    mem_free(memo);
}

/* The size keeps the token and the certificate apart. */
static struct hash access_token_memo_hash(const struct access_token_check *check, struct str text)
{
    char size[8];
    num_put_u64be(size, text.size);
    struct str certificate = check->certificate == NULL ? STR("") : hash_str(check->certificate);
    const struct str parts[] = { str_make(size, sizeof size), text, certificate };
    return hash_sha256(parts, 3);
}

static bool access_token_place_has(const struct access_token_place *place, const struct hash *hash,
                                   const struct access_token_check *check)
{
    return check->monotonic_us < place->until_us && hash_eq(&place->hash, hash) &&
           check->now_us < place->token.expires_at_us + place->token.issuer->leeway_us;
}

/* ---- keeping ---- */

static bool access_token_place_copy(struct access_token_place *place, struct str *text)
{
    if (text->data != NULL) {
        *text = arena_copy(&place->arena, *text);
        return text->data != NULL;
    }
    return true;
}

static bool access_token_place_copy_scopes(struct access_token_place *place)
{
    struct claims_texts *scopes = &place->token.scopes;
    struct str *items = arena_alloc(&place->arena, (scopes->count + 1) * sizeof *items);
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < scopes->count; i++) {
        items[i] = scopes->items[i];
        if (!access_token_place_copy(place, &items[i])) {
            return false;
        }
    }
    scopes->items = items;
    return true;
}

/* Copies what borrows from the arena of the work; false where it is too large to be kept. */
static bool access_token_place_fill(struct access_token_place *place)
{
    struct access_token *token = &place->token;
    arena_reset(&place->arena);
    for (size_t i = 0; i < token->actors.count; i++) {
        if (!access_token_place_copy(place, &token->actors.identities[i])) {
            return false;
        }
    }
    return access_token_place_copy(place, &token->subject) &&
           access_token_place_copy(place, &token->client_id) &&
           access_token_place_copy(place, &token->id) && access_token_place_copy_scopes(place);
}

static void access_token_place_keep(struct access_token_place *place, const struct hash *hash,
                                    const struct access_token *token, int64_t until_us)
{
    place->token = *token;
    place->hash = *hash;
    place->until_us = access_token_place_fill(place) ? until_us : 0;
}

struct status access_token_memo_check(struct access_token_memo *memo, struct arena *arena,
                                      const struct access_token_check *check, struct str text,
                                      struct access_token *token)
{
    struct hash hash = access_token_memo_hash(check, text);
    size_t at = num_get_u32be(hash.bytes) % ACCESS_TOKEN_MEMO_PLACES;
    struct access_token_place *place = &memo->places[at];
    if (access_token_place_has(place, &hash, check)) {
        *token = place->token;
        return status_ok();
    }
    TRY(access_token_check(arena, check, text, token));
    access_token_place_keep(place, &hash, token,
                            check->monotonic_us + ACCESS_TOKEN_MEMO_SECONDS * TIME_SECOND_US);
    return status_ok();
}
