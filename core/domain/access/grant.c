/* Grants: a permission for a grantee on an object.
 *
 * (permission, grantee, object) is unique at any time, also that of what waits for its beginning:
 * one may end where the next begins. The grantee's role types are kept in byte order, so that the
 * same set is the same grantee. Archived groups and assets take no new grants; a change of one that
 * is there is no new grant, and neither is its beginning. */
#include "core/base/hash.h"
#include "core/domain/access/permission.h"
#include "core/domain/check/condition.h"
#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/kernel/targets.h"

/* ---- content ---- */

/* Permission, grantee and object of a grant as one text: SHA-256 over the parts with a NUL after
 * each, which no id holds; the types are chained, so that their number needs no bound here. The
 * grantee's role types must be in byte order, as decide keeps them. */
struct str index_grant_content(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX])
{
    const Agency__V1__Grant *grant = (const Agency__V1__Grant *)(const void *)entity;
    const Agency__V1__Grantee *grantee = grant->grantee;
    const struct str end = STR("\0");
    const struct str parts[] = {
        str_z(grant->permission), end, index_kind((unsigned)grantee->kind),   end,
        str_z(grantee->id),       end, index_kind((unsigned)grant->on->kind), end,
        str_z(grant->on->id)
    };
    struct hash hash = hash_sha256(parts, sizeof parts / sizeof parts[0]);
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        struct hash before = hash;
        hash = hash_sha256((struct str[]){ hash_str(&before), str_z(grantee->role_types[i]) }, 2);
    }
    hash_hex(&hash, room);
    return str_make(room, HASH_HEX_SIZE - 1);
}

/* ---- index ---- */

struct str index_grant_end(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX])
{
    return index_end(((const Agency__V1__Grant *)(const void *)entity)->expires_at, room);
}

struct str index_grant_how(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX])
{
    const Agency__V1__Grant *grant = (const Agency__V1__Grant *)(const void *)entity;
    (void)room;
    return grant->grantee->n_role_types > 0 || grant->condition[0] != '\0' ? STR("r") : STR("");
}

/* ---- decide ---- */

static struct status grant_check_grantee_form(struct decide *d, const Agency__V1__Grantee *grantee)
{
    if (grantee == NULL || grantee->kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_UNSPECIFIED ||
        grantee->id[0] == '\0') {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a grantee with kind and id, but there is none");
    }
    if (grantee->kind != AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP &&
        grantee->n_role_types > 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected role_types only with a group as grantee, but it is '%s'",
                             grantee->id);
    }
    return rules_check_distinct(d, "role_types", grantee->role_types, grantee->n_role_types);
}

static struct status grant_check_object_form(struct decide *d, const Agency__V1__GrantObject *on)
{
    if (on == NULL || on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_UNSPECIFIED) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected an object with a kind in on, but there is none");
    }
    bool org = on->kind == AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ORG;
    if (org != (on->id[0] == '\0')) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected an id in on unless it is the org, but it is '%s'", on->id);
    }
    return status_ok();
}

/* A grantee or object that may get a grant, of a new one: there, and neither removed nor archived;
 * of one that begins: not removed. */
enum {
    GRANTABLE = BIT(LIFE_ACTIVE) | BIT(LIFE_SUSPENDED) | BIT(LIFE_CLOSED) | BIT(LIFE_RETIRED),
    GRANT_BEGINS = GRANTABLE | BIT(LIFE_ARCHIVED)
};

static struct status grant_check_entity(struct decide *d, enum entity_kind kind, const char *id,
                                        uint32_t statuses)
{
    const ProtobufCMessage *entity;
    TRY(view_get(d->view, kind, str_z(id), &entity));
    return life_check(d, kind, str_z(id), entity, statuses);
}

static struct status grant_check_grantee(struct decide *d, const Agency__V1__Grantee *grantee,
                                         uint32_t statuses)
{
    static const enum entity_kind kinds[] = {
        [AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT] = ENTITY_SUBJECT,
        [AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE] = ENTITY_ROLE,
        [AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP] = ENTITY_GROUP,
    };
    TRY_ACCEPTED(d, grant_check_entity(d, kinds[grantee->kind], grantee->id, statuses));
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        TRY_ACCEPTED(d, grant_check_entity(d, ENTITY_ROLE_TYPE, grantee->role_types[i], statuses));
    }
    return status_ok();
}

/* Kinds without entities pass. */
static struct status grant_check_object(struct decide *d, const Agency__V1__GrantObject *on,
                                        uint32_t statuses)
{
    static const enum entity_kind kinds[] = {
        [AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET] = ENTITY_ASSET,
        [AGENCY__V1__OBJECT_KIND__OBJECT_KIND_GROUP] = ENTITY_GROUP,
        [AGENCY__V1__OBJECT_KIND__OBJECT_KIND_JOB_SPACE] = ENTITY_JOB_SPACE,
        [AGENCY__V1__OBJECT_KIND__OBJECT_KIND_SUBJECT] = ENTITY_SUBJECT,
    };
    bool entity = on->kind != AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ORG &&
                  on->kind != AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET_TYPE;
    return entity ? grant_check_entity(d, kinds[on->kind], on->id, statuses) : status_ok();
}

static int64_t grant_begins_us(const struct decide *d, const Agency__V1__Grant *grant)
{
    return rules_begins_later(d, grant->starts_at) ? fields_time_us(grant->starts_at)
                                                   : d->occurred_at_us;
}

/* Whether both are to be there at some time. One that could not begin and waits for nothing may
 * still be begun. */
static bool grants_meet(const struct decide *d, const Agency__V1__Grant *a,
                        const Agency__V1__Grant *b)
{
    return !fields_expired(a->expires_at, grant_begins_us(d, b)) &&
           !fields_expired(b->expires_at, grant_begins_us(d, a));
}

static struct status grant_check_unique(struct decide *d, const Agency__V1__Grant *grant)
{
    char room[INDEX_MADE_MAX];
    const struct str part = index_grant_content(&grant->base, room);
    struct str *ids;
    size_t ids_count;
    TRY_ACCEPTED(d, rules_scan(d, INDEX_GRANT_BY_CONTENT, &part, 1, &ids, &ids_count));
    for (size_t i = 0; i < ids_count; i++) {
        const Agency__V1__Grant *other;
        TRY(rules_get_grant(d->view, ids[i], &other));
        if (strcmp(other->grant_id, grant->grant_id) != 0 && grants_meet(d, other, grant)) {
            return decide_reject(d, STATUS_ALREADY_EXISTS,
                                 "expected no grant of the same permission, grantee and object, "
                                 "but there is '%s'",
                                 other->grant_id);
        }
    }
    return status_ok();
}

/* ---- how many ---- */

/* Grants to groups and seats on one object, at most, live or waiting to be: whoever asks who may do
 * something there looks at each of them. There may be any number to subjects, which are found by
 * themselves. */
enum {
    GRANTS_WIDE_MAX = 1024,
    GRANT_PART_PERMISSION = 2,
    GRANT_PART_KIND,
    GRANT_PART_GRANTEE,
    GRANT_PART_END,
    GRANT_PART_HOW,
    GRANT_PAGE = 16
};

/* Where to go on: behind a row; behind all subjects, if it is to one of them. */
static struct status grant_next(struct decide *d, const struct view_row *row, struct str from[6],
                                size_t *from_count)
{
    const bool direct = str_eq(row->parts[GRANT_PART_KIND],
                               index_kind(AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT));
    for (size_t i = GRANT_PART_PERMISSION; i <= GRANT_PART_HOW; i++) {
        from[i - GRANT_PART_PERMISSION] = row->parts[i];
    }
    from[1] = direct ? index_kind(AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE) : from[1];
    *from_count = direct ? 2 : 6;
    return ids_behind(d->arena, row->id, &from[5]);
}

/* Counts the live ones of a page up to the first that is to a subject, which is to be leapt from.
 */
static const struct view_row *grant_count_page(const struct decide *d, const struct view_row *rows,
                                               size_t rows_count, size_t *count)
{
    for (size_t i = 0; i < rows_count; i++) {
        if (str_eq(rows[i].parts[GRANT_PART_KIND],
                   index_kind(AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT))) {
            return &rows[i];
        }
        *count += index_end_time(rows[i].parts[GRANT_PART_END]) > d->occurred_at_us;
    }
    return rows_count == GRANT_PAGE ? &rows[rows_count - 1] : NULL;
}

/* Counts those that wait for their beginning. */
static struct status grant_count_waiting(struct decide *d, const Agency__V1__GrantObject *on,
                                         size_t *count)
{
    static const Agency__V1__GranteeKind wide[] = { AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE,
                                                    AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP };
    *count = 0;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        const struct str parts[] = { index_kind((unsigned)on->kind), str_z(on->id),
                                     index_kind((unsigned)wide[i]) };
        struct str *ids;
        size_t ids_count;
        TRY(view_ids(d->view, d->arena, INDEX_GRANT_WAITING_BY_OBJECT, parts, 3, GRANTS_WIDE_MAX,
                     &ids, &ids_count));
        *count += ids_count;
    }
    return status_ok();
}

static struct status grant_check_wide(struct decide *d, const Agency__V1__GrantObject *on)
{
    const struct str parts[] = { index_kind((unsigned)on->kind), str_z(on->id) };
    struct str from[6];
    struct view_range range = { .index = INDEX_GRANT_BY_OBJECT,
                                .parts = parts,
                                .parts_count = 2,
                                .from = from,
                                .limit = GRANT_PAGE };
    const struct view_row *last = NULL;
    size_t count, looked = 0;
    TRY(grant_count_waiting(d, on, &count));
    do {
        struct view_row *rows;
        size_t rows_count;
        TRY(view_rows(d->view, d->arena, &range, &rows, &rows_count));
        last = grant_count_page(d, rows, rows_count, &count);
        looked += rows_count + 1;
        if (last != NULL) {
            TRY(grant_next(d, last, from, &range.from_count));
        }
    } while (last != NULL && count < GRANTS_WIDE_MAX && looked <= RULES_SCAN_MAX);
    if (count < GRANTS_WIDE_MAX && last != NULL) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected at most %d rows to count the grants on one object by, but "
                             "there are more",
                             RULES_SCAN_MAX);
    }
    return count < GRANTS_WIDE_MAX
               ? status_ok()
               : decide_reject(
                     d, STATUS_FAILED_PRECONDITION,
                     "expected at most %d grants to groups and seats on one object, but there "
                     "are as many: grant it to a group that includes them",
                     GRANTS_WIDE_MAX);
}

/* The grantee with its role types in byte order. */
static struct status grant_sorted_grantee(struct decide *d, const Agency__V1__Grantee *grantee,
                                          Agency__V1__Grantee **sorted)
{
    ARENA_TRY(d->arena, *sorted, arena_alloc(d->arena, sizeof **sorted));
    **sorted = *grantee;
    return rules_sort(d->arena, grantee->role_types, grantee->n_role_types, &(*sorted)->role_types);
}

struct status decide_grant_permission(struct decide *d, const Agency__V1__GrantPermission *command)
{
    Agency__V1__Grant grant = *command->grant;
    TRY_ACCEPTED(d, grant_check_grantee_form(d, grant.grantee));
    TRY_ACCEPTED(d, grant_check_object_form(d, grant.on));
    TRY_ACCEPTED(d, rules_check_span(d, grant.starts_at, grant.expires_at));
    TRY_ACCEPTED(d, condition_check(d, grant.condition, &grant.condition_profile));
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, permission_check_use(d, grant.permission));
    TRY_ACCEPTED(d, grant_check_grantee(d, grant.grantee, GRANTABLE));
    TRY_ACCEPTED(d, grant_check_object(d, grant.on, GRANTABLE));
    TRY(grant_sorted_grantee(d, command->grant->grantee, &grant.grantee));
    TRY_ACCEPTED(d, grant_check_unique(d, &grant));
    if (grant.grantee->kind != AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT) {
        TRY_ACCEPTED(d, grant_check_wide(d, grant.on));
    }
    return rules_begins_later(d, grant.starts_at)
               ? decide_emit_entity(d, EVENT_GRANT_SCHEDULED, &grant.base, NULL)
               : plain_emit(d, &grant.base);
}

static struct status grant_check_live(struct decide *d, const Agency__V1__Grant *grant)
{
    if (decide_expired(d, grant->expires_at)) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected grant '%s' to be active, but it has expired",
                             grant->grant_id);
    }
    return status_ok();
}

/* A condition that stays keeps the profile that it was checked under. */
static struct status grant_profile(struct decide *d, const Agency__V1__Grant *grant,
                                   const char *condition, uint32_t *profile)
{
    *profile = grant->condition_profile;
    return strcmp(condition, grant->condition) == 0 ? status_ok()
                                                    : condition_check(d, condition, profile);
}

/* The grant as it would be; what has begun keeps its beginning. */
static struct status grant_change(struct decide *d, const Agency__V1__Grant *grant,
                                  const Agency__V1__ChangeGrant *command,
                                  Agency__V1__Grant *changed)
{
    *changed = *grant;
    changed->permission = command->permission;
    changed->condition = command->condition;
    changed->expires_at = command->expires_at;
    if (grant->status == LIFE_SCHEDULED) {
        changed->starts_at = command->starts_at;
    } else if (rules_begins_later(d, command->starts_at)) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected no starts_at to come, but grant '%s' has begun",
                             grant->grant_id);
    }
    return status_ok();
}

static bool grant_same_span(const Agency__V1__Grant *a, const Agency__V1__Grant *b)
{
    return fields_same_time(a->starts_at, b->starts_at) &&
           fields_same_time(a->expires_at, b->expires_at);
}

/* What begins is still given to somebody, and on something. */
static struct status grant_start(struct decide *d, const Agency__V1__Grant *grant)
{
    Agency__V1__GrantStarted event = AGENCY__V1__GRANT_STARTED__INIT;
    TRY_ACCEPTED(d, grant_check_grantee(d, grant->grantee, GRANT_BEGINS));
    TRY_ACCEPTED(d, grant_check_object(d, grant->on, GRANT_BEGINS));
    event.grant_id = grant->grant_id;
    return emit_grant_started(d, &event);
}

static struct status grant_emit_change(struct decide *d, const Agency__V1__Grant *grant,
                                       const Agency__V1__Grant *changed)
{
    Agency__V1__GrantChanged event = AGENCY__V1__GRANT_CHANGED__INIT;
    fields_copy(&changed->base, &event.base);
    TRY_ACCEPTED(d, grant_profile(d, grant, changed->condition, &event.condition_profile));
    TRY_ACCEPTED(d, emit_grant_changed(d, &event));
    bool begins = grant->status == LIFE_SCHEDULED && !rules_begins_later(d, changed->starts_at);
    return begins ? grant_start(d, changed) : status_ok();
}

struct status decide_change_grant(struct decide *d, const Agency__V1__ChangeGrant *command)
{
    const Agency__V1__Grant *grant;
    Agency__V1__Grant changed;
    TRY_ACCEPTED(d, rules_check_span(d, command->starts_at, command->expires_at));
    TRY_ACCEPTED(d, life_find_grant(d, &grant));
    TRY_ACCEPTED(d, grant_check_live(d, grant));
    TRY_ACCEPTED(d, grant_change(d, grant, command, &changed));
    const bool same = strcmp(changed.permission, grant->permission) == 0;
    const bool waits = rules_begins_later(d, changed.starts_at);
    if (same && grant_same_span(&changed, grant) &&
        strcmp(changed.condition, grant->condition) == 0 &&
        (waits || grant->status == LIFE_ACTIVE)) {
        return status_ok();
    }
    TRY_ACCEPTED(d, same ? status_ok() : permission_check_use(d, changed.permission));
    TRY_ACCEPTED(d, grant_check_unique(d, &changed));
    return grant_emit_change(d, grant, &changed);
}

/* ---- when its time has come ---- */

struct status elapse_grant(struct decide *d, const Agency__V1__Grant *grant, const struct due *due)
{
    Agency__V1__GrantExpired event = AGENCY__V1__GRANT_EXPIRED__INIT;
    if (strcmp(due->field, "starts_at") == 0) {
        return grant_start(d, grant);
    }
    event.grant_id = grant->grant_id;
    return emit_grant_expired(d, &event);
}

/* ---- where permissions are asked ---- */

/* What a grant is on; the org for all assets of a type. */
struct status targets_grant(struct decide *d, struct targets *targets)
{
    const Agency__V1__GrantObject *on = NULL;
    const Agency__V1__Grant *grant;
    if ((unsigned)d->command->payload_case == COMMAND_GRANT_PERMISSION) {
        on = d->command->grant_permission->grant->on;
    } else {
        TRY(view_grant(d->view, targets_field(d, "grant_id"), &grant));
        on = grant == NULL ? NULL : grant->on;
    }
    bool askable = on != NULL && (unsigned)on->kind <= OBJECT_SUBJECT &&
                   (unsigned)on->kind > OBJECT_ORG && (unsigned)on->kind != OBJECT_ASSET_TYPE;
    targets_add(targets, askable ? (struct object){ (enum object_kind)on->kind, str_z(on->id) }
                                 : object_org());
    return status_ok();
}
