/* How a name looks: two names that are not equal may look so to a person. */
#ifndef CORE_BASE_LOOK_H
#define CORE_BASE_LOOK_H

#include "core/base/buf.h"

/* Appends what a name looks like, for comparison only: letters of other scripts, dashes and wide
 * forms as the ASCII that they look like ('l', 'I' and '1' are alike, so are 'O' and '0', 'rn' and
 * 'm'), marks apart from their letters, what nobody sees left out, one space for any. After
 * Unicode's UTS 39, with the characters that names are made of. */
void look_of(struct str name, struct buf *out);
bool look_alike(struct str a, struct str b);

#endif
