#include "core/domain/check/check_path.h"

#include "core/domain/kernel/evolve.h"

static void check_path_add(struct check_answer *answer, enum check_step_kind kind,
                           enum entity_kind entity, struct str id, uint64_t version)
{
    assert(answer->steps_count < CHECK_STEPS_MAX);
    answer->steps[answer->steps_count++] =
        (struct check_step){ .kind = kind, .entity = entity, .id = id, .version = version };
}

static struct status check_path_add_seat(struct lookup *lookup, const struct grantee *seat,
                                         struct check_answer *answer)
{
    const Agency__V1__Role *role;
    TRY(lookup_known_role(lookup, seat->id, &role));
    check_path_add(answer, STEP_SEAT, ENTITY_ROLE, seat->id, role->version);
    struct str id;
    TRY(evolve_entity_id(lookup->arena, ENTITY_ASSIGNMENT, &seat->assignment->base, &id));
    check_path_add(answer, STEP_ASSIGNMENT, ENTITY_ASSIGNMENT, id, seat->assignment->version);
    return status_ok();
}

/* The steps from a grantee back to the subject asked about. An inclusion and an inheritance are
 * decided at the entity that includes or inherits, so its version is told. */
static struct status check_path_add_way(struct lookup *lookup, const struct grantee *grantee,
                                        struct check_answer *answer)
{
    const struct grantee *outer = NULL;
    for (const struct grantee *at = grantee; at != NULL; outer = at, at = at->via) {
        if (at->kind == GRANTEE_ROLE) {
            TRY(check_path_add_seat(lookup, at, answer));
        } else if (at->kind == GRANTEE_SUBJECT && at->via != NULL) {
            check_path_add(answer, STEP_PARENT, ENTITY_SUBJECT, at->id, at->via->subject->version);
        } else if (at->kind == GRANTEE_GROUP && outer == NULL) {
            check_path_add(answer, STEP_GROUP, ENTITY_GROUP, at->id, at->group->version);
        } else if (at->kind == GRANTEE_GROUP) {
            check_path_add(answer, STEP_INCLUSION, ENTITY_GROUP, at->id, outer->group->version);
        }
    }
    return status_ok();
}

struct status check_path_tell(struct lookup *lookup, const Agency__V1__Grant *grant,
                              const struct grantee *grantee, struct check_answer *answer)
{
    if (grant != NULL) {
        check_path_add(answer, STEP_GRANT, ENTITY_GRANT, str_z(grant->grant_id), grant->version);
    } else {
        check_path_add(answer, STEP_ROLE_TYPE, ENTITY_ROLE_TYPE, str_z(grantee->type->role_type),
                       grantee->type->version);
    }
    return check_path_add_way(lookup, grantee, answer);
}
