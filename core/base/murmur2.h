/* Kafka's default partitioner: exactly Java's Utils.murmur2 and toPositive, so that every Kafka
 * client puts a key where we look for it. */
#ifndef CORE_BASE_MURMUR2_H
#define CORE_BASE_MURMUR2_H

#include "core/base/str.h"

uint32_t murmur2(struct str key);
/* The partition of a key among `partitions_count` (at least 1). */
uint32_t murmur2_partition(struct str key, uint32_t partitions_count);

#endif
