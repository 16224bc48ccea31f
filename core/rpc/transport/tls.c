/* OpenSSL: TLS 1.2 and above, ALPN of h2 and http/1.1, no renegotiation, buffers given back while a
 * connection is idle. */
#include "core/rpc/transport/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

static const unsigned char tls_protocols[] = "\x02h2\x08http/1.1";

static struct status tls_wrong(const char *what)
{
    char reason[160];
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    ERR_clear_error();
    return status_error(STATUS_INVALID_ARGUMENT, "expected %s in PEM: %s", what, reason);
}

static BIO *tls_bio(struct str pem)
{
    return BIO_new_mem_buf(pem.data, (int)pem.size);
}

/* The certificate, and behind it those of who signed it. */
static bool tls_use_chain(SSL_CTX *context, struct str pem)
{
    BIO *bio = tls_bio(pem);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    bool used = certificate != NULL && SSL_CTX_use_certificate(context, certificate) == 1;
    X509_free(certificate);
    while (used && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        used = SSL_CTX_add0_chain_cert(context, certificate) == 1;
    }
    BIO_free(bio);
    if (used) {
        ERR_clear_error(); /* the end of the text is no error */
    }
    return used;
}

static bool tls_use_key(SSL_CTX *context, struct str pem)
{
    BIO *bio = tls_bio(pem);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    bool used = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 &&
                SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(key);
    BIO_free(bio);
    return used;
}

static bool tls_trust(SSL_CTX *context, struct str pem)
{
    BIO *bio = tls_bio(pem);
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    size_t count = 0;
    X509 *authority;
    while ((authority = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        count += X509_STORE_add_cert(store, authority) == 1 &&
                 SSL_CTX_add_client_CA(context, authority) == 1;
        X509_free(authority);
    }
    BIO_free(bio);
    if (count > 0) {
        ERR_clear_error();
    }
    return count > 0;
}

static int tls_select(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                      const unsigned char *in, unsigned in_size, void *user)
{
    (void)ssl;
    (void)user;
    unsigned char *chosen;
    int found = SSL_select_next_proto(&chosen, out_size, tls_protocols, sizeof tls_protocols - 1,
                                      in, in_size);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void tls_harden(SSL_CTX *context)
{
    static const unsigned char session[] = "agencygrid";
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_id_context(context, session, sizeof session - 1);
    /* What RFC 9113 asks of TLS 1.2: forward secrecy and authenticated encryption. */
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_alpn_select_cb(context, tls_select, NULL);
}

/* Judged at each handshake: a session that is taken up again would not be. */
static int tls_judge(X509_STORE_CTX *store, void *user)
{
    const struct rpc_client_judge *judge = user;
    bool good = judge->judge(judge->context, X509_STORE_CTX_get0_cert(store),
                             X509_STORE_CTX_get0_untrusted(store));
    X509_STORE_CTX_set_error(store, good ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
    return good;
}

static void tls_ask_judge(SSL_CTX *context, const struct rpc_client_judge *judge)
{
    SSL_CTX_set_cert_verify_callback(context, tls_judge, (void *)(uintptr_t)judge);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

static struct status tls_fill(SSL_CTX *context, const struct rpc_tls *tls)
{
    tls_harden(context);
    if (!tls_use_chain(context, tls->certificate)) {
        return tls_wrong("a certificate");
    }
    if (!tls_use_key(context, tls->key)) {
        return tls_wrong("the certificate's private key");
    }
    if (tls->client_judge != NULL) {
        tls_ask_judge(context, tls->client_judge);
    } else if (tls->client_authorities.size > 0) {
        if (!tls_trust(context, tls->client_authorities)) {
            return tls_wrong("certificates of the clients' authorities");
        }
        int demand = tls->client_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | demand, NULL);
    }
    return status_ok();
}

struct status tls_open(const struct rpc_tls *tls, SSL_CTX **context)
{
    *context = SSL_CTX_new(TLS_server_method());
    if (*context == NULL) {
        return status_error(STATUS_UNAVAILABLE, "expected a context of TLS");
    }
    struct status st = tls_fill(*context, tls);
    if (st.code != STATUS_OK) {
        tls_close(*context);
        *context = NULL;
    }
    return st;
}

void tls_close(SSL_CTX *context)
{
    SSL_CTX_free(context);
}

SSL *tls_accept(SSL_CTX *context)
{
    return SSL_new(context);
}

bool tls_is_http2(SSL *ssl)
{
    const unsigned char *name;
    unsigned size;
    SSL_get0_alpn_selected(ssl, &name, &size);
    return str_eq(str_make(name, size), STR("h2"));
}

void tls_certificate(SSL *ssl, struct buf *der)
{
    X509 *certificate = SSL_get0_peer_certificate(ssl);
    int size = certificate == NULL ? 0 : i2d_X509(certificate, NULL);
    if (size > 0) {
        unsigned char *out = (unsigned char *)buf_reserve(der, (size_t)size);
        i2d_X509(certificate, &out);
        der->size += (size_t)size;
    }
}

void tls_say_goodbye(SSL *ssl)
{
    if (ssl != NULL) {
        SSL_shutdown(ssl);
    }
}
