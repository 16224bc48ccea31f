#include "core/auth/jws_algorithm.h"

#include "core/auth/shown.h"

static const struct jws_algorithm jws_algorithms[] = {
    { "RS256", 1u << 0, JWK_RSA, NULL, 256, false },
    { "RS384", 1u << 1, JWK_RSA, NULL, 384, false },
    { "RS512", 1u << 2, JWK_RSA, NULL, 512, false },
    { "PS256", 1u << 3, JWK_RSA, NULL, 256, true },
    { "PS384", 1u << 4, JWK_RSA, NULL, 384, true },
    { "PS512", 1u << 5, JWK_RSA, NULL, 512, true },
    { "ES256", 1u << 6, JWK_EC, "P-256", 256, false },
    { "ES384", 1u << 7, JWK_EC, "P-384", 384, false },
    { "ES512", 1u << 8, JWK_EC, "P-521", 512, false },
    { "EdDSA", 1u << 9, JWK_OKP, NULL, 0, false }, /* by the curve of the key */
    { "Ed25519", 1u << 10, JWK_OKP, "Ed25519", 0, false },
    { "Ed448", 1u << 11, JWK_OKP, "Ed448", 0, false },
};
enum { JWS_ALGORITHMS_COUNT = sizeof jws_algorithms / sizeof jws_algorithms[0] };
static_assert(JWS_ALGORITHMS_ALL == (1 << JWS_ALGORITHMS_COUNT) - 1, "a bit for each");

struct status jws_algorithm_find(struct str name, const struct jws_algorithm **algorithm)
{
    for (size_t i = 0; i < JWS_ALGORITHMS_COUNT; i++) {
        if (str_eq(str_z(jws_algorithms[i].name), name)) {
            *algorithm = &jws_algorithms[i];
            return status_ok();
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected an algorithm of RS256, RS384, RS512, PS256, PS384, PS512, ES256, "
                        "ES384, ES512, EdDSA, Ed25519, Ed448, but it is '%s'",
                        shown_make(name).text);
}
