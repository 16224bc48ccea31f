/* Text from outside as a JSON string: for logs, traces and errors, which must stay JSON whatever is
 * in them. Messages of protobuf have their own writer (core/pb/json.h). */
#ifndef CORE_BASE_JSON_TEXT_H
#define CORE_BASE_JSON_TEXT_H

#include "core/base/buf.h"

/* Appends it, in quotes. What a screen would act upon or not show is escaped; a byte that is no
 * UTF-8 becomes U+FFFD. */
void json_text(struct str text, struct buf *out);

#endif
