/* The service Watch: a stream of an org's decisions with what they changed, from a position on.
 *
 * Each stream asks for what it has not seen, a bounded part at a time, whenever its client has room
 * and the stores have more: so a slow client costs what is under way to it, and one that comes back
 * after a year is served like one that follows. Whether it may still read is asked each time. */
#ifndef QUERY_SERVICE_WATCH_H
#define QUERY_SERVICE_WATCH_H

#include "query/service/query_service.h"

/* Adds it to the service's server. Statuses of rpc_server_add. */
MUST_USE struct status watch_add(struct query_service *service);

#endif
