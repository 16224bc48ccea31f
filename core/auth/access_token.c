/* The order of checks: form, issuer, type and algorithm; the signature; then the claims. Nothing
 * but `iss` (and `sub` of a JWT-SVID) is looked at before the signature is right, and these only to
 * choose among what was configured.
 *
 * Whatever is wrong with what the caller sent is UNAUTHENTICATED: the readers below say
 * INVALID_ARGUMENT, and access_token_check turns it. */
#include "core/auth/access_token.h"

#include <strings.h>

#include "core/auth/shown.h"
#include "core/auth/spiffe_id.h"
#include "core/base/base64.h"
#include "core/base/time.h"

/* A token while it is checked. */
struct access_token_draft {
    const struct access_token_check *check;
    struct arena *arena;
    struct jws jws;
    const Google__Protobuf__Struct *claims;
    struct access_token *token;
};

static bool access_token_is_svid(const struct access_token_draft *draft)
{
    return draft->token->issuer->trust_domain.size > 0;
}

/* ---- whose it is ---- */

/* Of a trust domain, where `sub` is of one and `iss` is no issuer of ours. */
static struct status access_token_find_issuer(struct access_token_draft *draft)
{
    const struct issuers *issuers = draft->check->issuers;
    struct str issuer, subject;
    struct spiffe_id id;
    TRY(claims_text(draft->claims, "iss", &issuer));
    TRY(claims_text(draft->claims, "sub", &subject));
    draft->token->issuer = issuers_find(issuers, issuer);
    if (draft->token->issuer == NULL && spiffe_id_read(subject, &id).code == STATUS_OK) {
        draft->token->issuer = issuers_find_trust_domain(issuers, id.trust_domain);
    }
    if (draft->token->issuer == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a token of an issuer that is trusted here, but its 'iss' is "
                            "'%s'",
                            shown_make(issuer).text);
    }
    return status_ok();
}

/* ---- its header ---- */

/* Media types are compared without case, and "application/" may be left out (RFC 7515, section
 * 4.1.9). */
static bool access_token_is_typed(struct str type, struct str name)
{
    struct str prefix = STR("application/");
    if (type.size > prefix.size && strncasecmp(type.data, prefix.data, prefix.size) == 0) {
        type = str_from(type, prefix.size);
    }
    return type.size == name.size && strncasecmp(type.data, name.data, name.size) == 0;
}

static struct status access_token_check_type(const struct access_token_draft *draft)
{
    struct str type = draft->jws.type;
    bool plain = type.data == NULL || access_token_is_typed(type, STR("JWT"));
    if (access_token_is_typed(type, STR("at+jwt")) || (plain && !draft->token->issuer->strict)) {
        return status_ok();
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected a token whose 'typ' is at+jwt%s, but it is '%s'",
                        draft->token->issuer->strict ? "" : " or JWT", shown_make(type).text);
}

/* JWT-SVID, section 2: no header but these three, and `typ` is JWT or JOSE to the letter. */
static struct status access_token_check_svid_header(const struct access_token_draft *draft)
{
    const Google__Protobuf__Struct *header = draft->jws.header;
    size_t known = draft->jws.key_id.data != NULL ? 2u : 1u;
    known += draft->jws.type.data != NULL;
    if (header->n_fields != known) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a JWT-SVID with no header but alg, kid and typ");
    }
    struct str type = draft->jws.type;
    if (type.data != NULL && !str_eq(type, STR("JWT")) && !str_eq(type, STR("JOSE"))) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a JWT-SVID whose 'typ' is JWT or JOSE, but it is '%s'",
                            shown_make(type).text);
    }
    if (draft->jws.algorithm->type == JWK_OKP) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a JWT-SVID signed by RS, PS or ES 256 to 512, not by %s",
                            draft->jws.algorithm->name);
    }
    return status_ok();
}

static struct status access_token_check_algorithm(const struct access_token_draft *draft)
{
    if ((draft->token->issuer->algorithms & draft->jws.algorithm->bit) == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an algorithm that is taken of this issuer, not %s",
                            draft->jws.algorithm->name);
    }
    return status_ok();
}

/* ---- its signature ---- */

static struct status access_token_check_signature(const struct access_token_draft *draft)
{
    struct jwks_found found;
    const struct jws *jws = &draft->jws;
    TRY(jwks_cache_find(draft->check->keys, draft->token->issuer, jws->key_id, jws->algorithm,
                        draft->check->monotonic_us, &found));
    if (found.more) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a token that names its key by 'kid': its issuer has more "
                            "than %d for %s",
                            JWKS_FOUND_MAX, jws->algorithm->name);
    }
    struct status st = jws_verify(jws, found.keys[0]);
    for (size_t i = 1; i < found.count && st.code != STATUS_OK; i++) {
        st = jws_verify(jws, found.keys[i]);
    }
    return st;
}

/* ---- its claims ---- */

static struct status access_token_check_audience(const struct access_token_draft *draft)
{
    const struct claims_texts *ours = &draft->token->issuer->audience;
    struct claims_texts audience;
    TRY(claims_texts(draft->arena, draft->claims, "aud", &audience));
    for (size_t i = 0; i < ours->count; i++) {
        if (claims_texts_have(&audience, ours->items[i])) {
            return status_ok();
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected 'aud' to have '%s', but it has %zu others",
                        shown_make(ours->items[0]).text, audience.count);
}

static struct status access_token_check_times(const struct access_token_draft *draft)
{
    int64_t now_us = draft->check->now_us, leeway_us = draft->token->issuer->leeway_us;
    int64_t from_us, issued_us;
    bool is_there, from_is_there, issued_is_there;
    TRY(claims_time(draft->claims, "exp", &draft->token->expires_at_us, &is_there));
    TRY(claims_time(draft->claims, "nbf", &from_us, &from_is_there));
    TRY(claims_time(draft->claims, "iat", &issued_us, &issued_is_there));
    if (!is_there) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a token that expires: it has no "
                                                     "'exp'");
    }
    if (now_us >= draft->token->expires_at_us + leeway_us) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a token that has not expired, but that was %lld s ago",
                            (long long)((now_us - draft->token->expires_at_us) / TIME_SECOND_US));
    }
    if (from_is_there && now_us < from_us - leeway_us) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a token that counts already, but its 'nbf' is %lld s ahead",
                            (long long)((from_us - now_us) / TIME_SECOND_US));
    }
    return status_ok();
}

/* RFC 9068, section 2.2. */
static struct status access_token_check_strictly(const struct access_token_draft *draft)
{
    struct str text;
    if (!draft->token->issuer->strict) {
        return status_ok();
    }
    TRY(claims_text_needed(draft->claims, "sub", &text));
    TRY(claims_text_needed(draft->claims, "client_id", &text));
    TRY(claims_text_needed(draft->claims, "jti", &text));
    if (claims_find(draft->claims, "iat") == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected 'iat' to be there");
    }
    return status_ok();
}

/* RFC 8705, section 3.1. Every other way of binding a token to its holder is refused: what cannot
 * be checked here must not count. */
static struct status access_token_check_holder(const struct access_token_draft *draft)
{
    const Google__Protobuf__Struct *confirmation;
    struct str text;
    char thumbprint[HASH_SIZE * 2];
    size_t size;
    TRY(claims_object(draft->claims, "cnf", &confirmation));
    if (confirmation == NULL) {
        return status_ok();
    }
    if (confirmation->n_fields != 1) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected 'cnf' to have x5t#S256, and nothing else");
    }
    TRY(status_prefix(claims_text_needed(confirmation, "x5t#S256", &text), "cnf"));
    bool whole = base64_decoded_size_max(text.size) <= sizeof thumbprint &&
                 base64url_decode(text, thumbprint, &size) && size == HASH_SIZE;
    const struct hash *shown = draft->check->certificate;
    if (!whole || shown == NULL || memcmp(thumbprint, shown->bytes, HASH_SIZE) != 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the client certificate that the token is bound to by "
                            "cnf.x5t#S256, but the connection has %s",
                            shown == NULL ? "none" : "another");
    }
    draft->token->bound = true;
    return status_ok();
}

/* Scopes are words with a space between (RFC 6749, section 3.3), or a list of them. */
static struct status access_token_read_scopes(const struct access_token_draft *draft)
{
    const char *claim = draft->token->issuer->scope_claim.data;
    struct claims_texts *scopes = &draft->token->scopes;
    TRY(claims_texts(draft->arena, draft->claims, claim, scopes));
    const Google__Protobuf__Value *value = claims_find(draft->claims, claim);
    if (value == NULL || value->kind_case != GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE) {
        return status_ok();
    }
    struct str text = scopes->items[0], *words;
    ARENA_TRY(draft->arena, words, arena_alloc(draft->arena, (text.size / 2 + 1) * sizeof *words));
    *scopes = (struct claims_texts){ words, 0 };
    while (text.size > 0) {
        struct str word = str_cut(&text, ' ');
        if (word.size > 0) {
            words[scopes->count++] = word;
        }
    }
    return status_ok();
}

static struct status access_token_read_names(const struct access_token_draft *draft)
{
    struct access_token *token = draft->token;
    TRY(claims_text(draft->claims, "client_id", &token->client_id));
    TRY(claims_text(draft->claims, "jti", &token->id));
    TRY(actor_chain_identity(draft->arena, token->issuer, draft->claims, token->issuer->name,
                             &token->subject));
    return actor_chain_read(draft->arena, token->issuer, draft->claims, &token->actors);
}

/* JWT-SVID, section 3.1: `sub` is the SPIFFE ID of a workload of the trust domain. */
static struct status access_token_read_svid(const struct access_token_draft *draft)
{
    struct spiffe_id id;
    TRY(claims_text_needed(draft->claims, "sub", &draft->token->subject));
    TRY(spiffe_id_read(draft->token->subject, &id));
    if (!str_eq(id.trust_domain, draft->token->issuer->trust_domain) || id.path.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected 'sub' to be a workload of the trust domain '%s'",
                            shown_make(draft->token->issuer->trust_domain).text);
    }
    if (claims_find(draft->claims, "act") != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a JWT-SVID without 'act'");
    }
    return claims_text(draft->claims, "jti", &draft->token->id);
}

/* ---- a token ---- */

static struct status access_token_check_all(struct access_token_draft *draft, struct str text)
{
    TRY(jws_read(draft->arena, text, &draft->jws));
    TRY(status_prefix(claims_read(draft->arena, draft->jws.payload, &draft->claims),
                      "payload of a token"));
    TRY(access_token_find_issuer(draft));
    TRY(access_token_is_svid(draft) ? access_token_check_svid_header(draft)
                                    : access_token_check_type(draft));
    TRY(access_token_check_algorithm(draft));
    TRY(access_token_check_signature(draft));
    TRY(access_token_check_audience(draft));
    TRY(access_token_check_times(draft));
    TRY(access_token_check_holder(draft));
    TRY(access_token_read_scopes(draft));
    if (access_token_is_svid(draft)) {
        return access_token_read_svid(draft);
    }
    TRY(access_token_check_strictly(draft));
    return access_token_read_names(draft);
}

struct status access_token_check(struct arena *arena, const struct access_token_check *check,
                                 struct str text, struct access_token *token)
{
    struct access_token_draft draft = { .check = check, .arena = arena, .token = token };
    *token = (struct access_token){ 0 };
    struct status st = access_token_check_all(&draft, text);
    if (st.code == STATUS_INVALID_ARGUMENT) {
        st.code = STATUS_UNAUTHENTICATED;
    }
    return st;
}

struct str access_token_caller(const struct access_token *token)
{
    return token->actors.count > 0 ? token->actors.identities[0] : token->subject;
}

bool access_token_may(const struct access_token *token, struct str scope)
{
    return !token->issuer->scoped || claims_texts_have(&token->scopes, scope);
}
