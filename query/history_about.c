/* No index knows what hung on an entity once: a seat can move, a grant can end. So each decision of
 * the org is looked at, and what it changed, as it was before and after. */
#include "query/history_about.h"

#include "core/domain/kernel/fields.h"
#include "core/model/history.h"

/* Memory for what one decision changed. */
static const size_t ABOUT_ARENA_MAX = (size_t)64 << 20;

static bool about_is(const struct history_about *about, enum entity_kind kind, const char *id)
{
    return kind == about->kind && str_eq(str_z(id), about->id);
}

static bool about_any(const struct history_about *about, enum entity_kind kind, char *const *ids,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (about_is(about, kind, ids[i])) {
            return true;
        }
    }
    return false;
}

static bool about_role(const struct history_about *about, const Agency__V1__Role *role)
{
    return about_is(about, ENTITY_ROLE, role->role_id) ||
           about_is(about, ENTITY_JOB_SPACE, role->job_space_id) ||
           about_any(about, ENTITY_GROUP, role->group_ids, role->n_group_ids);
}

static bool about_assignment(const struct history_about *about,
                             const Agency__V1__Assignment *assignment)
{
    return about_is(about, ENTITY_ROLE, assignment->role_id) ||
           about_is(about, ENTITY_JOB_SPACE, assignment->job_space_id) ||
           about_any(about, ENTITY_GROUP, assignment->group_ids, assignment->n_group_ids);
}

/* A grant to a seat is one to its groups' seat, as the seat was then. */
static struct status about_seat(const struct history_about *about, const char *role_id, bool *is)
{
    struct history_version *versions;
    size_t count;
    TRY(history_entity(about->snapshot->reader, about->arena, about->snapshot->org_id, ENTITY_ROLE,
                       str_z(role_id), about->org_sequence + 1, 1, &versions, &count));
    *is =
        count > 0 && about_role(about, (const Agency__V1__Role *)(const void *)versions[0].entity);
    return status_ok();
}

static struct status about_grant(const struct history_about *about, const Agency__V1__Grant *grant,
                                 bool *is)
{
    const Agency__V1__GrantObject *on = grant->on;
    const Agency__V1__Grantee *to = grant->grantee;
    *is = (on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_GROUP &&
           about_is(about, ENTITY_GROUP, on->id)) ||
          (on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET &&
           about_is(about, ENTITY_ASSET, on->id)) ||
          (on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_JOB_SPACE &&
           about_is(about, ENTITY_JOB_SPACE, on->id)) ||
          (on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_SUBJECT &&
           about_is(about, ENTITY_SUBJECT, on->id)) ||
          (to->kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT &&
           about_is(about, ENTITY_SUBJECT, to->id)) ||
          (to->kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP &&
           about_is(about, ENTITY_GROUP, to->id));
    return *is || to->kind != AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE
               ? status_ok()
               : about_seat(about, to->id, is);
}

/* What names a subject, as its own or somebody else's. */
static bool about_subject(const struct history_about *about, const ProtobufCMessage *entity)
{
    if (about->kind != ENTITY_SUBJECT) {
        return false;
    }
    return str_eq(fields_string(entity, "subject_id"), about->id) ||
           str_eq(fields_string(entity, "owner_subject_id"), about->id);
}

static bool about_config(const struct history_about *about, const Agency__V1__Config *config)
{
    return (unsigned)config->kind == about->kind && str_eq(str_z(config->entity_id), about->id);
}

struct status history_about_entity(const struct history_about *about,
                                   const Agency__V1__EntityRef *ref, const ProtobufCMessage *entity,
                                   bool *is)
{
    const unsigned kind = (unsigned)ref->kind;
    *is = about_is(about, (enum entity_kind)kind, ref->id) || about_subject(about, entity);
    if (*is || kind == ENTITY_SUBJECT) {
        return status_ok();
    }
    if (kind == ENTITY_GRANT) {
        return about_grant(about, (const Agency__V1__Grant *)(const void *)entity, is);
    }
    if (kind == ENTITY_ROLE) {
        *is = about_role(about, (const Agency__V1__Role *)(const void *)entity);
    } else if (kind == ENTITY_ASSIGNMENT) {
        *is = about_assignment(about, (const Agency__V1__Assignment *)(const void *)entity);
    } else if (kind == ENTITY_CONFIG) {
        *is = about_config(about, (const Agency__V1__Config *)(const void *)entity);
    }
    return status_ok();
}

static struct status about_changed(const struct history_about *about,
                                   const Agency__V1__EntityRef *changed, bool *is)
{
    unsigned kind = (unsigned)changed->kind;
    struct history_change change;
    *is = about_is(about, (enum entity_kind)kind, changed->id);
    if (*is || (kind != ENTITY_ROLE && kind != ENTITY_ASSIGNMENT && kind != ENTITY_GRANT &&
                kind != ENTITY_CONFIG)) {
        return status_ok();
    }
    TRY(history_change(about->snapshot, about->arena, about->org_sequence, changed, &change));
    TRY(history_about_entity(about, changed, change.after, is));
    return *is || change.before == NULL ? status_ok()
                                        : history_about_entity(about, changed, change.before, is);
}

static struct status about_keep(struct history_about *about, struct history_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Agency__V1__DecisionRow *row = list->rows[i];
        bool is = false;
        arena_reset(about->arena);
        about->org_sequence = row->org_sequence;
        for (size_t j = 0; j < row->n_changed && !is; j++) {
            TRY(about_changed(about, row->changed[j], &is));
        }
        if (is) {
            list->rows[kept++] = row;
        }
    }
    list->count = kept;
    return status_ok();
}

struct status history_about_check(enum entity_kind kind, bool subjects)
{
    return kind == ENTITY_GROUP || kind == ENTITY_ASSET || kind == ENTITY_JOB_SPACE ||
                   kind == ENTITY_ROLE || (subjects && kind == ENTITY_SUBJECT)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected a group, asset, job space or role, whose seats, "
                              "assignments and grants are shown by --all, not a %s",
                              registry_entity(kind)->name);
}

struct status history_about_keep(struct snapshot *snapshot, enum entity_kind kind, struct str id,
                                 struct history_list *list)
{
    struct arena arena;
    struct history_about about = { .snapshot = snapshot, .arena = &arena, .kind = kind, .id = id };
    arena_init(&arena, ABOUT_ARENA_MAX);
    struct status st = about_keep(&about, list);
    arena_release(&arena);
    return st;
}
