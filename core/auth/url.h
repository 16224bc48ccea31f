/* Addresses of issuers, of their documents and of our own resources: https, and http only to this
 * machine itself. Narrower than RFC 3986 allows, so that no two readers of an address disagree:
 * lower-case scheme, no user, no fragment, no character that would need to be escaped. Pure. */
#ifndef CORE_AUTH_URL_H
#define CORE_AUTH_URL_H

#include "core/base/status.h"
#include "core/base/str.h"

enum { URL_SIZE_MAX = 2048 };

/* Borrows from the text. */
struct url {
    struct str origin; /* "https://host:8443" */
    struct str path;   /* "/a/b?c", or empty */
    bool loopback;     /* by http to localhost, 127.x.y.z or [::1] */
    bool query;        /* the path has one */
};

/* INVALID_ARGUMENT says what was expected. */
MUST_USE struct status url_read(struct str text, struct url *url);

#endif
