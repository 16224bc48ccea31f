/* What a broker loses that should lose nothing: for tests of how loudly it is told. All fail the
 * test by themselves. */
#ifndef TESTS_LIB_KAFKA_DAMAGE_H
#define TESTS_LIB_KAFKA_DAMAGE_H

#include "core/evlog/evlog_kafka.h"

/* Makes the topic of the decisions anew with the first `keep` records of each partition, as a
 * cluster that lost its disks and was mended from an old copy. */
void kafka_damage_cut(const struct evlog_kafka_options *options, uint64_t keep);
/* Drops the decisions of a partition below an offset, as retention does. */
void kafka_damage_drop(const struct evlog_kafka_options *options, uint32_t partition,
                       uint64_t below);

#endif
