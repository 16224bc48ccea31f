/* A publisher on a shared log in memory, beside the decider of partition_kit; and what a reader of
 * outcomes and events makes of them. */
#ifndef TESTS_LIB_PUBLISHER_KIT_H
#define TESTS_LIB_PUBLISHER_KIT_H

#include "projectors/publisher.h"
#include "tests/lib/partition_kit.h"

struct publisher_kit {
    struct partition_kit partition;
    struct clock_fake clock;
    unsigned subjects;      /* registered */
    unsigned reports_count; /* of trouble */
    struct status reported; /* the last one */
};

/* A log with an org, and nothing published. */
void publisher_kit_open(struct publisher_kit *kit);
void publisher_kit_close(struct publisher_kit *kit);

/* A publisher that serves, or a standby (with a timeout of a second) of a rank. */
struct publisher *publisher_kit_serve(struct publisher_kit *kit, uint64_t id);
struct publisher *publisher_kit_stand_by(struct publisher_kit *kit, uint64_t id, uint32_t rank);

/* Registers subjects: decisions of one event each; writes the store. */
void publisher_kit_decide(struct publisher_kit *kit, unsigned count);
/* Grants that end tomorrow, one a second; and the decision that the next of them is due for: nobody
 * commands it. */
void publisher_kit_grant(struct publisher_kit *kit, unsigned count);
void publisher_kit_elapse(struct publisher_kit *kit);
/* A command whose first answer is `sequence` came again; or, with a code, with another content. */
void publisher_kit_repeat(struct publisher_kit *kit, const char *command_id,
                          uint64_t first_sequence, enum status_code code);

/* Steps until there is nothing to do, and nothing under way that could bring something. */
void publisher_kit_settle(struct publisher_kit *kit, struct publisher *publisher, bool serving);
/* Steps until all that is decided is acknowledged; fails the test after 10 s. */
void publisher_kit_publish(struct publisher_kit *kit, struct publisher *publisher);

/* What lies in a stream that a reader would take, which drops what does not rise: each sequence
 * (and index, for events) of the decisions once, in order, none left out. Gives how many records
 * were dropped; fails the test if one is missing. */
size_t publisher_kit_check_outcomes(const struct publisher_kit *kit);
size_t publisher_kit_check_events(const struct publisher_kit *kit);

#endif
