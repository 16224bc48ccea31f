/* Names of workloads: spiffe://trust-domain/path (SPIFFE ID, sections 2.1 to 2.3). The grammar is
 * kept exactly, so that equal ids are equal bytes. Pure. */
#ifndef CORE_AUTH_SPIFFE_ID_H
#define CORE_AUTH_SPIFFE_ID_H

#include "core/base/status.h"
#include "core/base/str.h"

enum { SPIFFE_ID_SIZE_MAX = 2048, SPIFFE_TRUST_DOMAIN_SIZE_MAX = 255 };

/* Borrows from the text. */
struct spiffe_id {
    struct str trust_domain;
    struct str path; /* "/a/b"; empty: the id of the trust domain itself */
};

/* Whether the text claims to be one, right or wrong: it begins with spiffe: in any case. */
bool spiffe_id_claimed(struct str text);
/* INVALID_ARGUMENT says what was expected. */
MUST_USE struct status spiffe_id_read(struct str text, struct spiffe_id *id);
/* Whether it is the name of a trust domain alone. */
bool spiffe_trust_domain_valid(struct str name);

#endif
