/* The rows of each kind, written by hand, as registry.h lists them.
 *
 * A row is made from the fields of its own entity only, so that the fold can take the difference of
 * old and new rows without reading anything else. What has ended has no rows; what has expired
 * still has them, as time alone changes no state: who reads compares expires_at. A relation that is
 * not set (no parent, no job space) gives no row; where an empty part means something (an
 * assignment outside all job spaces, a grant on the org), the row stays. */
#include "core/domain/kernel/index.h"

#include "core/base/hash.h"
#include "core/domain/kernel/fields.h"

/* One row of these parts. */
#define INDEX_ROW(sink, number, ...)                                                            \
    TRY((sink)->row((sink)->self,                                                               \
                    &(struct index_row){ .index = (number),                                     \
                                         .parts = { __VA_ARGS__ },                              \
                                         .parts_count = sizeof((struct str[]){ __VA_ARGS__ }) / \
                                                        sizeof(struct str) }))

size_t index_parts_asked(enum index_number index)
{
    bool kind_first = index == INDEX_NAME || index == INDEX_CREDENTIAL_BY_IDENTITY ||
                      index == INDEX_GRANT_BY_GRANTEE || index == INDEX_GRANT_BY_OBJECT ||
                      index == INDEX_CONFIG_BY_ENTITY;
    return kind_first ? 2 : 1;
}

size_t index_parts(enum index_number index)
{
    bool two = index == INDEX_NAME || index == INDEX_CREDENTIAL_BY_IDENTITY ||
               index == INDEX_ASSIGNMENT_BY_TYPE || index == INDEX_ASSIGNMENT_BY_GROUP ||
               index == INDEX_GRANT_BY_GRANTEE || index == INDEX_CONFIG_BY_ENTITY;
    return index == INDEX_GRANT_BY_OBJECT ? 3 : two ? 2 : 1;
}

#define INDEX_TEN(tens) \
    tens "0" tens "1" tens "2" tens "3" tens "4" tens "5" tens "6" tens "7" tens "8" tens "9"
#define INDEX_HUNDRED(hundreds) \
    INDEX_TEN(hundreds "0")     \
    INDEX_TEN(hundreds "1")     \
    INDEX_TEN(hundreds "2")     \
    INDEX_TEN(hundreds "3")     \
    INDEX_TEN(hundreds "4")     \
    INDEX_TEN(hundreds "5")     \
    INDEX_TEN(hundreds "6")     \
    INDEX_TEN(hundreds "7")     \
    INDEX_TEN(hundreds "8")     \
    INDEX_TEN(hundreds "9")

struct str index_kind(unsigned kind)
{
    static const char digits[] = INDEX_HUNDRED("0") INDEX_HUNDRED("1") INDEX_HUNDRED("2");
    static_assert((sizeof digits - 1) / 3 >= ENTITY_KINDS_MAX, "each kind has a text of its own");
    if (kind >= ENTITY_KINDS_MAX) {
        return STR("?"); /* a number that no program knows; decide refuses it */
    }
    size_t zeros = kind < 10 ? 2 : kind < 100 ? 1 : 0;
    return str_make(digits + (size_t)3 * kind + zeros, 3 - zeros);
}

static struct status index_name(const struct index_sink *sink, enum entity_kind kind,
                                const char *name)
{
    if (name[0] != '\0') {
        INDEX_ROW(sink, INDEX_NAME, index_kind(kind), str_z(name));
    }
    return status_ok();
}

/* A row for a relation to one entity; none where it is not set. */
static struct status index_link(const struct index_sink *sink, enum index_number index,
                                const char *id)
{
    if (id[0] != '\0') {
        INDEX_ROW(sink, index, str_z(id));
    }
    return status_ok();
}

static struct status index_links(const struct index_sink *sink, enum index_number index,
                                 char *const *ids, size_t ids_count)
{
    for (size_t i = 0; i < ids_count; i++) {
        TRY(index_link(sink, index, ids[i]));
    }
    return status_ok();
}

static struct status index_subject(const Agency__V1__Subject *subject,
                                   const struct index_sink *sink)
{
    TRY(index_name(sink, ENTITY_SUBJECT, subject->name));
    return index_links(sink, INDEX_SUBJECT_BY_PARENT, subject->parent_subject_ids,
                       subject->n_parent_subject_ids);
}

static struct status index_credential(const Agency__V1__Credential *credential,
                                      const struct index_sink *sink)
{
    INDEX_ROW(sink, INDEX_CREDENTIAL_BY_IDENTITY, index_kind((unsigned)credential->kind),
              str_z(credential->identity_hash));
    return index_link(sink, INDEX_CREDENTIAL_BY_SUBJECT, credential->subject_id);
}

static struct status index_group(const Agency__V1__Group *group, const struct index_sink *sink)
{
    TRY(index_name(sink, ENTITY_GROUP, group->name));
    TRY(index_link(sink, INDEX_GROUP_BY_PARENT, group->parent_group_id));
    TRY(index_link(sink, INDEX_GROUP_BY_JOB_SPACE, group->job_space_id));
    return index_links(sink, INDEX_GROUP_BY_INCLUDED, group->included_group_ids,
                       group->n_included_group_ids);
}

static struct status index_asset(const Agency__V1__Asset *asset, const struct index_sink *sink)
{
    TRY(index_name(sink, ENTITY_ASSET, asset->name));
    TRY(index_link(sink, INDEX_ASSET_BY_PARENT, asset->parent_asset_id));
    return index_link(sink, INDEX_ASSET_BY_TYPE, asset->type);
}

static struct status index_job_space(const Agency__V1__JobSpace *job_space,
                                     const struct index_sink *sink)
{
    return index_name(sink, ENTITY_JOB_SPACE, job_space->name);
}

static struct status index_permission(const Agency__V1__Permission *permission,
                                      const struct index_sink *sink)
{
    return index_links(sink, INDEX_PERMISSION_BY_IMPLYING, permission->implied_by,
                       permission->n_implied_by);
}

static struct status index_role_type(const Agency__V1__RoleType *type,
                                     const struct index_sink *sink)
{
    return index_links(sink, INDEX_ROLE_TYPE_BY_PERMISSION, type->permissions, type->n_permissions);
}

static struct status index_role(const Agency__V1__Role *role, const struct index_sink *sink)
{
    TRY(index_name(sink, ENTITY_ROLE, role->name));
    TRY(index_link(sink, INDEX_ROLE_BY_TYPE, role->role_type));
    TRY(index_link(sink, INDEX_ROLE_BY_JOB_SPACE, role->job_space_id));
    return index_links(sink, INDEX_ROLE_BY_GROUP, role->group_ids, role->n_group_ids);
}

static struct status index_assignment(const Agency__V1__Assignment *assignment,
                                      const struct index_sink *sink)
{
    struct str role_type = str_z(assignment->role_type);
    TRY(index_link(sink, INDEX_ASSIGNMENT_BY_SUBJECT, assignment->subject_id));
    TRY(index_link(sink, INDEX_ASSIGNMENT_BY_ROLE, assignment->role_id));
    INDEX_ROW(sink, INDEX_ASSIGNMENT_BY_TYPE, role_type, str_z(assignment->job_space_id));
    for (size_t i = 0; i < assignment->n_group_ids; i++) {
        INDEX_ROW(sink, INDEX_ASSIGNMENT_BY_GROUP, str_z(assignment->group_ids[i]), role_type);
    }
    return status_ok();
}

/* SHA-256 over the parts with a NUL after each, which no id holds; the types are chained, so that
 * their number needs no bound here. */
struct str index_grant_content(const char *permission, const Agency__V1__Grantee *grantee,
                               const Agency__V1__GrantObject *on, char hex[HASH_HEX_SIZE])
{
    const struct str end = STR("\0");
    const struct str parts[] = { str_z(permission),  end, index_kind((unsigned)grantee->kind), end,
                                 str_z(grantee->id), end, index_kind((unsigned)on->kind),      end,
                                 str_z(on->id) };
    struct hash hash = hash_sha256(parts, sizeof parts / sizeof parts[0]);
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        struct hash before = hash;
        hash = hash_sha256((struct str[]){ hash_str(&before), str_z(grantee->role_types[i]) }, 2);
    }
    hash_hex(&hash, hex);
    return str_make(hex, HASH_HEX_SIZE - 1);
}

static struct status index_grant(const Agency__V1__Grant *grant, const struct index_sink *sink)
{
    const Agency__V1__Grantee *grantee = grant->grantee;
    const Agency__V1__GrantObject *on = grant->on;
    if (grantee == NULL || on == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected a grantee and an object in grant '%s'",
                            grant->grant_id);
    }
    char hex[HASH_HEX_SIZE];
    INDEX_ROW(sink, INDEX_GRANT_BY_GRANTEE, index_kind((unsigned)grantee->kind),
              str_z(grantee->id));
    INDEX_ROW(sink, INDEX_GRANT_BY_OBJECT, index_kind((unsigned)on->kind), str_z(on->id),
              str_z(grant->permission));
    INDEX_ROW(sink, INDEX_GRANT_BY_CONTENT,
              index_grant_content(grant->permission, grantee, on, hex));
    return status_ok();
}

static struct status index_config(const Agency__V1__Config *config, const struct index_sink *sink)
{
    INDEX_ROW(sink, INDEX_CONFIG_BY_ENTITY, index_kind((unsigned)config->kind),
              str_z(config->entity_id));
    return status_ok();
}

/* True if what is in this status no longer counts. */
static bool index_ended(const ProtobufCMessage *entity)
{
    unsigned status = fields_status(entity);
    return status == LIFE_ENDED || status == LIFE_REMOVED;
}

struct status index_rows(enum entity_kind kind, const ProtobufCMessage *entity,
                         const struct index_sink *sink)
{
    const void *typed = entity;
    if (index_ended(entity)) {
        return status_ok();
    }
    switch (kind) {
    case ENTITY_SUBJECT:
        return index_subject(typed, sink);
    case ENTITY_CREDENTIAL:
        return index_credential(typed, sink);
    case ENTITY_GROUP:
        return index_group(typed, sink);
    case ENTITY_ASSET:
        return index_asset(typed, sink);
    case ENTITY_JOB_SPACE:
        return index_job_space(typed, sink);
    case ENTITY_PERMISSION:
        return index_permission(typed, sink);
    case ENTITY_ROLE_TYPE:
        return index_role_type(typed, sink);
    case ENTITY_ROLE:
        return index_role(typed, sink);
    case ENTITY_ASSIGNMENT:
        return index_assignment(typed, sink);
    case ENTITY_GRANT:
        return index_grant(typed, sink);
    case ENTITY_CONFIG:
        return index_config(typed, sink);
    case ENTITY_ORG:
    case ENTITY_ORG_CHILD:
        return status_ok(); /* found by their ids only */
    }
    return status_error(STATUS_DATA_LOSS, "expected a kind of entity, but it is %u",
                        (unsigned)kind);
}
