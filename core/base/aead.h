/* AES-256-GCM (NIST SP 800-38D): hides bytes, and shows whether they were changed. */
#ifndef CORE_BASE_AEAD_H
#define CORE_BASE_AEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

enum { AEAD_KEY_SIZE = 32, AEAD_NONCE_SIZE = 12, AEAD_TAG_SIZE = 16 };

/* Writes plain.size + AEAD_TAG_SIZE bytes to `out`. `about` is not hidden, but without the same
 * nothing is opened. One nonce seals one text: two under one key and nonce tell both. */
void aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct str about, struct str plain, uint8_t *out);
/* Writes sealed.size - AEAD_TAG_SIZE bytes to `out`. False, and `out` is zeroed: it was sealed by
 * another key, about something else, or changed since. */
bool aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct str about, struct str sealed, uint8_t *out);

#endif
