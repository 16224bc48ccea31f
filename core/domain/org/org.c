/* Orgs.
 *
 * CreateOrg is one decision: the org, its first owner, the owner's credential, the role type
 * `owner` with the permission `*`, its seat and the assignment. Nobody else can be first: later
 * owners are assigned by ordinary commands. */
#include "core/domain/access/assignment.h"
#include "core/domain/directory/credential.h"
#include "core/domain/kernel/external.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/id.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/org/org_child.h"

/* ---- CreateOrg ---- */

static struct status org_check_credential(struct decide *d,
                                          const Agency__V1__Credential *credential,
                                          const char *owner_id)
{
    if (credential == NULL || !id_valid(str_z(credential->credential_id))) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a credential for the owner with an id, but there is none");
    }
    if (credential->subject_id[0] != '\0' && strcmp(credential->subject_id, owner_id) != 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected the credential's subject_id to be '%s', but it is '%s'",
                             owner_id, credential->subject_id);
    }
    if (credential->expires_at != NULL) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected the owner's credential without expires_at: when it expired, "
                             "nobody could command the org");
    }
    return credential_check(d, credential);
}

static struct status org_check_owner(struct decide *d, const Agency__V1__CreateOrg *command)
{
    if (command->owner == NULL || !id_valid(str_z(command->owner->subject_id))) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected an owner whose subject_id is " ID_RULE);
    }
    TRY_ACCEPTED(d, external_check(d, ENTITY_SUBJECT, str_z(command->owner->subject_id),
                                   &command->owner->base));
    return org_check_credential(d, command->credential, command->owner->subject_id);
}

static struct status org_emit_created(struct decide *d, const Agency__V1__CreateOrg *command)
{
    Agency__V1__Org org = *command->org;
    if (org.access_mode == AGENCY__V1__ACCESS_MODE__ACCESS_MODE_UNSPECIFIED) {
        org.access_mode = AGENCY__V1__ACCESS_MODE__ACCESS_MODE_CONTROLLED;
    }
    return plain_emit(d, &org.base);
}

static struct status org_emit_owner(struct decide *d, const Agency__V1__CreateOrg *command)
{
    Agency__V1__Subject owner = *command->owner;
    if (owner.type == AGENCY__V1__SUBJECT_TYPE__SUBJECT_TYPE_UNSPECIFIED) {
        owner.type = AGENCY__V1__SUBJECT_TYPE__SUBJECT_TYPE_HUMAN;
    }
    TRY_ACCEPTED(d, decide_emit_entity(d, EVENT_SUBJECT_REGISTERED, &owner.base, NULL));
    return credential_bind(d, command->credential, owner.subject_id);
}

static struct status org_emit_seat(struct decide *d, const Agency__V1__CreateOrg *command)
{
    char **permissions;
    ARENA_TRY(d->arena, permissions, arena_alloc(d->arena, sizeof *permissions));
    permissions[0] = "*";
    Agency__V1__RoleType type = AGENCY__V1__ROLE_TYPE__INIT;
    type.role_type = "owner";
    type.assignment = AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_DYNAMIC_MULTI;
    type.n_permissions = 1;
    type.permissions = permissions;
    TRY_ACCEPTED(d, decide_emit_entity(d, EVENT_ROLE_TYPE_DEFINED, &type.base, NULL));
    Agency__V1__Role seat = AGENCY__V1__ROLE__INIT;
    seat.role_id = "owner";
    seat.role_type = "owner";
    TRY_ACCEPTED(d, decide_emit_entity(d, EVENT_ROLE_CREATED, &seat.base, NULL));
    return assignment_assign(d, &seat, command->owner->subject_id);
}

static struct status org_check_mode(struct decide *d, unsigned mode, unsigned min)
{
    return mode >= min && mode <= AGENCY__V1__ACCESS_MODE__ACCESS_MODE_OPEN
               ? status_ok()
               : decide_reject(d, STATUS_INVALID_ARGUMENT,
                               "expected an access mode, CONTROLLED or OPEN, but it is %u", mode);
}

struct status decide_create_org(struct decide *d, const Agency__V1__CreateOrg *command)
{
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, org_check_mode(d, (unsigned)command->org->access_mode, 0));
    TRY_ACCEPTED(d, org_check_owner(d, command));
    TRY_ACCEPTED(d, org_emit_created(d, command));
    TRY_ACCEPTED(d, org_emit_owner(d, command));
    return org_emit_seat(d, command);
}

/* ---- the org ---- */

struct status decide_set_org_access_mode(struct decide *d,
                                         const Agency__V1__SetOrgAccessMode *command)
{
    const Agency__V1__Org *org;
    TRY_ACCEPTED(d, org_check_mode(d, (unsigned)command->access_mode, 1));
    TRY_ACCEPTED(d, life_find_org(d, &org));
    if (org->access_mode == command->access_mode) {
        return status_ok();
    }
    Agency__V1__OrgAccessModeSet event = AGENCY__V1__ORG_ACCESS_MODE_SET__INIT;
    fields_copy(&command->base, &event.base);
    return emit_org_access_mode_set(d, &event);
}

struct status decide_set_org_read_mode(struct decide *d, const Agency__V1__SetOrgReadMode *command)
{
    const Agency__V1__Org *org;
    unsigned mode = (unsigned)command->read_mode;
    if (mode == 0 || mode > AGENCY__V1__READ_MODE__READ_MODE_MEMBERS) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a read mode, GRANTED or MEMBERS, but it is %u", mode);
    }
    TRY_ACCEPTED(d, life_find_org(d, &org));
    bool granted = org->read_mode != AGENCY__V1__READ_MODE__READ_MODE_MEMBERS;
    if (granted == (mode == AGENCY__V1__READ_MODE__READ_MODE_GRANTED)) {
        return status_ok();
    }
    Agency__V1__OrgReadModeSet event = AGENCY__V1__ORG_READ_MODE_SET__INIT;
    fields_copy(&command->base, &event.base);
    return emit_org_read_mode_set(d, &event);
}

struct status decide_set_org_attenuation(struct decide *d,
                                         const Agency__V1__SetOrgAttenuation *command)
{
    const Agency__V1__Org *org;
    TRY_ACCEPTED(d, life_find_org(d, &org));
    if (!org->attenuate == !command->attenuate) {
        return status_ok();
    }
    Agency__V1__OrgAttenuationSet event = AGENCY__V1__ORG_ATTENUATION_SET__INIT;
    fields_copy(&command->base, &event.base);
    return emit_org_attenuation_set(d, &event);
}

/* ---- its parent ---- */

struct status decide_claim_parent_org(struct decide *d, const Agency__V1__ClaimParentOrg *command)
{
    const Agency__V1__Org *org;
    if (command->parent_org_id[0] != '\0') {
        TRY_ACCEPTED(d, org_child_check_other(d, "parent_org_id", command->parent_org_id));
    }
    TRY_ACCEPTED(d, life_find_org(d, &org));
    if (strcmp(org->parent_org_id, command->parent_org_id) == 0) {
        return status_ok();
    }
    Agency__V1__ParentOrgClaimed event = AGENCY__V1__PARENT_ORG_CLAIMED__INIT;
    fields_copy(&command->base, &event.base);
    return emit_parent_org_claimed(d, &event);
}

/* Whether it may, and when, is checked as of an import (decide.c). */
struct status decide_finish_import(struct decide *d, const Agency__V1__FinishImport *command)
{
    const Agency__V1__Org *org;
    Agency__V1__ImportFinished event = AGENCY__V1__IMPORT_FINISHED__INIT;
    TRY_ACCEPTED(d, life_find_org(d, &org));
    event.org_id = command->org_id;
    return d->context->head.live ? status_ok() : emit_import_finished(d, &event);
}

/* ---- EraseOrg ---- */

struct status evolve_org_erased(const struct evolve *evolve, const Agency__V1__OrgErased *event,
                                void *entity)
{
    (void)evolve;
    (void)event;
    fields_erase(entity, registry_entity(ENTITY_ORG)->key_parts);
    return status_ok();
}
