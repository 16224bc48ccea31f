/* The services Query, Entities and Watch over HTTP, on the org of a partition_kit. */
#ifndef TESTS_LIB_QUERY_KIT_H
#define TESTS_LIB_QUERY_KIT_H

#include "query/service/query_service.h"
#include "tests/lib/partition_kit.h"

/* The credential of a subject `ada`, and the header by which she asks. */
#define QUERY_KIT_ADA_HASH "adaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaadaada0"
#define AS_ADA "x-principal: " QUERY_KIT_ADA_HASH "\r\n"

/* Of a kit: what it was answered is told if the text, a part of that, does not say so. */
#define ASSERT_SAYS(kit, part, text)                                 \
    do {                                                             \
        const char *says = (text);                                   \
        if (strstr(says, (part)) == NULL) {                          \
            fail_msg("expected '%s' in: %s", (part), (kit)->answer); \
        }                                                            \
    } while (0)

struct query_kit {
    struct partition_kit log;
    struct partition *partition; /* what is shown */
    struct shelf *shelf;
    struct rpc_server *server;
    struct query_service service;
    uint16_t port;
    char answer[16384]; /* of the last question: head and body */
};

/* Callers are whom the header x-principal names: `operator:admin`, or a credential's hash; without
 * it the operator `admin`. With x-expired they have come with a token that was good just now. */
void query_kit_open(struct query_kit *kit);
/* The same with a path. */
void query_kit_open_with(struct query_kit *kit, const struct rpc_route *route);
/* The same of a store on disk, as a server has it. */
void query_kit_open_on_disk(struct query_kit *kit);
void query_kit_close(struct query_kit *kit);

/* Decides a command, as partition_kit_do, and shows it. */
void query_kit_do(struct query_kit *kit, const char *command, const char *json);
/* Binds ada's credential; she is there already. */
void query_kit_bind_ada(struct query_kit *kit);
/* Asks by JSON ("agency.v1.Query/Check"); `headers` are lines that end in "\r\n". Gives the body of
 * the answer; the head is in kit->answer. */
const char *query_kit_ask(struct query_kit *kit, const char *method, const char *headers,
                          const char *json);
/* A header of the last answer; static memory, empty where there is none. */
const char *query_kit_header(const struct query_kit *kit, const char *name);

#endif
