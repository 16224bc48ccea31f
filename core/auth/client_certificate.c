#include "core/auth/client_certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/auth/shown.h"

static struct status client_certificate_fail(const char *expected)
{
    return status_error(STATUS_UNAUTHENTICATED, "expected a client certificate %s", expected);
}

/* ---- names ---- */

/* The text of a name, in the arena behind its prefix; printable ASCII only, so that no NUL inside
 * can make it look like another. */
static struct status client_certificate_take(struct arena *arena, const char *prefix,
                                             const ASN1_IA5STRING *name, struct str *identity)
{
    struct str text = str_make(ASN1_STRING_get0_data(name), (size_t)ASN1_STRING_length(name));
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~') {
            return client_certificate_fail("whose alternative names are printable ASCII");
        }
    }
    if (text.size == 0 || text.size > SPIFFE_ID_SIZE_MAX) {
        return client_certificate_fail("whose alternative names have 1 to 2048 bytes");
    }
    const struct str parts[] = { str_z(prefix), text };
    *identity = arena_join(arena, parts, 2);
    return identity->data == NULL ? arena_full(arena) : status_ok();
}

/* The only name of a type; NULL where there is none, and `*many` where there are several. */
static const ASN1_IA5STRING *client_certificate_name(const GENERAL_NAMES *names, int type,
                                                     bool *many)
{
    const ASN1_IA5STRING *found = NULL;
    *many = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == type) {
            *many = found != NULL;
            found = name->d.ia5;
            if (*many) {
                break;
            }
        }
    }
    return found;
}

static struct status client_certificate_identify(struct arena *arena, const GENERAL_NAMES *names,
                                                 struct str *identity)
{
    static const struct {
        int type;
        const char *prefix;
    } kinds[] = { { GEN_URI, "URI:" }, { GEN_DNS, "DNS:" }, { GEN_EMAIL, "email:" } };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool many;
        const ASN1_IA5STRING *name = client_certificate_name(names, kinds[i].type, &many);
        if (many) {
            return client_certificate_fail("with one alternative name of a kind (URI, DNS, "
                                           "email), but it has several");
        }
        if (name != NULL) {
            return client_certificate_take(arena, kinds[i].prefix, name, identity);
        }
    }
    return client_certificate_fail("with an alternative name (URI, DNS or email)");
}

/* ---- X.509-SVID ---- */

static struct status client_certificate_check_leaf(X509 *x509)
{
    uint32_t usage = X509_get_key_usage(x509);
    bool has_usage = (X509_get_extension_flags(x509) & EXFLAG_KUSAGE) != 0;
    if ((X509_get_extension_flags(x509) & EXFLAG_CA) != 0) {
        return client_certificate_fail("that is a leaf, not an authority, for a SPIFFE ID");
    }
    if (!has_usage || (usage & KU_DIGITAL_SIGNATURE) == 0 ||
        (usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0) {
        return client_certificate_fail("whose key usage has digitalSignature, and neither "
                                       "keyCertSign nor cRLSign, for a SPIFFE ID");
    }
    return status_ok();
}

static struct status client_certificate_check_svid(X509 *x509,
                                                   struct client_certificate *certificate)
{
    struct status st = spiffe_id_read(certificate->identity, &certificate->spiffe);
    if (st.code != STATUS_OK) {
        st.code = STATUS_UNAUTHENTICATED;
        return st;
    }
    if (certificate->spiffe.path.size == 0) {
        return client_certificate_fail("whose SPIFFE ID has a path: only an authority has none");
    }
    certificate->is_svid = true;
    return client_certificate_check_leaf(x509);
}

/* ---- a certificate ---- */

static struct status client_certificate_hash(X509 *x509, struct hash *thumbprint)
{
    unsigned size = 0;
    if (X509_digest(x509, EVP_sha256(), thumbprint->bytes, &size) != 1 || size != HASH_SIZE) {
        return client_certificate_fail("that has bytes");
    }
    return status_ok();
}

struct status client_certificate_read(struct arena *arena, X509 *x509,
                                      struct client_certificate *certificate)
{
    *certificate = (struct client_certificate){ 0 };
    TRY(client_certificate_hash(x509, &certificate->thumbprint));
    if ((X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0) {
        ERR_clear_error();
        return client_certificate_fail("whose extensions can be read");
    }
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    ERR_clear_error();
    if (names == NULL) {
        return client_certificate_fail("with an alternative name (URI, DNS or email)");
    }
    struct status st = client_certificate_identify(arena, names, &certificate->identity);
    GENERAL_NAMES_free(names);
    TRY(st);
    struct str uri = STR("URI:");
    if (str_starts(certificate->identity, uri) &&
        spiffe_id_claimed(str_from(certificate->identity, uri.size))) {
        certificate->identity = str_from(certificate->identity, uri.size);
        return client_certificate_check_svid(x509, certificate);
    }
    return status_ok();
}

struct status client_certificate_read_der(struct arena *arena, struct str der,
                                          struct client_certificate *certificate)
{
    const unsigned char *at = (const unsigned char *)der.data;
    X509 *x509 =
        der.size > CLIENT_CERTIFICATE_SIZE_MAX ? NULL : d2i_X509(NULL, &at, (long)der.size);
    bool whole = x509 != NULL && at == (const unsigned char *)der.data + der.size;
    struct status st = whole ? client_certificate_read(arena, x509, certificate)
                             : client_certificate_fail("in DER, of at most 32 KiB");
    ERR_clear_error();
    X509_free(x509);
    return st;
}
