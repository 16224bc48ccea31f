/* What a JSON object says: the header and the claims of a token, a key, a document of an issuer.
 * Read strictly (core/pb/json.h): one object and nothing behind it, each name once at every level,
 * no NUL in a text, bounded depth. Unknown members are kept and do no harm.
 *
 * Failures are INVALID_ARGUMENT and say what was expected of which member; RESOURCE_EXHAUSTED at
 * the arena's cap. All that is given borrows from the arena that the object was read into. Pure. */
#ifndef CORE_AUTH_CLAIMS_H
#define CORE_AUTH_CLAIMS_H

#include "core/base/arena.h"
#include "google/protobuf/struct.pb-c.h"

MUST_USE struct status claims_read(struct arena *arena, struct str json,
                                   const Google__Protobuf__Struct **claims);

/* The member of a name, or NULL. */
const Google__Protobuf__Value *claims_find(const Google__Protobuf__Struct *claims,
                                           const char *name);

/* A text; `text->data` is NULL where the member is absent. */
MUST_USE struct status claims_text(const Google__Protobuf__Struct *claims, const char *name,
                                   struct str *text);
/* The same, but the member must be there and not empty. */
MUST_USE struct status claims_text_needed(const Google__Protobuf__Struct *claims, const char *name,
                                          struct str *text);
/* true or false; `otherwise` where the member is absent. */
MUST_USE struct status claims_bool(const Google__Protobuf__Struct *claims, const char *name,
                                   bool otherwise, bool *value);
/* A NumericDate (RFC 7519, section 2) as microseconds since 1970; `*is_there` says whether there is
 * one. */
MUST_USE struct status claims_time(const Google__Protobuf__Struct *claims, const char *name,
                                   int64_t *time_us, bool *is_there);
/* An object; NULL where the member is absent. */
MUST_USE struct status claims_object(const Google__Protobuf__Struct *claims, const char *name,
                                     const Google__Protobuf__Struct **object);

/* One text, or a list of texts: what `aud` may be. Empty where the member is absent. */
struct claims_texts {
    const struct str *items;
    size_t count;
};

MUST_USE struct status claims_texts(struct arena *arena, const Google__Protobuf__Struct *claims,
                                    const char *name, struct claims_texts *texts);
bool claims_texts_have(const struct claims_texts *texts, struct str text);

#endif
