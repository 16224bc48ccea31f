#include "core/auth/trust_anchors.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/auth/claims.h"
#include "core/auth/shown.h"
#include "core/base/base64.h"
#include "core/base/memory.h"
#include "core/base/time.h"

enum { TRUST_ANCHORS_MEMORY = 32 << 20 /* of a bundle while it is read */ };

struct trust_domain {
    char name[SPIFFE_TRUST_DOMAIN_SIZE_MAX + 1]; /* empty: of all that have no SPIFFE ID */
    X509_STORE *store;
    size_t count;
};

struct trust_anchors {
    struct trust_domain domains[TRUST_ANCHORS_DOMAINS_MAX + 1];
    size_t count;
};

struct trust_anchors *trust_anchors_new(void)
{
    return mem_zalloc(1, sizeof(struct trust_anchors));
}

void trust_anchors_free(struct trust_anchors *anchors)
{
    for (size_t i = 0; anchors != NULL && i < anchors->count; i++) {
        X509_STORE_free(anchors->domains[i].store);
    }
    mem_free(anchors);
}

/* ---- adding ---- */

static const struct trust_domain *trust_anchors_find(const struct trust_anchors *anchors,
                                                     struct str name)
{
    for (size_t i = 0; i < anchors->count; i++) {
        if (str_eq(name, str_z(anchors->domains[i].name))) {
            return &anchors->domains[i];
        }
    }
    return NULL;
}

static struct status trust_anchors_open(struct trust_anchors *anchors, struct str name,
                                        struct trust_domain **domain)
{
    const struct trust_domain *found = trust_anchors_find(anchors, name);
    if (name.size > 0 && !spiffe_trust_domain_valid(name)) {
        return status_error(
            STATUS_INVALID_ARGUMENT,
            "expected a trust domain of 1 to 255 of a-z, 0-9, '.', '-', '_', but it "
            "is '%s'",
            shown_make(name).text);
    }
    if (found == NULL && anchors->count == TRUST_ANCHORS_DOMAINS_MAX + 1) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d trust domains",
                            TRUST_ANCHORS_DOMAINS_MAX);
    }
    if (found != NULL) {
        *domain = &anchors->domains[found - anchors->domains];
        return status_ok();
    }
    *domain = &anchors->domains[anchors->count++];
    memcpy((*domain)->name, name.size == 0 ? "" : name.data, name.size);
    (*domain)->store = X509_STORE_new();
    assert((*domain)->store != NULL); /* only the heap can fail here */
    return status_ok();
}

static struct status trust_domain_add(struct trust_domain *domain, X509 *x509)
{
    if (X509_check_ca(x509) != 1) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected certificates of authorities, but one is of somebody else");
    }
    if (domain->count == TRUST_ANCHORS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d authorities",
                            TRUST_ANCHORS_MAX);
    }
    int added = X509_STORE_add_cert(domain->store, x509);
    assert(added == 1); /* twice the same is fine */
    domain->count++;
    return status_ok();
}

static struct status trust_domain_add_pem(struct trust_domain *domain, BIO *bio)
{
    size_t before = domain->count;
    X509 *x509;
    while ((x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        struct status st = trust_domain_add(domain, x509);
        X509_free(x509);
        TRY(st);
    }
    bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!ended || domain->count == before) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected certificates of authorities in PEM, one at least");
    }
    return status_ok();
}

static struct status trust_anchors_check_size(struct str text)
{
    if (text.size > TRUST_ANCHORS_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected authorities in at most %d bytes, but there are %zu",
                            TRUST_ANCHORS_SIZE_MAX, text.size);
    }
    return status_ok();
}

struct status trust_anchors_add_pem(struct trust_anchors *anchors, struct str trust_domain,
                                    struct str pem)
{
    struct trust_domain *domain;
    TRY(trust_anchors_check_size(pem));
    TRY(trust_anchors_open(anchors, trust_domain, &domain));
    BIO *bio = BIO_new_mem_buf(pem.size == 0 ? "" : pem.data, (int)pem.size);
    assert(bio != NULL);
    struct status st = trust_domain_add_pem(domain, bio);
    BIO_free(bio);
    return st;
}

/* X509-SVID, section 6.2: the first of `x5c` counts, in plain base64. */
static struct status trust_domain_add_key(struct trust_domain *domain, struct arena *arena,
                                          const Google__Protobuf__Struct *key)
{
    struct str use;
    struct claims_texts chain;
    char *der;
    size_t size = 0;
    TRY(claims_text(key, "use", &use));
    if (!str_eq(use, STR("x509-svid"))) {
        return status_ok();
    }
    TRY(claims_texts(arena, key, "x5c", &chain));
    if (chain.count == 0) {
        return status_ok(); /* must be ignored */
    }
    ARENA_TRY(arena, der, arena_alloc(arena, base64_decoded_size_max(chain.items[0].size)));
    const unsigned char *at = (const unsigned char *)der;
    X509 *x509 = base64_decode(chain.items[0], der, &size) ? d2i_X509(NULL, &at, (long)size) : NULL;
    bool whole = x509 != NULL && at == (const unsigned char *)der + size;
    struct status st =
        whole ? trust_domain_add(domain, x509)
              : status_error(STATUS_INVALID_ARGUMENT, "expected 'x5c' to begin with a certificate");
    ERR_clear_error();
    X509_free(x509);
    return st;
}

static struct status trust_domain_add_bundle(struct trust_domain *domain, struct arena *arena,
                                             struct str json)
{
    const Google__Protobuf__Struct *claims;
    size_t before = domain->count;
    TRY(claims_read(arena, json, &claims));
    const Google__Protobuf__Value *keys = claims_find(claims, "keys");
    if (keys == NULL || keys->kind_case != GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected 'keys' to be a list");
    }
    for (size_t i = 0; i < keys->list_value->n_values; i++) {
        const Google__Protobuf__Value *key = keys->list_value->values[i];
        if (key->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE) {
            TRY(trust_domain_add_key(domain, arena, key->struct_value));
        }
    }
    return domain->count > before
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected a bundle with a key whose 'use' is x509-svid");
}

struct status trust_anchors_add_bundle(struct trust_anchors *anchors, struct str trust_domain,
                                       struct str json)
{
    struct trust_domain *domain;
    struct arena arena;
    TRY(trust_anchors_check_size(json));
    TRY(trust_anchors_open(anchors, trust_domain, &domain));
    arena_init(&arena, TRUST_ANCHORS_MEMORY);
    struct status st = trust_domain_add_bundle(domain, &arena, json);
    arena_release(&arena);
    return st;
}

/* ---- checking ---- */

static struct status trust_domain_check(const struct trust_domain *domain, X509 *leaf,
                                        STACK_OF(X509) * chain, int64_t now_us)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int begun = context == NULL ? 0 : X509_STORE_CTX_init(context, domain->store, leaf, chain);
    assert(begun == 1); /* only the heap can fail here */
    X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
    X509_STORE_CTX_set_time(context, 0, now_us / TIME_SECOND_US);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_PARTIAL_CHAIN); /* anchors need not be roots */
    X509_STORE_CTX_set_depth(context, TRUST_ANCHORS_DEPTH_MAX);
    bool good = X509_verify_cert(context) == 1;
    int why = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return good ? status_ok()
                : status_error(STATUS_UNAUTHENTICATED,
                               "expected a client certificate of an authority that is trusted%s%s: "
                               "%s",
                               domain->name[0] == '\0' ? "" : " for ", domain->name,
                               X509_verify_cert_error_string(why));
}

struct status trust_anchors_check(const struct trust_anchors *anchors, struct arena *arena,
                                  X509 *leaf, STACK_OF(X509) * chain, int64_t now_us,
                                  struct client_certificate *certificate)
{
    TRY(client_certificate_read(arena, leaf, certificate));
    struct str name = certificate->is_svid ? certificate->spiffe.trust_domain : STR("");
    const struct trust_domain *domain = trust_anchors_find(anchors, name);
    if (domain == NULL) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a client certificate of an authority that is trusted, but "
                            "there is none for %s",
                            name.size == 0 ? "certificates without a SPIFFE ID"
                                           : shown_make(name).text);
    }
    return trust_domain_check(domain, leaf, chain, now_us);
}
