/* Whose profiles whoever asks may see. */
#ifndef QUERY_PROFILES_H
#define QUERY_PROFILES_H

#include "query/question.h"

/* One answer's: what is known of its reader so far. */
struct profiles {
    struct asking *asking;
    bool asked; /* whether he may see those of all subjects */
    bool all;
};

/* The entity with its profile as the reader sees it: of an erased subject or org, erased; in clear
 * to who has `ReadProfile` on the subject now, where its key is in this process's keyring; else
 * sealed, as it is kept. Entities without one stay as they are. The answer lies in the arena.
 * UNAVAILABLE. */
MUST_USE struct status profiles_show(struct profiles *profiles, const ProtobufCMessage *entity,
                                     const ProtobufCMessage **shown);

#endif
