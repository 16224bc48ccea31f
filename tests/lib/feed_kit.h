/* A feed on a shared log in memory, beside the decider of partition_kit; and what a reader of
 * outcomes and events makes of them. */
#ifndef TESTS_LIB_FEED_KIT_H
#define TESTS_LIB_FEED_KIT_H

#include "projectors/feed.h"
#include "tests/lib/partition_kit.h"

struct feed_kit {
    struct partition_kit partition;
    struct clock_fake clock;
    unsigned subjects;      /* registered */
    unsigned reports_count; /* of trouble */
    struct status reported; /* the last one */
};

/* A log with an org, and nothing published. */
void feed_kit_open(struct feed_kit *kit);
void feed_kit_close(struct feed_kit *kit);

/* A feed that serves, or a standby (silence of a second) of a rank. */
struct feed *feed_kit_serve(struct feed_kit *kit, uint64_t publisher);
struct feed *feed_kit_stand_by(struct feed_kit *kit, uint64_t publisher, uint32_t rank);

/* Registers subjects: decisions of one event each; writes the store. */
void feed_kit_decide(struct feed_kit *kit, unsigned count);
/* A command whose first answer is `sequence` came again; or, with a code, with another content. */
void feed_kit_repeat(struct feed_kit *kit, const char *command_id, uint64_t first_sequence,
                     enum status_code code);

/* Steps until there is nothing to do, and nothing under way that could bring something. */
void feed_kit_settle(struct feed_kit *kit, struct feed *feed, bool serving);
/* Steps until all that is decided is acknowledged; fails the test after 10 s. */
void feed_kit_publish(struct feed_kit *kit, struct feed *feed);

/* What lies in a stream that a reader would take, which drops what does not rise: each sequence
 * (and index, for events) of the decisions once, in order, none left out. Gives how many records
 * were dropped; fails the test if one is missing. */
size_t feed_kit_check_outcomes(const struct feed_kit *kit);
size_t feed_kit_check_events(const struct feed_kit *kit);

#endif
