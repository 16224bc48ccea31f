/* What a client's certificate says about whose it is. That it chains to an authority that is
 * trusted and is in date, trust_anchors.h checks; that the client has its key, TLS: nothing here is
 * worth anything without both.
 *
 * A certificate with a SPIFFE ID must be a leaf X.509-SVID (X509-SVID, sections 4 and 5.2). Pure.
 */
#ifndef CORE_AUTH_CLIENT_CERTIFICATE_H
#define CORE_AUTH_CLIENT_CERTIFICATE_H

#include "core/auth/spiffe_id.h"
#include "core/base/arena.h"
#include "core/base/hash.h"

struct x509_st; /* OpenSSL's X509 */

/* More than any certificate of a client has; a chain of post-quantum keys is another matter. */
enum { CLIENT_CERTIFICATE_SIZE_MAX = 32 * 1024 };

struct client_certificate {
    /* What a credential of kind MTLS_SAN is bound to: the SPIFFE ID; else the only subject
     * alternative name of the first kind of which there is one, written as OpenSSL writes it:
     * "URI:https://a/b", "DNS:host.example", "email:ada@example.org". In the arena. */
    struct str identity;
    bool is_svid;
    struct spiffe_id spiffe; /* of an SVID; borrows from identity */
    struct hash thumbprint;  /* SHA-256 of its DER: `x5t#S256` (RFC 8705, section 3.1) */
};

/* UNAUTHENTICATED: it names nobody, more than one, or breaks the rules of what it says it is.
 * RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status client_certificate_read(struct arena *arena, struct x509_st *x509,
                                               struct client_certificate *certificate);
/* The same for the bytes of one; those that are none are UNAUTHENTICATED, too. */
MUST_USE struct status client_certificate_read_der(struct arena *arena, struct str der,
                                                   struct client_certificate *certificate);

#endif
