/* Only addresses that were configured are asked, and the one that an issuer's metadata name, once
 * these say that they are that issuer's: otherwise one tenant of a host could pass for another
 * (RFC 8414, section 6.2). No address ever comes from a token. */
#include "core/auth/key_source.h"

#include "core/auth/jwks.h"
#include "core/auth/shown.h"
#include "core/auth/url.h"

/* The issuer without a slash at its end, and the well-known path behind it. */
static struct str key_source_openid(struct arena *arena, struct str issuer)
{
    size_t size = issuer.data[issuer.size - 1] == '/' ? issuer.size - 1 : issuer.size;
    const struct str parts[] = { str_make(issuer.data, size),
                                 STR("/.well-known/openid-configuration") };
    return arena_join(arena, parts, 2);
}

/* The well-known path between the host and the path of the issuer. */
static struct str key_source_oauth(struct arena *arena, const struct url *issuer)
{
    struct str path = issuer->path;
    path.size -= path.size > 0 && path.data[path.size - 1] == '/';
    const struct str parts[] = { issuer->origin, STR("/.well-known/oauth-authorization-server"),
                                 path };
    return arena_join(arena, parts, 3);
}

static struct status key_source_get_metadata(const struct issuer *issuer, const struct url *url,
                                             const struct fetch *fetch, struct arena *arena,
                                             struct fetched *metadata)
{
    struct str openid = key_source_openid(arena, issuer->name);
    struct str oauth = key_source_oauth(arena, url);
    if (openid.data == NULL || oauth.data == NULL) {
        return arena_full(arena);
    }
    struct status st =
        fetch->get(fetch->self, arena, openid, KEY_SOURCE_METADATA_SIZE_MAX, metadata);
    return st.code != STATUS_NOT_FOUND
               ? st
               : fetch->get(fetch->self, arena, oauth, KEY_SOURCE_METADATA_SIZE_MAX, metadata);
}

static struct status key_source_read_metadata(const struct issuer *issuer, bool loopback,
                                              struct arena *arena, struct str json,
                                              struct str *keys)
{
    const Google__Protobuf__Struct *claims;
    struct str name;
    struct url url;
    TRY(claims_read(arena, json, &claims));
    TRY(claims_text_needed(claims, "issuer", &name));
    if (!str_eq(name, issuer->name)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected metadata whose 'issuer' is the one asked, but it is '%s'",
                            shown_make(name).text);
    }
    TRY(claims_text_needed(claims, "jwks_uri", keys));
    TRY(status_prefix(url_read(*keys, &url), "jwks_uri"));
    if (url.loopback && !loopback) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a 'jwks_uri' elsewhere than on this machine, where the "
                            "issuer is not");
    }
    return status_ok();
}

struct status key_source_get(const struct issuer *issuer, const struct fetch *fetch,
                             struct arena *arena, struct fetched *keys)
{
    struct str location = issuer->keys;
    struct fetched metadata;
    struct url url;
    if (location.size == 0) {
        TRY(url_read(issuer->name, &url));
        TRY(status_prefix(key_source_get_metadata(issuer, &url, fetch, arena, &metadata),
                          "metadata"));
        TRY(status_prefix(
            key_source_read_metadata(issuer, url.loopback, arena, metadata.body, &location),
            "metadata"));
    }
    return status_prefix(fetch->get(fetch->self, arena, location, JWKS_SIZE_MAX, keys), "keys");
}
