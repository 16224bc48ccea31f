/* What a client needs to know to come back with a token: the metadata of a protected resource (RFC
 * 9728) and the challenge that leads to them (RFC 6750, section 3). Pure. */
#ifndef CORE_AUTH_PROTECTED_RESOURCE_H
#define CORE_AUTH_PROTECTED_RESOURCE_H

#include "core/auth/issuer.h"
#include "core/base/buf.h"

/* One thing that is protected: an org's endpoint of a protocol. Borrows all of it. */
struct protected_resource {
    struct str url;  /* as clients reach it: from the configured public address, never from Host */
    struct str name; /* for a person; may be empty */
    const struct issuers *issuers; /* authorization_servers: those of them that issue tokens */
    struct claims_texts scopes;    /* scopes_supported */
};

/* Appends where the metadata of a resource are: the well-known path stands between its host and its
 * path (RFC 9728, section 3.1). INVALID_ARGUMENT: the resource's address is none. */
MUST_USE struct status protected_resource_address(struct str url, struct buf *out);
/* The same without the host: under what the server has it. */
MUST_USE struct status protected_resource_path(struct str url, struct buf *out);
/* Appends the document. */
void protected_resource_write(const struct protected_resource *resource, struct buf *out);

/* Why a caller is sent away. */
enum protected_resource_error {
    PROTECTED_RESOURCE_NO_TOKEN,    /* 401; it sent none, and is told no error */
    PROTECTED_RESOURCE_BAD_REQUEST, /* 400 invalid_request: such as two tokens */
    PROTECTED_RESOURCE_BAD_TOKEN,   /* 401 invalid_token */
    PROTECTED_RESOURCE_TOO_LITTLE,  /* 403 insufficient_scope; `scopes` are all that are needed */
};

/* The status of HTTP that goes with it. */
int protected_resource_status(enum protected_resource_error error);
/* Appends the value of WWW-Authenticate; without an address it tells of no metadata. `reason` is
 * for a person; what must not stand in a header field is left out of it. INVALID_ARGUMENT: as
 * above. */
MUST_USE struct status protected_resource_challenge(struct str url,
                                                    enum protected_resource_error error,
                                                    struct claims_texts scopes, struct str reason,
                                                    struct buf *out);

#endif
