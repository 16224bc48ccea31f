/* Tokens that were found right a moment ago: clients send the same one with each request, and a
 * signature takes longer to check than most questions take to answer. Only what was accepted is
 * kept, by a hash of all that decides: so a token that is bound to a certificate is found with that
 * certificate alone. Belongs to one set of issuers. Not thread-safe. Pure. */
#ifndef CORE_AUTH_ACCESS_TOKEN_MEMO_H
#define CORE_AUTH_ACCESS_TOKEN_MEMO_H

#include "core/auth/access_token.h"

/* How long one counts, if it does not expire before: no longer than a key that was withdrawn is
 * believed anyhow. */
enum { ACCESS_TOKEN_MEMO_SECONDS = JWKS_CACHE_PAUSE_SECONDS };
/* How many are kept; two that fall on one place drive each other out. */
enum { ACCESS_TOKEN_MEMO_PLACES = 1024 };

struct access_token_memo;

struct access_token_memo *access_token_memo_new(void);
/* NULL is fine. */
void access_token_memo_free(struct access_token_memo *memo);

/* As access_token_check, but what the token's texts borrow from is valid until the next call. */
MUST_USE struct status access_token_memo_check(struct access_token_memo *memo, struct arena *arena,
                                               const struct access_token_check *check,
                                               struct str text, struct access_token *token);

#endif
