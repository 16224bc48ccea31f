/* What random fields of commands hold: ids and texts that should meet each other. */
#ifndef TESTS_LIB_RANDOM_POOL_H
#define TESTS_LIB_RANDOM_POOL_H

#include "core/domain/registry/registry.h"

/* Fields that name an entity, and texts that should meet each other. */
struct random_pool {
    const char *field;
    enum entity_kind kind; /* 0: a text */
    const char *prefix;
    unsigned empty_percent;
};

/* By the field's name; NULL where it is in no pool. Static memory. */
const struct random_pool *random_pool_of(const char *field);
/* The pool that a message's field `kind` asks for; NULL if it has none, or for the org. */
const struct random_pool *random_pool_of_kind(const ProtobufCMessage *message);

/* Of a hundred times that a command is drawn, how often it is taken: those that end things are
 * rarer, or little would be there. After EraseOrg nothing is, and after FinishImport nothing is
 * imported. */
unsigned random_weight(const char *name);

#endif
