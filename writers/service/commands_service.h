/* The service agency.v1.Commands on whoever decides here. */
#ifndef WRITERS_SERVICE_COMMANDS_SERVICE_H
#define WRITERS_SERVICE_COMMANDS_SERVICE_H

#include "writers/service/submission.h"

struct commands_service {
    struct submission_options submission;
    struct arena arena; /* of one request or answer */
};

/* Adds the service to the server, before its start. Everything must live until the server is
 * stopped, the port longer: it answers what it has taken. Statuses of rpc_server_add. */
MUST_USE struct status commands_service_add(struct commands_service *service,
                                            const struct submission_options *options);
/* When the server is stopped. A zeroed one is fine. */
void commands_service_release(struct commands_service *service);

#endif
