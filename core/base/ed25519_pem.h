/* Ed25519 private keys as people keep them: PKCS #8 in PEM, as `openssl genpkey` writes them. */
#ifndef CORE_BASE_ED25519_PEM_H
#define CORE_BASE_ED25519_PEM_H

#include "core/base/buf.h"
#include "core/base/ed25519.h"

/* Appends the text. */
void ed25519_pem_write(const struct ed25519_secret *secret, struct buf *out);
/* The key in a text. INVALID_ARGUMENT: it is none, of another kind, or locked by a password. */
MUST_USE struct status ed25519_pem_read(struct str text, struct ed25519_secret *secret);

#endif
