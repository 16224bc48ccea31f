/* What finds orgs and decisions of a whole partition, whatever org they are in: rows of what an org
 * has ever said of itself, and of what decisions were annotated with. They stay when that is so no
 * longer, so that the past is found, too: whoever finds one looks whether it is so at the moment
 * asked about. A value is kept as a hash, which is as long for any. */
#ifndef CORE_MODEL_MARK_H
#define CORE_MODEL_MARK_H

#include "agency/v1/decision.pb-c.h"
#include "agency/v1/org.pb-c.h"
#include "core/base/status.h"
#include "core/base/str.h"

enum { MARK_SIZE = 16 };

struct mark {
    char bytes[MARK_SIZE];
};

/* Of a field of Org that has them (mark_field): of the value, of one in a list, or of SYSTEM:VALUE.
 */
struct mark mark_of_field(struct str field, struct str value);
bool mark_field(struct str field);
/* NAME:SPEC_ID. */
struct mark mark_of_uri(struct str uri);
struct mark mark_of_note(struct str name, struct str value);

/* Gives each mark of an org as it is. A failure ends it. */
typedef struct status mark_take(void *context, const struct mark *mark);
MUST_USE struct status mark_org(const Agency__V1__Org *org, mark_take *take, void *context);

#endif
