/* Tokens as text: opaque to whoever carries them. */
#ifndef CORE_MODEL_TOKEN_H
#define CORE_MODEL_TOKEN_H

#include "agency/v1/decision.pb-c.h"
#include "core/base/arena.h"

/* Lies in the arena. */
MUST_USE struct status token_format(struct arena *arena, const Agency__V1__Token *token,
                                    struct str *text);
/* INVALID_ARGUMENT if it is none. */
MUST_USE struct status token_parse(struct arena *arena, struct str text, Agency__V1__Token **token);

#endif
