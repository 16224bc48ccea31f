/* The header field by which a caller says who it is (RFC 9110, section 11.6.2; RFC 6750, section
 * 2.1): `Authorization: Bearer TOKEN`, where TOKEN is an access token or an API key. Tokens in a
 * query or a form are not looked for. Pure. */
#ifndef CORE_AUTH_AUTHORIZATION_H
#define CORE_AUTH_AUTHORIZATION_H

#include "core/base/status.h"
#include "core/base/str.h"

/* The token in a field's value; borrows from it. UNAUTHENTICATED: another scheme, or no token. */
MUST_USE struct status authorization_bearer(struct str value, struct str *token);

#endif
