/* openapi: the OpenAPI document of a server of this version, which it also serves. Needs no data
 * folder. */
#include "core/api/openapi.h"
#include "ops/ctl/ctl.h"
#include "ops/version.h"

struct status ctl_openapi(struct ctl *ctl)
{
    return api_openapi(AGENCY_VERSION, &ctl->out);
}
