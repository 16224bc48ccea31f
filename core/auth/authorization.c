#include "core/auth/authorization.h"

#include <ctype.h>
#include <strings.h>

/* RFC 6750's b64token: what an access token and an API key are made of. */
static bool authorization_is_token(struct str text)
{
    size_t size = text.size;
    while (size > 0 && text.data[size - 1] == '=') {
        size--;
    }
    for (size_t i = 0; i < size; i++) {
        char c = text.data[i];
        if (c == '\0' || (!isalnum((unsigned char)c) && strchr("-._~+/", c) == NULL)) {
            return false;
        }
    }
    return size > 0;
}

struct status authorization_bearer(struct str value, struct str *token)
{
    struct str scheme = STR("Bearer ");
    bool bearer =
        value.size > scheme.size && strncasecmp(value.data, scheme.data, scheme.size) == 0;
    *token = bearer ? str_from(value, scheme.size) : (struct str){ 0 };
    while (token->size > 0 && token->data[0] == ' ') {
        *token = str_from(*token, 1);
    }
    if (!authorization_is_token(*token)) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected the header field 'Authorization: Bearer TOKEN', with an "
                            "access token or an API key");
    }
    return status_ok();
}
