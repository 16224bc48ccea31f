/* A server's API as agencyctl calls it: Connect over HTTP, by libcurl. */
#ifndef OPS_CTL_SERVER_CLIENT_H
#define OPS_CTL_SERVER_CLIENT_H

#include "ops/ctl/ctl.h"

struct server_client;

/* To whom: ctl's --server, with what it says of who calls; or the socket of its data folder. Reads
 * the files of credentials; calls nobody yet. Gives it. INVALID_ARGUMENT: no such address.
 * NOT_FOUND, PERMISSION_DENIED, FAILED_PRECONDITION: a file is missing, or open to others. */
MUST_USE struct status server_client_open(struct ctl *ctl, struct server_client **client);
/* NULL is fine. */
void server_client_close(struct server_client *client);

/* Calls a method ("agency.v1.Query/Check") that answers once; `response` is as in pb_new and lies
 * in the arena. The server's status; UNAVAILABLE: no server answers; INVALID_ARGUMENT: what answers
 * is none. */
MUST_USE struct status server_client_call(struct server_client *client, struct arena *arena,
                                          const char *method, const ProtobufCMessage *request,
                                          const ProtobufCMessageDescriptor *output, void *response);
/* A header of the last answer, borrowed until the next call; empty where there is none. */
struct str server_client_header(const struct server_client *client, struct str name);

/* Calls a method that answers with a stream, until it ends: each message to `take`, which ends it
 * with another status than OK. Messages live until `take` returns. */
typedef struct status server_client_take(void *context, struct str message);
MUST_USE struct status server_client_stream(struct server_client *client, const char *method,
                                            const ProtobufCMessage *request,
                                            server_client_take *take, void *context);

/* Whether an agencyd serves the data folder of ctl. */
bool server_client_serves(const struct ctl *ctl);

#endif
