#include "ops/daemon/trusted.h"

#include "core/base/small_file.h"

/* ---- texts ---- */

static struct status trusted_file(struct arena *arena, struct str path, struct str *text)
{
    struct str copy = arena_copy(arena, path); /* ends with a NUL */
    return copy.data == NULL ? arena_full(arena) : small_file_read(copy.data, arena, text);
}

/* ---- issuers, authorities ---- */

static struct status trusted_read_issuers(const struct daemon_options *options, struct arena *arena,
                                          struct trusted *trusted)
{
    struct str text;
    if (options->issuers.size == 0) {
        return status_ok();
    }
    TRY(trusted_file(arena, options->issuers, &text));
    return status_prefix(issuers_read(arena, text, &trusted->issuers), "%.*s",
                         STR_ARG(options->issuers));
}

/* One of a list: FILE, or TRUST-DOMAIN=FILE. A bundle is a JSON document, all else is PEM. */
static struct status trusted_add_authorities(struct trusted *trusted, struct arena *arena,
                                             struct str item)
{
    struct str text, path = item, domain = STR("");
    if (memchr(item.data, '=', item.size) != NULL) {
        domain = str_cut(&path, '=');
    }
    TRY(trusted_file(arena, path, &text));
    bool bundle = text.size > 0 && text.data[0] == '{';
    struct status st = bundle ? trust_anchors_add_bundle(trusted->anchors, domain, text)
                              : trust_anchors_add_pem(trusted->anchors, domain, text);
    return status_prefix(st, "%.*s", STR_ARG(path));
}

static struct status trusted_read_authorities(const struct daemon_options *options,
                                              struct arena *arena, struct trusted *trusted)
{
    struct str list = options->client_authorities;
    if (list.size > 0) {
        trusted->anchors = trust_anchors_new();
    }
    while (list.size > 0) {
        TRY(trusted_add_authorities(trusted, arena, str_cut(&list, ',')));
    }
    return status_ok();
}

/* ---- operators ---- */

/* A line: the name, and the hash of the key as `agencyctl key api` says it. */
static struct status trusted_add_operator(struct trusted *trusted, const struct folder_conf *folder,
                                          struct str line)
{
    struct str hash = line, name = str_cut(&hash, ' ');
    struct api_key_entry *entry = &trusted->operators[trusted->operators_count];
    if (trusted->operators_count == TRUSTED_OPERATORS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d keys",
                            TRUSTED_OPERATORS_MAX);
    }
    if (!hash_from_hex(hash, &entry->hash) || !folder_conf_is_operator(folder, name)) {
        return status_error(
            STATUS_INVALID_ARGUMENT,
            "expected an operator that agency.conf of the data folder names (%.*s), "
            "a blank, and the hash of a key in 64 hexadecimal digits",
            STR_ARG(folder->operators));
    }
    entry->name = name;
    trusted->operators_count++;
    return status_ok();
}

static struct status trusted_read_operators(const struct daemon_options *options,
                                            const struct folder_conf *folder, struct arena *arena,
                                            struct trusted *trusted)
{
    struct str text;
    if (options->operator_keys.size == 0) {
        return status_ok();
    }
    TRY(trusted_file(arena, options->operator_keys, &text));
    for (int number = 1; text.size > 0; number++) {
        struct str line = str_cut(&text, '\n');
        if (line.size > 0 && line.data[0] != '#') {
            TRY(status_prefix(trusted_add_operator(trusted, folder, line), "%.*s: line %d",
                              STR_ARG(options->operator_keys), number));
        }
    }
    return status_ok();
}

/* ---- the server itself ---- */

static struct status trusted_read_own(const struct daemon_options *options, struct arena *arena,
                                      struct trusted *trusted)
{
    if ((options->tls_certificate.size > 0) != (options->tls_key.size > 0)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected tls-certificate and tls-key, or neither");
    }
    if (options->tls_key.size == 0) {
        return options->client_authorities.size == 0
                   ? status_ok()
                   : status_error(STATUS_INVALID_ARGUMENT,
                                  "expected tls-certificate and tls-key beside "
                                  "client-authorities: client certificates come by TLS");
    }
    TRY(trusted_file(arena, options->tls_certificate, &trusted->certificate));
    return small_file_read_secret(options->tls_key.data, arena, &trusted->key);
}

struct status trusted_read(const struct daemon_options *options, const struct folder_conf *folder,
                           struct arena *arena, struct trusted *trusted)
{
    *trusted = (struct trusted){ .api_keys = options->api_keys };
    TRY(trusted_read_own(options, arena, trusted));
    TRY(trusted_read_issuers(options, arena, trusted));
    TRY(trusted_read_authorities(options, arena, trusted));
    return trusted_read_operators(options, folder, arena, trusted);
}

void trusted_release(struct trusted *trusted)
{
    trust_anchors_free(trusted->anchors);
    trusted->anchors = NULL;
}

bool trusted_anybody(const struct trusted *trusted)
{
    return trusted->issuers.count > 0 || trusted->anchors != NULL || trusted->operators_count > 0 ||
           trusted->api_keys;
}
