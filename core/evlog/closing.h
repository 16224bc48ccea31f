/* Whether a decision partition was closed, as its last records tell: for who has not folded it and
 * only wants to know whether anybody can ever answer there. */
#ifndef CORE_EVLOG_CLOSING_H
#define CORE_EVLOG_CLOSING_H

#include "core/evlog/evlog.h"

/* Reads the end of the partition's decisions, in about the time of two requests. UNAVAILABLE: also
 * when nothing comes for 2 s. DATA_LOSS: what lies there is no record. */
MUST_USE struct status closing_find(struct evlog *log, uint32_t partition, bool *closed);

#endif
