/* Ed25519 signatures (RFC 8032, pure). */
#ifndef CORE_BASE_ED25519_H
#define CORE_BASE_ED25519_H

#include "core/base/str.h"

enum { ED25519_KEY_SIZE = 32, ED25519_SIGNATURE_SIZE = 64, ED25519_HEX_SIZE = 65 };

struct ed25519_secret {
    uint8_t bytes[ED25519_KEY_SIZE]; /* the seed that RFC 8032 calls private key */
};

struct ed25519_public {
    uint8_t bytes[ED25519_KEY_SIZE];
};

struct ed25519_signature {
    uint8_t bytes[ED25519_SIGNATURE_SIZE];
};

/* The public key of a secret one. */
struct ed25519_public ed25519_public_of(const struct ed25519_secret *secret);
/* Its 64 lower-case hexadecimal digits, by which people and credentials name it, and a NUL. */
void ed25519_public_hex(const struct ed25519_public *key, char out[ED25519_HEX_SIZE]);
/* Always the same for the same message. */
struct ed25519_signature ed25519_sign(const struct ed25519_secret *secret, struct str message);
/* Whether a signature can show that somebody holds the secret: false for the points of small order,
 * for which anybody can make signatures, and for a second way to write a point. */
bool ed25519_public_sound(const struct ed25519_public *key);
/* Whether the key's owner signed the message. False, too, for a signature of another size, for 32
 * bytes that are no key and for a key that is not sound. */
bool ed25519_verify(const struct ed25519_public *key, struct str message, struct str signature);

#endif
