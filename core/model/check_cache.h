/* Answers to who may, as they were found for commands, each kept until something that it was found
 * from changes or its time comes: those who command ask the same few questions again and again. One
 * thread. */
#ifndef CORE_MODEL_CHECK_CACHE_H
#define CORE_MODEL_CHECK_CACHE_H

#include "core/base/hmap.h"
#include "core/domain/kernel/decision.h"
#include "core/model/layer.h"

struct check_cache {
    struct check_memory memory;
    const struct source *source; /* what is asked about */
    struct hmap known;           /* a question, as a key -> struct check_cache_answer */
    struct hmap reads; /* key of an entity, or what rows begin with -> struct check_cache_read */
    struct index_set indexes; /* those of which rows were read */
    struct arena arena;       /* of all of these */
};

/* None yet. Borrows the source: that of the state before a decision. */
void check_cache_init(struct check_cache *cache, const struct source *source);
/* Frees all; a zeroed one is fine. */
void check_cache_release(struct check_cache *cache);

/* A decision has changed what the layer holds: answers that were found from any of it are
 * forgotten, and what was given before is invalid. */
void check_cache_changed(struct check_cache *cache, const struct layer *changes);

#endif
