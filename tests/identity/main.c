/* Judges what others made, as a server will: lines on standard input, one answer each.
 *
 *   issuers JSON           whom to trust from now on; their keys are fetched when they are needed
 *   at SECONDS SECONDS     the time since 1970, and that of the clock that never goes back
 *   token HEX [DER]        an access token, and the client's certificate in hexadecimal
 *   certificate DER        a client's certificate
 *   authorities DOMAIN HEX authorities of a trust domain (of all others: -), in PEM or a bundle
 *   client DER [DER]       a client's certificate and one that it sends along, under these
 *
 * An answer begins with ok, or with the name of the status; behind it stands what was found, or why
 * it was refused. */
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/auth/access_token.h"
#include "core/auth/client_certificate.h"
#include "core/auth/fetch_curl.h"
#include "core/auth/key_source.h"
#include "core/auth/trust_anchors.h"
#include "core/base/utf8.h"

enum { IDENTITY_LINE_MAX = 1 << 20 };

struct identity {
    struct arena issuers_arena, arena;
    struct issuers issuers;
    struct jwks_cache *keys;
    struct fetch_curl *curl;
    struct trust_anchors *anchors;
    struct access_token_check check;
    unsigned fetched; /* documents, for the last token */
};

static void identity_answer(struct status st, struct str found)
{
    struct buf line = { 0 };
    utf8_show(st.code == STATUS_OK ? found : str_z(st.msg), &line);
    printf("%s %.*s\n", st.code == STATUS_OK ? "ok" : status_code_name(st.code),
           STR_ARG(buf_str(&line)));
    fflush(stdout);
    buf_release(&line);
}

/* Hexadecimal digits up to a space or the end, in the arena; `text` is moved behind them. */
static struct str identity_hex(struct identity *identity, char **text)
{
    size_t size = strcspn(*text, " ") / 2;
    char *bytes = arena_alloc(&identity->arena, size + 1);
    for (size_t i = 0; bytes != NULL && i < size; i++) {
        char digits[3] = { (*text)[2 * i], (*text)[2 * i + 1], '\0' };
        bytes[i] = (char)strtoul(digits, NULL, 16);
    }
    *text += 2 * size;
    *text += strspn(*text, " ");
    return (struct str){ bytes, bytes == NULL ? 0 : size };
}

/* ---- commands ---- */

static void identity_issuers(struct identity *identity, char *text)
{
    arena_reset(&identity->issuers_arena);
    jwks_cache_free(identity->keys);
    identity->keys = NULL;
    struct status st = issuers_read(&identity->issuers_arena, str_z(text), &identity->issuers);
    if (st.code == STATUS_OK) {
        identity->keys = jwks_cache_new(&identity->issuers);
    }
    identity->check.issuers = &identity->issuers;
    identity->check.keys = identity->keys;
    identity_answer(st, STR(""));
}

static void identity_at(struct identity *identity, char *text)
{
    char *rest;
    identity->check.now_us = strtoll(text, &rest, 10) * 1000000;
    identity->check.monotonic_us = strtoll(rest, NULL, 10) * 1000000;
    identity_answer(status_ok(), STR(""));
}

/* What the thread of a server does that can wait. */
static void identity_fetch(struct identity *identity, const struct issuer *issuer)
{
    struct fetch port = fetch_curl_port(identity->curl);
    struct fetched keys;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct status st = key_source_get(issuer, &port, &arena, &keys);
    if (st.code == STATUS_OK) {
        st = jwks_cache_put(identity->keys, issuer, keys.body, keys.cache_control,
                            identity->check.monotonic_us);
    } else {
        jwks_cache_failed(identity->keys, issuer, st);
    }
    identity->fetched++;
    arena_release(&arena);
}

/* As a server does it: where keys are missing and can be had, fetch them and ask once more. */
static struct status identity_check(struct identity *identity, struct str text,
                                    struct access_token *token)
{
    const struct issuer *issuer;
    struct status st = access_token_check(&identity->arena, &identity->check, text, token);
    if (st.code != STATUS_UNAVAILABLE ||
        !jwks_cache_busy(identity->keys, token->issuer, identity->check.monotonic_us)) {
        return st;
    }
    while ((issuer = jwks_cache_next(identity->keys, identity->check.monotonic_us)) != NULL) {
        identity_fetch(identity, issuer);
    }
    return access_token_check(&identity->arena, &identity->check, text, token);
}

static void identity_token(struct identity *identity, char *text)
{
    struct access_token token;
    struct buf out = { 0 };
    struct str bytes = identity_hex(identity, &text);
    struct str der = identity_hex(identity, &text);
    struct hash thumbprint = hash_sha256(&der, 1);
    identity->check.certificate = der.size == 0 ? NULL : &thumbprint;
    identity->fetched = 0;
    struct status st = identity_check(identity, bytes, &token);
    if (st.code == STATUS_OK) {
        buf_printf(&out, "caller=%.*s subject=%.*s", STR_ARG(access_token_caller(&token)),
                   STR_ARG(token.subject));
        for (size_t i = 0; i < token.actors.count; i++) {
            buf_printf(&out, " actor=%.*s", STR_ARG(token.actors.identities[i]));
        }
        for (size_t i = 0; i < token.scopes.count; i++) {
            buf_printf(&out, " scope=%.*s", STR_ARG(token.scopes.items[i]));
        }
        buf_printf(&out, " fetched=%u%s", identity->fetched, token.bound ? " bound" : "");
    }
    identity_answer(st, buf_str(&out));
    buf_release(&out);
}

static void identity_certificate(struct identity *identity, char *text)
{
    struct client_certificate certificate;
    struct str der = identity_hex(identity, &text);
    struct status st = client_certificate_read_der(&identity->arena, der, &certificate);
    identity_answer(st, certificate.identity);
}

static void identity_authorities(struct identity *identity, char *text)
{
    size_t size = strcspn(text, " ");
    struct str domain = text[0] == '-' ? STR("") : str_make(text, size);
    char *rest = text + size + strspn(text + size, " ");
    struct str bytes = identity_hex(identity, &rest);
    bool bundle = str_starts(bytes, STR("{"));
    identity_answer(bundle ? trust_anchors_add_bundle(identity->anchors, domain, bytes)
                           : trust_anchors_add_pem(identity->anchors, domain, bytes),
                    STR(""));
}

static X509 *identity_x509(struct identity *identity, char **text)
{
    struct str der = identity_hex(identity, text);
    const unsigned char *at = (const unsigned char *)der.data;
    return der.size == 0 ? NULL : d2i_X509(NULL, &at, (long)der.size);
}

static void identity_client(struct identity *identity, char *text)
{
    struct client_certificate certificate = { 0 };
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509 *leaf = identity_x509(identity, &text), *between = identity_x509(identity, &text);
    if (between != NULL) {
        sk_X509_push(chain, between);
    }
    identity_answer(trust_anchors_check(identity->anchors, &identity->arena, leaf, chain,
                                        identity->check.now_us, &certificate),
                    certificate.identity);
    sk_X509_pop_free(chain, X509_free);
    X509_free(leaf);
}

static void identity_run(struct identity *identity, char *line)
{
    static const struct {
        const char *name;
        void (*run)(struct identity *identity, char *text);
    } commands[] = { { "issuers ", identity_issuers },
                     { "at ", identity_at },
                     { "token ", identity_token },
                     { "certificate ", identity_certificate },
                     { "authorities ", identity_authorities },
                     { "client ", identity_client } };
    line[strcspn(line, "\n")] = '\0';
    arena_reset(&identity->arena);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        size_t size = strlen(commands[i].name);
        if (strncmp(line, commands[i].name, size) == 0) {
            commands[i].run(identity, line + size);
            return;
        }
    }
    identity_answer(status_error(STATUS_INVALID_ARGUMENT, "expected a command"), STR(""));
}

/* The only argument names a file of authorities to trust. */
int main(int argc, char **argv)
{
    static char line[IDENTITY_LINE_MAX];
    struct identity identity = { .curl = fetch_curl_open(argc > 1 ? argv[1] : NULL),
                                 .anchors = trust_anchors_new() };
    arena_init(&identity.issuers_arena, 1 << 20);
    arena_init(&identity.arena, ACCESS_TOKEN_MEMORY + IDENTITY_LINE_MAX);
    while (fgets(line, sizeof line, stdin) != NULL) {
        identity_run(&identity, line);
    }
    jwks_cache_free(identity.keys);
    fetch_curl_close(identity.curl);
    trust_anchors_free(identity.anchors);
    arena_release(&identity.issuers_arena);
    arena_release(&identity.arena);
    return 0;
}
