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

/* ---- a way as grantees, each over the one before ---- */

static struct status check_path_next(struct lookup *lookup, const struct grantee *next,
                                     const struct grantee **over)
{
    struct grantee *grantee;
    ARENA_TRY(lookup->arena, grantee, arena_alloc(lookup->arena, sizeof *grantee));
    *grantee = *next;
    grantee->via = *over;
    *over = grantee;
    return status_ok();
}

static struct status check_path_kin(struct lookup *lookup, const struct kin *kin,
                                    const struct grantee **over)
{
    const struct kin *line[LINEAGE_LEVELS_MAX + 1];
    size_t count = 0;
    for (; kin != NULL; kin = kin->via) {
        line[count++] = kin;
    }
    while (count-- > 0) {
        TRY(check_path_next(lookup,
                            &(struct grantee){ .kind = GRANTEE_SUBJECT,
                                               .id = str_z(line[count]->subject->subject_id),
                                               .subject = line[count]->subject },
                            over));
    }
    return status_ok();
}

static struct status check_path_seat(struct lookup *lookup, struct str held_id,
                                     const struct grantee **over)
{
    const Agency__V1__Assignment *held;
    const Agency__V1__RoleType *type;
    TRY(lookup_known_assignment(lookup, held_id, &held));
    TRY(lookup_known_role_type(lookup, str_z(held->role_type), &type));
    return check_path_next(
        lookup,
        &(struct grantee){
            .kind = GRANTEE_ROLE, .id = str_z(held->role_id), .assignment = held, .type = type },
        over);
}

static struct status check_path_groups(struct lookup *lookup, const struct way *way,
                                       const struct grantee **over)
{
    for (size_t i = way->groups_count; i-- > 0;) {
        const Agency__V1__Group *group;
        TRY(lookup_known_group(lookup, way->groups[i], &group));
        TRY(check_path_next(lookup,
                            &(struct grantee){ .kind = GRANTEE_GROUP,
                                               .id = str_z(group->group_id),
                                               .group = group },
                            over));
    }
    return status_ok();
}

struct status check_path_tell_way(struct lookup *lookup, const struct way *way,
                                  struct check_answer *answer)
{
    const struct grantee *grantee = NULL;
    const Agency__V1__Grant *grant = NULL;
    TRY(check_path_kin(lookup, way->kin, &grantee));
    if (way->held.size > 0) {
        TRY(check_path_seat(lookup, way->held, &grantee));
        TRY(check_path_groups(lookup, way, &grantee));
    }
    if (way->by_grant) {
        TRY(lookup_known_grant(lookup, way->id, &grant));
    }
    return check_path_tell(lookup, grant, grantee, answer);
}
