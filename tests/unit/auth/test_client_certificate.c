#include "core/auth/client_certificate.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

enum { EXTENSIONS_MAX = 4 };

/* Extensions as pairs of a number and OpenSSL's text for it. */
struct certificate_extension {
    int nid;
    const char *text;
};

static X509 *certificate_make(const struct certificate_extension *extensions)
{
    X509 *x509 = X509_new();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, token_kit_key("P-256", 0));
    for (size_t i = 0; i < EXTENSIONS_MAX && extensions[i].text != NULL; i++) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, NULL, extensions[i].nid, extensions[i].text);
        assert_non_null(extension);
        X509_add_ext(x509, extension, -1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_sign(x509, token_kit_key("P-256", 0), EVP_sha256()) > 0);
    return x509;
}

static struct arena certificate_arena;
static struct client_certificate certificate;

static enum status_code certificate_code(const struct certificate_extension *extensions)
{
    unsigned char *der = NULL;
    X509 *x509 = certificate_make(extensions);
    int size = i2d_X509(x509, &der);
    assert_true(size > 0);
    arena_release(&certificate_arena);
    arena_init(&certificate_arena, 1 << 16);
    struct str bytes = str_make(der, (size_t)size);
    struct status st = client_certificate_read_der(&certificate_arena, bytes, &certificate);
    if (st.code == STATUS_OK) {
        struct hash hash = hash_sha256(&bytes, 1);
        assert_true(hash_eq(&hash, &certificate.thumbprint));
    }
    OPENSSL_free(der);
    X509_free(x509);
    return st.code;
}

/* A certificate with these alternative names alone; its identity is compared. */
static void assert_identity(const char *names, const char *identity)
{
    const struct certificate_extension extensions[EXTENSIONS_MAX] = { { NID_subject_alt_name,
                                                                        names } };
    assert_int_equal(certificate_code(extensions), STATUS_OK);
    assert_true(str_eq(certificate.identity, str_z(identity)));
    assert_false(certificate.is_svid);
    arena_release(&certificate_arena);
}

TEST(client_certificate, is_whose_its_alternative_name_says)
{
    assert_identity("URI:https://a/b", "URI:https://a/b");
    assert_identity("DNS:host.example", "DNS:host.example");
    assert_identity("email:ada@example.org", "email:ada@example.org");
    assert_identity("DNS:a,DNS:b,URI:urn:x",
                    "URI:urn:x"); /* the first kind of which there is one */
    assert_identity("email:a@b,DNS:c,IP:127.0.0.1", "DNS:c");
}

static void assert_refused(const char *names)
{
    const struct certificate_extension extensions[EXTENSIONS_MAX] = { { NID_subject_alt_name,
                                                                        names } };
    assert_int_equal(certificate_code(extensions), STATUS_UNAUTHENTICATED);
    arena_release(&certificate_arena);
}

TEST(client_certificate, names_one_or_is_refused)
{
    const struct certificate_extension none[EXTENSIONS_MAX] = { { 0, NULL } };
    assert_int_equal(certificate_code(none), STATUS_UNAUTHENTICATED);
    assert_refused("URI:urn:a,URI:urn:b");
    assert_refused("URI:urn:a,URI:urn:b,DNS:c");
    assert_refused("DNS:a,DNS:b");
    assert_refused("IP:127.0.0.1");
    assert_refused("URI:urn:a b");
    const struct certificate_extension doubled[EXTENSIONS_MAX] = {
        { NID_subject_alt_name, "DNS:a" }, { NID_subject_alt_name, "DNS:b" }
    };
    assert_int_equal(certificate_code(doubled), STATUS_UNAUTHENTICATED);
    arena_release(&certificate_arena);
}

#define SPIFFE "URI:spiffe://example.org/ns/a"

static enum status_code svid_code(const char *names, const char *basic, const char *usage)
{
    struct certificate_extension extensions[EXTENSIONS_MAX] = { { NID_subject_alt_name, names } };
    size_t count = 1;
    if (basic != NULL) {
        extensions[count++] = (struct certificate_extension){ NID_basic_constraints, basic };
    }
    if (usage != NULL) {
        extensions[count++] = (struct certificate_extension){ NID_key_usage, usage };
    }
    enum status_code code = certificate_code(extensions);
    assert_true(code != STATUS_OK || certificate.is_svid);
    return code;
}

TEST(client_certificate, with_a_spiffe_id_is_a_leaf_that_signs)
{
    const char *usage = "critical,digitalSignature,keyEncipherment";
    assert_int_equal(svid_code(SPIFFE, "critical,CA:FALSE", usage), STATUS_OK);
    assert_true(str_eq(certificate.identity, STR("spiffe://example.org/ns/a")));
    assert_true(str_eq(certificate.spiffe.trust_domain, STR("example.org")));
    assert_int_equal(svid_code(SPIFFE ",DNS:a", NULL, usage), STATUS_OK);
    assert_int_equal(svid_code(SPIFFE, "critical,CA:TRUE", usage), STATUS_UNAUTHENTICATED);
    assert_int_equal(svid_code(SPIFFE, NULL, NULL), STATUS_UNAUTHENTICATED);
    assert_int_equal(svid_code(SPIFFE, NULL, "keyEncipherment"), STATUS_UNAUTHENTICATED);
    assert_int_equal(svid_code(SPIFFE, NULL, "digitalSignature,keyCertSign"),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(svid_code(SPIFFE, NULL, "digitalSignature,cRLSign"), STATUS_UNAUTHENTICATED);
    arena_release(&certificate_arena);
}

TEST(client_certificate, has_one_spiffe_id_that_is_right)
{
    static const char *const wrong[] = {
        "URI:spiffe://example.org",           "URI:spiffe://example.org/",
        "URI:spiffe://Example.org/a",         "URI:SPIFFE://example.org/a",
        "URI:spiffe://example.org:1/a",       "URI:spiffe://example.org/a/../b",
        SPIFFE ",URI:spiffe://example.org/b", SPIFFE ",URI:https://a"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(svid_code(wrong[i], NULL, "digitalSignature"), STATUS_UNAUTHENTICATED);
    }
    arena_release(&certificate_arena);
}

/* What OpenSSL's text cannot say: a NUL that would end a C string. */
TEST(client_certificate, has_no_nul_in_its_name)
{
    const struct certificate_extension extensions[EXTENSIONS_MAX] = {
        { NID_subject_alt_name, "URI:spiffe://example.org/admin_x" },
        { NID_key_usage, "digitalSignature" },
    };
    unsigned char *der = NULL;
    X509 *x509 = certificate_make(extensions);
    int size = i2d_X509(x509, &der);
    char *name = memmem(der, (size_t)size, "admin_x", 7);
    assert_non_null(name);
    name[5] = '\0';
    arena_init(&certificate_arena, 1 << 16);
    assert_code(
        STATUS_UNAUTHENTICATED,
        client_certificate_read_der(&certificate_arena, str_make(der, (size_t)size), &certificate));
    name[5] = '_';
    assert_ok(
        client_certificate_read_der(&certificate_arena, str_make(der, (size_t)size), &certificate));
    OPENSSL_free(der);
    X509_free(x509);
    arena_release(&certificate_arena);
}

TEST(client_certificate, is_one_and_nothing_behind_it)
{
    const struct certificate_extension extensions[EXTENSIONS_MAX] = { { NID_subject_alt_name,
                                                                        "DNS:a" } };
    unsigned char bytes[2048] = { 0 }, *at = bytes;
    X509 *x509 = certificate_make(extensions);
    size_t size = (size_t)i2d_X509(x509, &at);
    arena_init(&certificate_arena, 1 << 16);
    for (size_t cut = 0; cut < size; cut++) {
        assert_code(
            STATUS_UNAUTHENTICATED,
            client_certificate_read_der(&certificate_arena, str_make(bytes, cut), &certificate));
    }
    assert_code(
        STATUS_UNAUTHENTICATED,
        client_certificate_read_der(&certificate_arena, str_make(bytes, size + 1), &certificate));
    assert_ok(client_certificate_read_der(&certificate_arena, str_make(bytes, size), &certificate));
    X509_free(x509);
    arena_release(&certificate_arena);
}
