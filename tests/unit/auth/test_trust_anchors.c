#include "core/auth/trust_anchors.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/base/base64.h"
#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

#define SPIFFE_A "URI:spiffe://a.example/x"

/* A certificate for the key of this serial, signed by `signer` (NULL: itself) with its key. */
static X509 *anchor_make(const char *name, int serial, X509 *signer, int signer_serial,
                         const char *basic, const char *names)
{
    const struct {
        int nid;
        const char *text;
    } extensions[] = { { NID_basic_constraints, basic },
                       { NID_key_usage, names == NULL ? "keyCertSign" : "digitalSignature" },
                       { NID_subject_alt_name, names } };
    X509 *x509 = X509_new();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial + 1);
    ASN1_TIME_set(X509_getm_notBefore(x509), TOKEN_KIT_NOW_US / 1000000 - 60);
    ASN1_TIME_set(X509_getm_notAfter(x509), TOKEN_KIT_NOW_US / 1000000 + 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(signer == NULL ? x509 : signer));
    X509_set_pubkey(x509, token_kit_key("P-256", serial));
    for (size_t i = 0; i < 3 && extensions[i].text != NULL; i++) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, NULL, extensions[i].nid, extensions[i].text);
        X509_add_ext(x509, extension, -1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_sign(x509, token_kit_key("P-256", signer_serial), EVP_sha256()) > 0);
    return x509;
}

static X509 *anchor_root(const char *name, int serial)
{
    return anchor_make(name, serial, NULL, serial, "critical,CA:TRUE", NULL);
}

static X509 *anchor_leaf(X509 *signer, int signer_serial, const char *names)
{
    return anchor_make("leaf", 9, signer, signer_serial, "critical,CA:FALSE", names);
}

static struct status anchor_add(struct trust_anchors *anchors, const char *domain, X509 *root)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    PEM_write_bio_X509(bio, root);
    long size = BIO_get_mem_data(bio, &text);
    struct status st = trust_anchors_add_pem(anchors, str_z(domain), str_make(text, (size_t)size));
    BIO_free(bio);
    return st;
}

/* Whether a leaf is taken, at a time; it and what was sent with it are freed. */
static enum status_code anchor_code(const struct trust_anchors *anchors, X509 *leaf, X509 *between,
                                    int64_t later_s)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    struct client_certificate certificate;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    if (between != NULL) {
        sk_X509_push(chain, between);
    }
    struct status st = trust_anchors_check(anchors, &arena, leaf, chain,
                                           TOKEN_KIT_NOW_US + later_s * 1000000, &certificate);
    arena_release(&arena);
    sk_X509_free(chain);
    X509_free(between);
    X509_free(leaf);
    return st.code;
}

/* a.example and b.example have an authority each (keys 1 and 2), all others a third (3). */
static struct anchors_of_three {
    struct trust_anchors *anchors;
    X509 *a, *b, *plain;
} three;

static void three_begin(void)
{
    three.anchors = trust_anchors_new();
    three.a = anchor_root("a", 1);
    three.b = anchor_root("b", 2);
    three.plain = anchor_root("plain", 3);
    assert_ok(anchor_add(three.anchors, "a.example", three.a));
    assert_ok(anchor_add(three.anchors, "b.example", three.b));
    assert_ok(anchor_add(three.anchors, "", three.plain));
}

static void three_end(void)
{
    trust_anchors_free(three.anchors);
    X509_free(three.a);
    X509_free(three.b);
    X509_free(three.plain);
}

TEST(trust_anchors, vouch_for_ids_of_their_trust_domain_alone)
{
    three_begin();
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.a, 1, SPIFFE_A), NULL, 0),
                     STATUS_OK);
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.b, 2, SPIFFE_A), NULL, 0),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.plain, 3, SPIFFE_A), NULL, 0),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.a, 1, "DNS:host"), NULL, 0),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.plain, 3, "DNS:host"), NULL, 0),
                     STATUS_OK);
    assert_int_equal(
        anchor_code(three.anchors, anchor_leaf(three.a, 1, "URI:spiffe://c.example/x"), NULL, 0),
        STATUS_UNAUTHENTICATED);
    three_end();
}

TEST(trust_anchors, count_only_while_certificates_are_in_date)
{
    three_begin();
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.a, 1, SPIFFE_A), NULL, 3599),
                     STATUS_OK);
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.a, 1, SPIFFE_A), NULL, 3600),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(three.a, 1, SPIFFE_A), NULL, -61),
                     STATUS_UNAUTHENTICATED);
    three_end();
}

TEST(trust_anchors, are_reached_over_authorities_that_the_client_sends)
{
    three_begin();
    X509 *between = anchor_make("between", 4, three.a, 1, "critical,CA:TRUE", NULL);
    X509 *no_authority = anchor_make("between", 4, three.a, 1, "critical,CA:FALSE", NULL);
    X509 *leaf = anchor_leaf(between, 4, SPIFFE_A);
    X509_up_ref(leaf);
    X509_up_ref(leaf);
    assert_int_equal(anchor_code(three.anchors, leaf, NULL, 0), STATUS_UNAUTHENTICATED);
    assert_int_equal(anchor_code(three.anchors, leaf, between, 0), STATUS_OK);
    assert_int_equal(anchor_code(three.anchors, leaf, no_authority, 0), STATUS_UNAUTHENTICATED);
    three_end();
}

TEST(trust_anchors, do_not_vouch_by_name)
{
    three_begin();
    X509 *forged = anchor_root("a", 5); /* the name of an authority, another key */
    assert_int_equal(anchor_code(three.anchors, anchor_leaf(forged, 5, SPIFFE_A), forged, 0),
                     STATUS_UNAUTHENTICATED);
    three_end();
}

TEST(trust_anchors, are_authorities_in_pem)
{
    struct trust_anchors *anchors = trust_anchors_new();
    X509 *root = anchor_root("a", 1), *leaf = anchor_leaf(root, 1, SPIFFE_A);
    assert_code(STATUS_INVALID_ARGUMENT, anchor_add(anchors, "a.example", leaf));
    assert_code(STATUS_INVALID_ARGUMENT, anchor_add(anchors, "A.example", root));
    assert_code(STATUS_INVALID_ARGUMENT, trust_anchors_add_pem(anchors, STR(""), STR("")));
    assert_code(STATUS_INVALID_ARGUMENT, trust_anchors_add_pem(anchors, STR(""), STR("text")));
    assert_code(STATUS_INVALID_ARGUMENT,
                trust_anchors_add_pem(anchors, STR(""),
                                      STR("-----BEGIN CERTIFICATE-----\nAAAA\n"
                                          "-----END CERTIFICATE-----\n")));
    X509_free(root);
    X509_free(leaf);
    trust_anchors_free(anchors);
    trust_anchors_free(NULL);
}

TEST(trust_anchors, have_bounds)
{
    struct trust_anchors *anchors = trust_anchors_new();
    X509 *root = anchor_root("a", 1);
    for (int i = 0; i < TRUST_ANCHORS_MAX; i++) {
        assert_ok(anchor_add(anchors, "", root));
    }
    assert_code(STATUS_INVALID_ARGUMENT, anchor_add(anchors, "", root));
    for (char name[2] = "a"; name[0] < 'a' + TRUST_ANCHORS_DOMAINS_MAX; name[0]++) {
        assert_ok(anchor_add(anchors, name, root));
    }
    assert_code(STATUS_INVALID_ARGUMENT, anchor_add(anchors, "z", root));
    X509_free(root);
    trust_anchors_free(anchors);
}

static struct status anchor_add_bundle(struct trust_anchors *anchors, const char *use, X509 *root,
                                       const char *more)
{
    struct buf text = { 0 }, encoded = { 0 };
    unsigned char *der = NULL;
    int size = i2d_X509(root, &der);
    base64_encode(str_make(der, (size_t)size), &encoded);
    buf_printf(&text,
               "{\"keys\":[{\"use\":\"jwt-svid\",\"kty\":\"EC\"},{\"use\":\"x509-svid\"},"
               "{\"use\":\"%s\",\"kty\":\"EC\",\"x5c\":[\"%.*s%s\"]}],\"spiffe_sequence\":1}",
               use, STR_ARG(buf_str(&encoded)), more);
    struct status st = trust_anchors_add_bundle(anchors, STR("a.example"), buf_str(&text));
    buf_release(&text);
    buf_release(&encoded);
    OPENSSL_free(der);
    return st;
}

TEST(trust_anchors, come_in_bundles)
{
    struct trust_anchors *anchors = trust_anchors_new();
    X509 *root = anchor_root("a", 1);
    assert_ok(anchor_add_bundle(anchors, "x509-svid", root, "\",\"AAAA"));
    assert_int_equal(anchor_code(anchors, anchor_leaf(root, 1, SPIFFE_A), NULL, 0), STATUS_OK);
    assert_code(STATUS_INVALID_ARGUMENT, anchor_add_bundle(anchors, "jwt-svid", root, ""));
    assert_code(STATUS_INVALID_ARGUMENT, anchor_add_bundle(anchors, "x509-svid", root, "AAAA"));
    assert_code(STATUS_INVALID_ARGUMENT,
                trust_anchors_add_bundle(anchors, STR("a.example"), STR("{\"keys\":[]}")));
    assert_code(STATUS_INVALID_ARGUMENT,
                trust_anchors_add_bundle(anchors, STR("a.example"), STR("[]")));
    X509_free(root);
    trust_anchors_free(anchors);
}
