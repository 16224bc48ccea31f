/* The service agency.v1.Admin of an agencyd. */
#ifndef OPS_DAEMON_ADMIN_SERVICE_H
#define OPS_DAEMON_ADMIN_SERVICE_H

#include "core/rpc/server.h"
#include "ops/daemon/status_board.h"

/* Adds it to the server, before its start; borrows the board until the server is closed. Statuses
 * of rpc_server_add. */
MUST_USE struct status admin_service_add(struct rpc_server *server, struct status_board *board);

#endif
