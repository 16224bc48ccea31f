#include "ops/daemon/method_needs.h"

const struct method_needs method_needs[] = {
    { "agency.v1.Commands/Submit", METHOD_COMMAND },
    { "agency.v1.Commands/SubmitBatch", METHOD_COMMAND },
    { "agency.v1.Commands/SubmitStream", METHOD_COMMAND },
    { "agency.v1.Admin/GetProcessStatus", METHOD_OPERATE },
    { "agency.v1.Query/Check", METHOD_READ },
    { "agency.v1.Query/CheckBatch", METHOD_READ },
    { "agency.v1.Query/LookupSubjects", METHOD_READ },
    { "agency.v1.Query/LookupPermissions", METHOD_READ },
    { "agency.v1.Query/LookupObjects", METHOD_READ },
    { "agency.v1.Query/ListHolders", METHOD_READ },
    { "agency.v1.Query/ListHistory", METHOD_READ },
    { "agency.v1.Query/Diff", METHOD_READ },
    { "agency.v1.Query/ListAccessChanges", METHOD_READ },
    { "agency.v1.Query/ListAccessSpans", METHOD_READ },
    { "agency.v1.Query/DiffAccess", METHOD_READ },
    { "agency.v1.Query/ListStints", METHOD_READ },
    { "agency.v1.Query/ListCostlyObjects", METHOD_READ },
    { "agency.v1.Query/ListOrgs", METHOD_READ },
    { "agency.v1.Query/ListOrgTree", METHOD_READ },
    { "agency.v1.Query/ListNotedDecisions", METHOD_READ },
    { "agency.v1.Watch/Watch", METHOD_READ },
    { "agency.v1.Entities/", METHOD_READ }, /* all: they follow from the registry */
    { "grpc.health.v1.Health/Check", METHOD_OPEN },
    { "grpc.health.v1.Health/Watch", METHOD_OPEN },
    { "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", METHOD_OPEN },
    { "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", METHOD_OPEN },
};
const size_t method_needs_count = sizeof method_needs / sizeof method_needs[0];

static bool method_needs_match(struct str row, struct str method)
{
    bool whole = row.data[row.size - 1] == '/';
    return whole ? str_starts(method, row) : str_eq(method, row);
}

const struct method_needs *method_needs_find(struct str method)
{
    for (size_t i = 0; i < method_needs_count; i++) {
        if (method_needs_match(str_z(method_needs[i].method), method)) {
            return &method_needs[i];
        }
    }
    return NULL;
}
