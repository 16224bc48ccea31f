/* Entries are found by the index of grants by object: where few are granted an object, all of these
 * are looked at; else those to each of what the subject counts as. */
#include "core/domain/feed/access_row.h"

#include "core/domain/check/check_path.h"
#include "core/domain/kernel/index.h"

enum {
    PART_GRANTEE_KIND = 3,
    PART_GRANTEE,
    PART_END,
    PART_HOW,
    ROW_FEW = 16,  /* grants of one permission on one object that are read at once */
    ROW_PAGE = 64, /* those to one grantee */
};

struct status access_row_init(struct access_row *row, struct lookup *lookup, struct str subject_id)
{
    const Agency__V1__Subject *subject;
    bool active;
    *row = (struct access_row){ .lookup = lookup };
    TRY(lookup_org_active(lookup, &active));
    TRY(lookup_subject(lookup, subject_id, &subject));
    row->active = active && subject != NULL && subject->status == LIFE_ACTIVE;
    return row->active ? grantees_of(lookup, subject, 0, true, &row->grantees) : status_ok();
}

/* Check denies everybody what is archived or removed, or lies below it; an asset type is no thing
 * that could be. */
static struct status row_object_is_live(struct lookup *lookup, const struct object *on, bool *live)
{
    struct objects covering = { .state = OBJECT_LIVE };
    if (on->kind != OBJECT_ASSET_TYPE) {
        TRY(objects_covering(lookup, *on, &covering));
    }
    *live = covering.state == OBJECT_LIVE;
    return status_ok();
}

/* ---- ways ---- */

/* The best way so far. */
struct row_way {
    const struct grantee *grantee;  /* NULL: there is none */
    const Agency__V1__Grant *grant; /* NULL: by the type of a seat */
};

/* Of equally short ways a type before a grant, then the grant's id. */
static bool row_better(const struct row_way *best, const struct grantee *grantee,
                       const Agency__V1__Grant *grant)
{
    if (best->grantee == NULL || grantee->steps != best->grantee->steps) {
        return best->grantee == NULL || grantee->steps < best->grantee->steps;
    }
    if (grant == NULL || best->grant == NULL) {
        return best->grant != NULL;
    }
    return strcmp(grant->grant_id, best->grant->grant_id) < 0;
}

static void row_offer(struct row_way *best, const struct grantee *grantee,
                      const Agency__V1__Grant *grant)
{
    if (grantee != NULL && row_better(best, grantee, grant)) {
        *best = (struct row_way){ grantee, grant };
    }
}

/* Without a condition, or the one whose condition makes the entry. */
static bool row_type_counts(const Agency__V1__RoleType *type, const struct access_entry *entry)
{
    return entry->role_type.size == 0
               ? type->condition[0] == '\0'
               : type->condition[0] != '\0' && str_eq(str_z(type->role_type), entry->role_type);
}

static bool row_seat_gives(const struct grantee *seat, const struct access_entry *entry)
{
    const struct object scope = object_scope(str_z(seat->assignment->job_space_id));
    return object_eq(scope, entry->on) && row_type_counts(seat->type, entry) &&
           ids_listed(seat->type->permissions, seat->type->n_permissions, entry->permission);
}

static void row_offer_types(const struct access_row *row, const struct access_entry *entry,
                            struct row_way *best)
{
    const struct grantee *grantee = row->grantees.first;
    for (; grantee != NULL; grantee = grantee->next) {
        if (grantee->kind == GRANTEE_ROLE && row_seat_gives(grantee, entry)) {
            row_offer(best, grantee, NULL);
        }
    }
}

/* Offers a grant if it is live, has no condition, and is for something that the subject counts as.
 */
static struct status row_offer_grant(const struct access_row *row, struct str id,
                                     struct row_way *best)
{
    const Agency__V1__Grant *grant;
    TRY(lookup_known_grant(row->lookup, id, &grant));
    if (grant->condition[0] == '\0' && !lookup_expired(row->lookup, grant->expires_at)) {
        row_offer(best, grantees_find(&row->grantees, grant->grantee), grant);
    }
    return status_ok();
}

/* Offers those of some rows of the index whose grantee the subject counts as. */
static struct status row_offer_rows(const struct access_row *row, const struct view_row *rows,
                                    size_t count, struct row_way *best)
{
    for (size_t i = 0; i < count; i++) {
        if (index_end_time(rows[i].parts[PART_END]) > row->lookup->at_us) {
            TRY(row_offer_grant(row, rows[i].id, best));
        }
    }
    return status_ok();
}

/* What is granted to one grantee, in a long list: what lasts longest comes first, so one that has
 * ended ends the list. */
static struct status row_offer_to(const struct access_row *row, const struct access_entry *entry,
                                  const struct grantee *grantee, struct row_way *best)
{
    const struct str parts[] = { index_kind(entry->on.kind), entry->on.id, entry->permission,
                                 index_kind(grantee->kind), grantee->id };
    struct str from[] = { STR(""), STR(""), STR("") };
    struct view_range range = { .index = INDEX_GRANT_BY_OBJECT,
                                .parts = parts,
                                .parts_count = 5,
                                .from = from,
                                .limit = ROW_PAGE };
    struct view_row *rows;
    size_t count = ROW_PAGE;
    while (count == ROW_PAGE) {
        TRY(lookup_rows(row->lookup, &range, &rows, &count));
        TRY(row_offer_rows(row, rows, count, best));
        const struct view_row *last = count > 0 ? &rows[count - 1] : NULL;
        if (last == NULL || index_end_time(last->parts[PART_END]) <= row->lookup->at_us) {
            break;
        }
        from[0] = last->parts[PART_END];
        from[1] = last->parts[PART_HOW];
        TRY(ids_behind(row->lookup->arena, last->id, &from[2]));
        range.from_count = 3;
    }
    return status_ok();
}

static struct status row_offer_grants(const struct access_row *row,
                                      const struct access_entry *entry, struct row_way *best)
{
    const struct str parts[] = { index_kind(entry->on.kind), entry->on.id, entry->permission };
    const struct view_range range = {
        .index = INDEX_GRANT_BY_OBJECT, .parts = parts, .parts_count = 3, .limit = ROW_FEW + 1
    };
    struct view_row *rows;
    size_t count;
    TRY(lookup_rows(row->lookup, &range, &rows, &count));
    if (count <= ROW_FEW) {
        return row_offer_rows(row, rows, count, best);
    }
    const struct grantee *grantee = row->grantees.first;
    for (; grantee != NULL; grantee = grantee->next) {
        if (!grantees_listed_before(&row->grantees, grantee)) {
            TRY(row_offer_to(row, entry, grantee, best));
        }
    }
    return status_ok();
}

static struct status row_offer_conditional(const struct access_row *row,
                                           const struct access_entry *entry, struct row_way *best)
{
    const Agency__V1__Grant *grant;
    TRY(lookup_grant(row->lookup, entry->grant_id, &grant));
    if (grant == NULL || grant->status != LIFE_ACTIVE ||
        lookup_expired(row->lookup, grant->expires_at)) {
        return status_ok();
    }
    const struct access_entry granted = access_entry_of(grant);
    if (access_entry_compare(&granted, entry) == 0) {
        row_offer(best, grantees_find(&row->grantees, grant->grantee), grant);
    }
    return status_ok();
}

struct status access_row_has(struct access_row *row, const struct access_entry *entry, bool *has,
                             struct check_answer *way)
{
    struct row_way best = { 0 };
    *has = false;
    way->steps_count = 0;
    if (!row->active) {
        return status_ok();
    }
    TRY(row_object_is_live(row->lookup, &entry->on, has));
    if (!*has) {
        return status_ok();
    }
    if (entry->grant_id.size > 0) {
        TRY(row_offer_conditional(row, entry, &best));
    } else {
        row_offer_types(row, entry, &best);
        TRY(entry->role_type.size > 0 ? status_ok() : row_offer_grants(row, entry, &best));
    }
    *has = best.grantee != NULL;
    return *has ? check_path_tell(row->lookup, best.grant, best.grantee, way) : status_ok();
}

/* ---- all ---- */

static struct status row_add_types(const struct grantee *seat, struct access_entries *entries)
{
    const struct str job_space = str_z(seat->assignment->job_space_id);
    for (size_t i = 0; i < seat->type->n_permissions; i++) {
        const struct access_entry entry = access_entry_of_type(seat->type, i, job_space);
        TRY(access_entries_add(entries, &entry));
    }
    return status_ok();
}

static struct status row_add_grants(const struct access_row *row, const struct grantee *grantee,
                                    struct access_entries *entries)
{
    const struct str parts[] = { index_kind(grantee->kind), grantee->id };
    struct str *ids;
    size_t count;
    TRY(lookup_ids(row->lookup, INDEX_GRANT_BY_GRANTEE, parts, 2, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(row->lookup, ids[i], &grant));
        if (!lookup_expired(row->lookup, grant->expires_at) &&
            grantees_find(&row->grantees, grant->grantee) != NULL) {
            const struct access_entry entry = access_entry_of(grant);
            TRY(access_entries_add(entries, &entry));
        }
    }
    return status_ok();
}

static struct status row_keep_live(const struct access_row *row, struct access_entries *entries)
{
    size_t kept = 0;
    bool live = false;
    for (size_t i = 0; i < entries->count; i++) {
        bool same = i > 0 && object_eq(entries->items[i].on, entries->items[i - 1].on);
        if (!same) {
            TRY(row_object_is_live(row->lookup, &entries->items[i].on, &live));
        }
        if (live) {
            entries->items[kept++] = entries->items[i];
        }
    }
    entries->count = kept;
    return status_ok();
}

struct status access_row_list(struct access_row *row, struct access_entries *entries)
{
    *entries = (struct access_entries){ .arena = row->lookup->arena };
    const struct grantee *grantee = row->active ? row->grantees.first : NULL;
    for (; grantee != NULL; grantee = grantee->next) {
        if (grantee->kind == GRANTEE_ROLE) {
            TRY(row_add_types(grantee, entries));
        }
        if (!grantees_listed_before(&row->grantees, grantee)) {
            TRY(row_add_grants(row, grantee, entries));
        }
    }
    access_entries_sort(entries);
    return row_keep_live(row, entries);
}
