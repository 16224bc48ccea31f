#include "core/auth/actor_chain.h"

#include "core/auth/shown.h"

enum { ACTOR_CHAIN_NAME_SIZE_MAX = 1024 };

static bool actor_chain_name_valid(struct str name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c < 0x20 || c == 0x7f) {
            return false; /* a line feed ends the issuer's name */
        }
    }
    return name.size <= ACTOR_CHAIN_NAME_SIZE_MAX;
}

/* The first of the issuer's subject_claims that is there, else the last. */
static struct str actor_chain_claim(const struct issuer *issuer,
                                    const Google__Protobuf__Struct *claims)
{
    size_t i = 0;
    assert(issuer->subject_claims.count > 0);
    while (i + 1 < issuer->subject_claims.count &&
           claims_find(claims, issuer->subject_claims.items[i].data) == NULL) {
        i++;
    }
    return issuer->subject_claims.items[i]; /* ends with a NUL: a literal, or the arena's */
}

struct status actor_chain_identity(struct arena *arena, const struct issuer *issuer,
                                   const Google__Protobuf__Struct *claims, struct str issuer_name,
                                   struct str *identity)
{
    struct str claim = actor_chain_claim(issuer, claims), name;
    TRY(claims_text_needed(claims, claim.data, &name));
    if (!actor_chain_name_valid(name)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected '%s' to be at most %d bytes without control characters, but "
                            "it is '%s'",
                            claim.data, ACTOR_CHAIN_NAME_SIZE_MAX, shown_make(name).text);
    }
    bool usual = str_eq(claim, STR("sub"));
    const struct str parts[] = { issuer_name, STR("\n"), usual ? STR("") : claim,
                                 usual ? STR("") : STR("\n"), name };
    *identity = arena_join(arena, parts, sizeof parts / sizeof parts[0]);
    return identity->data == NULL ? arena_full(arena) : status_ok();
}

/* Whose name an actor has: the token's issuer's, unless it says another. One issuer must not speak
 * for the subjects of another that is trusted as well, so that must have been allowed. */
static struct status actor_chain_issuer(const struct issuer *issuer,
                                        const Google__Protobuf__Struct *act, struct str *name)
{
    TRY(claims_text(act, "iss", name));
    if (name->data == NULL) {
        *name = issuer->name;
        return status_ok();
    }
    if (!str_eq(*name, issuer->name) && !claims_texts_have(&issuer->actor_issuers, *name)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an actor of an issuer that '%s' may name, not of '%s'",
                            shown_make(issuer->name).text, shown_make(*name).text);
    }
    return status_ok();
}

static struct status actor_chain_add(struct arena *arena, const struct issuer *issuer,
                                     const Google__Protobuf__Struct *act, struct actor_chain *chain)
{
    struct str name;
    if (chain->count == ACTORS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d actors, each in the "
                            "'act' of the one before",
                            ACTORS_MAX);
    }
    TRY(actor_chain_issuer(issuer, act, &name));
    TRY(actor_chain_identity(arena, issuer, act, name, &chain->identities[chain->count]));
    chain->count++;
    return status_ok();
}

struct status actor_chain_read(struct arena *arena, const struct issuer *issuer,
                               const Google__Protobuf__Struct *claims, struct actor_chain *chain)
{
    const Google__Protobuf__Struct *act;
    chain->count = 0;
    TRY(claims_object(claims, "act", &act));
    while (act != NULL) {
        TRY(status_prefix(actor_chain_add(arena, issuer, act, chain), "act"));
        TRY(claims_object(act, "act", &act));
    }
    return status_ok();
}
