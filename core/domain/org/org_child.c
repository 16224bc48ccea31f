/* Children: a hierarchy of orgs counts where the child claims a parent and the parent accepts the
 * child; neither log sees the other. */
#include "core/domain/org/org_child.h"

#include "core/domain/kernel/id.h"
#include "core/domain/kernel/plain.h"

struct status org_child_check_other(struct decide *d, const char *field, const char *org_id)
{
    if (!id_valid(str_z(org_id))) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected %s to be " ID_RULE, field);
    }
    return !str_eq(str_z(org_id), d->view->org_id)
               ? status_ok()
               : decide_reject(d, STATUS_INVALID_ARGUMENT,
                               "expected %s to be another org, but it is '%s' itself", field,
                               org_id);
}

struct status decide_accept_child_org(struct decide *d, const Agency__V1__AcceptChildOrg *command)
{
    const Agency__V1__OrgChild *child;
    TRY_ACCEPTED(d, org_child_check_other(d, "child_org_id", command->org_child->child_org_id));
    TRY_ACCEPTED(d, life_find_org_child(d, &child));
    return child != NULL && child->status == LIFE_ACTIVE ? status_ok()
                                                         : plain_emit(d, &command->org_child->base);
}
