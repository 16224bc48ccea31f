/* Who acts for the subject of a token: its nested `act` claims (RFC 8693, section 4.1). The
 * outermost is who calls now, each further one whom the one before acts for, and the last acts for
 * the subject itself. RFC 8693 has decisions rest on the outermost alone; here the whole chain
 * counts and each link of it is asked for. Pure. */
#ifndef CORE_AUTH_ACTOR_CHAIN_H
#define CORE_AUTH_ACTOR_CHAIN_H

#include "core/auth/issuer.h"
#include "core/base/limits.h"

struct actor_chain {
    struct str identities[ACTORS_MAX]; /* as of actor_chain_identity, outermost first */
    size_t count;                      /* 0: the subject calls for itself */
};

/* What a credential of kind JWT is bound to: the issuer, a line feed, and the `sub` that it calls
 * somebody by. Where another claim names, the claim's name and a line feed stand between, so that
 * nobody's `sub` can pass for somebody else's `client_id`. `issuer_name` is whose name that is. In
 * the arena. INVALID_ARGUMENT: none of the issuer's subject_claims is there; or it is no text of 1
 * to 1024 bytes without control characters. */
MUST_USE struct status actor_chain_identity(struct arena *arena, const struct issuer *issuer,
                                            const Google__Protobuf__Struct *claims,
                                            struct str issuer_name, struct str *identity);

/* Reads the chain in the claims of a token by this issuer. INVALID_ARGUMENT: an `act` is no object,
 * has no name, or one of another issuer than may be named; or the chain is longer. */
MUST_USE struct status actor_chain_read(struct arena *arena, const struct issuer *issuer,
                                        const Google__Protobuf__Struct *claims,
                                        struct actor_chain *chain);

#endif
