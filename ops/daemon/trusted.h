/* Whom the API trusts to say who calls, as the options say: issuers of tokens, authorities of
 * client certificates, keys of operators; and how the server itself is known. Read once. */
#ifndef OPS_DAEMON_TRUSTED_H
#define OPS_DAEMON_TRUSTED_H

#include "core/auth/api_key.h"
#include "core/auth/issuer.h"
#include "core/auth/trust_anchors.h"
#include "ops/daemon/daemon_options.h"
#include "ops/folder_conf.h"

enum { TRUSTED_OPERATORS_MAX = 64 };

struct trusted {
    struct issuers issuers;
    struct trust_anchors *anchors; /* NULL: no client certificates */
    struct api_key_entry operators[TRUSTED_OPERATORS_MAX];
    size_t operators_count;
    bool api_keys;          /* keys of subjects are taken, too */
    struct str certificate; /* the server's own, with its key; empty: clear text */
    struct str key;
};

/* Reads all files that the options name; what is read lies in the arena. INVALID_ARGUMENT,
 * FAILED_PRECONDITION (others can read a key), NOT_FOUND, PERMISSION_DENIED name the file. To be
 * released in any case. */
MUST_USE struct status trusted_read(const struct daemon_options *options,
                                    const struct folder_conf *folder, struct arena *arena,
                                    struct trusted *trusted);
void trusted_release(struct trusted *trusted);

/* Whether a caller from another machine could say who it is. */
bool trusted_anybody(const struct trusted *trusted);

#endif
