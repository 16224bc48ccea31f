#include "core/auth/protected_resource.h"

#include "core/auth/url.h"
#include "core/pb/json_writer.h"

struct status protected_resource_address(struct str text, struct buf *out)
{
    struct url url;
    TRY(status_prefix(url_read(text, &url), "resource"));
    buf_append(out, url.origin);
    return protected_resource_path(text, out);
}

struct status protected_resource_path(struct str text, struct buf *out)
{
    struct url url;
    TRY(status_prefix(url_read(text, &url), "resource"));
    buf_append(out, STR("/.well-known/oauth-protected-resource"));
    if (!str_eq(url.path, STR("/"))) {
        buf_append(out, url.path);
    }
    return status_ok();
}

/* ---- the document ---- */

static void protected_resource_text(struct buf *out, const char *name, struct str text)
{
    struct pb_writer writer = { .out = out };
    pb_write_string(&writer, str_z(name));
    buf_byte(out, ':');
    pb_write_string(&writer, text);
    buf_byte(out, ',');
}

static void protected_resource_item(struct buf *out, bool first, struct str text)
{
    struct pb_writer writer = { .out = out };
    buf_append(out, first ? STR("") : STR(","));
    pb_write_string(&writer, text);
}

void protected_resource_write(const struct protected_resource *resource, struct buf *out)
{
    bool first = true;
    buf_byte(out, '{');
    protected_resource_text(out, "resource", resource->url);
    if (resource->name.size > 0) {
        protected_resource_text(out, "resource_name", resource->name);
    }
    buf_append(out, STR("\"authorization_servers\":["));
    for (size_t i = 0; i < resource->issuers->count; i++) {
        struct str name = resource->issuers->items[i].name;
        if (name.size > 0) {
            protected_resource_item(out, first, name);
            first = false;
        }
    }
    buf_append(out, STR("],\"scopes_supported\":["));
    for (size_t i = 0; i < resource->scopes.count; i++) {
        protected_resource_item(out, i == 0, resource->scopes.items[i]);
    }
    buf_append(out, STR("],\"bearer_methods_supported\":[\"header\"]}"));
}

/* ---- the challenge ---- */

static const struct {
    int status;
    const char *code;
} protected_resource_errors[] = {
    [PROTECTED_RESOURCE_NO_TOKEN] = { 401, NULL },
    [PROTECTED_RESOURCE_BAD_REQUEST] = { 400, "invalid_request" },
    [PROTECTED_RESOURCE_BAD_TOKEN] = { 401, "invalid_token" },
    [PROTECTED_RESOURCE_TOO_LITTLE] = { 403, "insufficient_scope" },
};

int protected_resource_status(enum protected_resource_error error)
{
    return protected_resource_errors[error].status;
}

/* RFC 6750, section 3: %x20-21, %x23-5B and %x5D-7E, so neither quotes nor backslashes. */
static void protected_resource_plain(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
        buf_byte(out, (uint8_t)(plain ? c : '?'));
    }
}

static void protected_resource_parameter(struct buf *out, const char *name, struct str value)
{
    if (value.size > 0) {
        buf_printf(out, ", %s=\"", name);
        protected_resource_plain(out, value);
        buf_byte(out, '"');
    }
}

static void protected_resource_scopes(struct buf *out, struct claims_texts scopes)
{
    struct buf text = { 0 };
    for (size_t i = 0; i < scopes.count; i++) {
        buf_append(&text, i == 0 ? STR("") : STR(" "));
        buf_append(&text, scopes.items[i]);
    }
    protected_resource_parameter(out, "scope", buf_str(&text));
    buf_release(&text);
}

struct status protected_resource_challenge(struct str url, enum protected_resource_error error,
                                           struct claims_texts scopes, struct str reason,
                                           struct buf *out)
{
    struct buf metadata = { 0 }, parameters = { 0 };
    const char *code = protected_resource_errors[error].code;
    struct status st = url.size == 0 ? status_ok() : protected_resource_address(url, &metadata);
    if (st.code == STATUS_OK) {
        protected_resource_parameter(&parameters, "resource_metadata", buf_str(&metadata));
        protected_resource_scopes(&parameters, scopes);
        protected_resource_parameter(&parameters, "error", code == NULL ? STR("") : str_z(code));
        protected_resource_parameter(&parameters, "error_description",
                                     code == NULL ? STR("") : reason);
        buf_append(out, STR("Bearer"));
        buf_append(out, parameters.size == 0 ? STR("") : str_from(buf_str(&parameters), 1));
    }
    buf_release(&metadata);
    buf_release(&parameters);
    return st;
}
