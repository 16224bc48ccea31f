/* The authorities of client certificates, apart from each other: those of a SPIFFE trust domain
 * vouch for ids of that domain alone (X509-SVID, section 5; SPIFFE Trust Domain and Bundle, section
 * 4), the others for certificates without a SPIFFE ID alone. One store for all, as TLS has it by
 * itself, would let the authority of one domain make certificates of another.
 *
 * Filled once, then read by any number of threads; to change it, make another. Pure. */
#ifndef CORE_AUTH_TRUST_ANCHORS_H
#define CORE_AUTH_TRUST_ANCHORS_H

#include "core/auth/client_certificate.h"

struct stack_st_X509;

/* Trust domains beside the one without a name, authorities of each, and certificates between a leaf
 * and its authority. */
enum { TRUST_ANCHORS_DOMAINS_MAX = 16, TRUST_ANCHORS_MAX = 64, TRUST_ANCHORS_DEPTH_MAX = 8 };
enum { TRUST_ANCHORS_SIZE_MAX = 512 * 1024 };

struct trust_anchors;

struct trust_anchors *trust_anchors_new(void);
/* NULL is fine. */
void trust_anchors_free(struct trust_anchors *anchors);

/* Adds the certificates of a PEM text, or the x509-svid keys of a bundle (a JWK Set; others in it
 * are skipped). `trust_domain` is empty for the authorities of all that have no SPIFFE ID.
 * INVALID_ARGUMENT: no trust domain's name, not one authority, something else, or too much;
 * the anchors are good for nothing then but to be freed. */
MUST_USE struct status trust_anchors_add_pem(struct trust_anchors *anchors, struct str trust_domain,
                                             struct str pem);
MUST_USE struct status trust_anchors_add_bundle(struct trust_anchors *anchors,
                                                struct str trust_domain, struct str json);

/* Reads a client's certificate as client_certificate_read does, once it is known that it chains to
 * an authority that may vouch for it, at that time, as a TLS client's. `chain` is what the client
 * sent with it; NULL: nothing. UNAUTHENTICATED: not so. */
MUST_USE struct status trust_anchors_check(const struct trust_anchors *anchors, struct arena *arena,
                                           struct x509_st *leaf, struct stack_st_X509 *chain,
                                           int64_t now_us, struct client_certificate *certificate);

#endif
