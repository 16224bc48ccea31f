/* What it costs to check a token, by the algorithm that it was signed by. */
#include <stdio.h>

#include "core/auth/access_token_memo.h"
#include "core/base/time.h"
#include "tests/lib/bench.h"
#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

enum { STEPS = 500 };

struct bench_token {
    struct token_kit kit;
    struct arena arena;
    struct access_token_memo *memo;
    struct buf text;
};

static void check(void *self)
{
    struct bench_token *bench = self;
    arena_reset(&bench->arena);
    assert_ok(access_token_check(&bench->arena, &bench->kit.check, buf_str(&bench->text),
                                 &bench->kit.token));
}

static void check_again(void *self)
{
    struct bench_token *bench = self;
    arena_reset(&bench->arena);
    assert_ok(access_token_memo_check(bench->memo, &bench->arena, &bench->kit.check,
                                      buf_str(&bench->text), &bench->kit.token));
}

/* Has the kit's issuer publish this key instead. */
static void bench_token_put(struct bench_token *bench, const char *type)
{
    struct buf keys = { 0 };
    buf_append(&keys, STR("{\"keys\":["));
    token_kit_jwk(token_kit_key(type, 0), "\"kid\":\"b\",", &keys);
    buf_append(&keys, STR("]}"));
    buf_byte(&keys, '\0');
    bench->kit.check.monotonic_us = JWKS_CACHE_AGE_SECONDS_DEFAULT * TIME_SECOND_US;
    token_kit_put(&bench->kit, keys.data);
    buf_release(&keys);
}

static void bench_token_run(const char *type, const char *algorithm)
{
    struct bench_token bench = { 0 };
    char name[64], header[64];
    token_kit_init(&bench.kit, "");
    arena_init(&bench.arena, ACCESS_TOKEN_MEMORY);
    bench_token_put(&bench, type);
    snprintf(name, sizeof name, "check a token by %s, %s", algorithm, type);
    snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"b\",\"typ\":\"JWT\"}", algorithm);
    token_kit_sign(token_kit_key(type, 0), algorithm, header,
                   "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":[\"api\"],\"sub\":\"ada\","
                   "\"exp\":1767225660,\"scope\":\"a b\",\"act\":{\"sub\":\"agent\"}}",
                   &bench.text);
    bench_print(name, check, &bench, STEPS);
    bench.memo = access_token_memo_new();
    bench_print("the same token again", check_again, &bench, STEPS);
    access_token_memo_free(bench.memo);
    buf_release(&bench.text);
    arena_release(&bench.arena);
    token_kit_release(&bench.kit);
}

TEST(access_token, costs)
{
    bench_token_run("RSA-2048", "RS256");
    bench_token_run("RSA-2048", "PS256");
    bench_token_run("RSA-4096", "RS256");
    bench_token_run("P-256", "ES256");
    bench_token_run("P-384", "ES384");
    bench_token_run("P-521", "ES512");
    bench_token_run("Ed25519", "EdDSA");
}
