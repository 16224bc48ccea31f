/* What strangers send to be let in: a signed text, a token under keys that are known, the metadata
 * of an issuer, a key set, a client certificate. The first byte says which. Nothing gets in: no
 * input was signed by the key; and all that is wrong is the sender's fault. */
#include <stdlib.h>

#include "core/auth/access_token.h"
#include "core/auth/client_certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The key of RFC 7515, appendix A.3: its private half is known, but not to the fuzzer. */
#define FUZZ_KEYS                                                       \
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\",\"x\":" \
    "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":"            \
    "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}"
#define FUZZ_ISSUERS "{\"issuers\":[{\"issuer\":\"https://a\",\"audience\":\"b\"}]}"

static void fuzz_expect(struct status st, enum status_code wrong)
{
    if (st.code != STATUS_OK && st.code != wrong && st.code != STATUS_RESOURCE_EXHAUSTED) {
        abort();
    }
}

static void fuzz_token(struct arena *arena, struct str text)
{
    struct issuers issuers;
    struct access_token token;
    struct status st = issuers_read(arena, STR(FUZZ_ISSUERS), &issuers);
    assert(st.code == STATUS_OK);
    struct jwks_cache *keys = jwks_cache_new(&issuers);
    const struct issuer *issuer = jwks_cache_next(keys, 0);
    st = jwks_cache_put(keys, issuer, STR(FUZZ_KEYS), STR(""), 0);
    assert(st.code == STATUS_OK);
    const struct access_token_check check = { .issuers = &issuers, .keys = keys };
    st = access_token_check(arena, &check, text, &token);
    jwks_cache_free(keys);
    if (st.code != STATUS_UNAUTHENTICATED) {
        abort();
    }
}

/* The claims as they are after a right signature: everything behind it is reached, too. */
static void fuzz_claims(struct arena *arena, struct str json)
{
    struct issuers issuers;
    const Google__Protobuf__Struct *claims;
    struct actor_chain chain;
    struct status st = issuers_read(arena, STR(FUZZ_ISSUERS), &issuers);
    assert(st.code == STATUS_OK);
    st = claims_read(arena, json, &claims);
    if (st.code == STATUS_OK) {
        st = actor_chain_read(arena, &issuers.items[0], claims, &chain);
        assert(st.code != STATUS_OK || chain.count <= ACTORS_MAX);
    }
    fuzz_expect(st, STATUS_INVALID_ARGUMENT);
}

static void fuzz_keys(struct str json)
{
    struct jwks *jwks;
    struct status st = jwks_read(json, STR("sig"), &jwks);
    fuzz_expect(st, STATUS_INVALID_ARGUMENT);
    if (st.code == STATUS_OK) {
        jwks_free(jwks);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct jws jws;
    struct issuers issuers;
    struct client_certificate certificate;
    arena_init(&arena, ACCESS_TOKEN_MEMORY);
    struct str text = str_make(data + (size > 0), size - (size > 0));
    switch (size == 0 ? '\0' : data[0]) {
    case 't':
        fuzz_token(&arena, text);
        break;
    case 'c':
        fuzz_claims(&arena, text);
        break;
    case 'k':
        fuzz_keys(text);
        break;
    case 'i':
        fuzz_expect(issuers_read(&arena, text, &issuers), STATUS_INVALID_ARGUMENT);
        break;
    case 'x':
        fuzz_expect(client_certificate_read_der(&arena, text, &certificate),
                    STATUS_UNAUTHENTICATED);
        break;
    default:
        fuzz_expect(jws_read(&arena, text, &jws), STATUS_INVALID_ARGUMENT);
    }
    arena_release(&arena);
    return 0;
}
