/* Parts of a URL: percent-encoding, queries. */
#ifndef CORE_RPC_HTTP_URL_H
#define CORE_RPC_HTTP_URL_H

#include "core/base/arena.h"

/* "a b" for "a%20b", in the arena; '+' is a space where `plus` says so. NULL data for a broken
 * escape, or at the arena's cap. */
struct str url_decode(struct arena *arena, struct str text, bool plus);
/* Takes the next "name=value" off a query; both still encoded. False at its end. */
bool url_next(struct str *query, struct str *name, struct str *value);
/* The first value of a name, decoded; NULL data when there is none or it is broken. */
struct str url_get(struct arena *arena, struct str query, struct str name);

#endif
