/* The commands of a load, by their number: many orgs that grow side by side. Number n is about org
 * n modulo orgs_count, and its command id ends in n. In each org its owner registers subjects,
 * gives them seats in groups, and grants permissions on assets; all are accepted when they are
 * decided in the order of their numbers. */
#ifndef TESTS_LIB_LOAD_SOURCE_H
#define TESTS_LIB_LOAD_SOURCE_H

#include "core/auth/command_signature.h"
#include "core/evlog/identity.h"

enum { LOAD_SOURCE_NAME_SIZE = 32, LOAD_SOURCE_ORG_SIZE = 48 };

struct load_source {
    char name[LOAD_SOURCE_NAME_SIZE]; /* begins the ids of orgs and commands */
    uint32_t orgs_count;
    struct str cluster_key;     /* borrowed */
    struct evlog_id history_id; /* of the log that the commands are for */
    struct command_signature_key key;
    struct arena principals;
    struct arena arena; /* of one command */
    Agency__V1__Principal *admin;
    Agency__V1__Principal *owner;
};

void load_source_init(struct load_source *source, const char *name, uint32_t orgs_count,
                      struct str cluster_key, struct evlog_id history_id);
void load_source_release(struct load_source *source);

/* The org that a command is about. */
struct str load_source_org(const struct load_source *source, uint64_t number,
                           char out[LOAD_SOURCE_ORG_SIZE]);
/* The CommandRecord, sealed; valid until the next call. Fails the test if it cannot be made. */
struct str load_source_record(struct load_source *source, uint64_t number);
/* The number in a command id; UINT64_MAX where it is none of this source. */
uint64_t load_source_number(const struct load_source *source, const char *command_id);

#endif
