/* Every org has a head, which says how far it is, and is an entity of its own. An org whose first
 * command was rejected has a head only: it is none. */
#include "query/orgs.h"

#include "core/domain/kernel/fields.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "core/store/key.h"

struct orgs {
    struct store_reader *reader;
    struct arena *arena;
    orgs_take *take;
    void *context;
};

static struct status orgs_entity(const struct orgs *orgs, struct str org_id, Agency__V1__Org **org)
{
    struct buf key = { 0 };
    struct store_row row;
    key_entity(&key, org_id, ENTITY_ORG, org_id);
    struct status st =
        store_get(orgs->reader, orgs->arena, STORE_ENTITY, buf_str(&key), STORE_LATEST, &row);
    if (st.code == STATUS_OK && !row.found) {
        st = status_error(STATUS_DATA_LOSS, "expected org '%.*s', which has decisions",
                          STR_ARG(org_id));
    }
    if (st.code == STATUS_OK) {
        st = pb_unpack(orgs->arena, &agency__v1__org__descriptor, row.value, PB_STORED, org);
    }
    buf_release(&key);
    return st;
}

static struct status orgs_row(const struct orgs *orgs, const struct store_row *row)
{
    struct str rest = str_from(row->key, 1), org_id;
    Agency__V1__OrgHead *head;
    Agency__V1__Org *org;
    Agency__V1__OrgItem item = AGENCY__V1__ORG_ITEM__INIT;
    TRY(key_get_str(&rest, orgs->arena, &org_id));
    TRY(pb_unpack(orgs->arena, &agency__v1__org_head__descriptor, row->value, PB_STORED, &head));
    if (head->org_sequence == 0) {
        return status_ok();
    }
    TRY(orgs_entity(orgs, org_id, &org));
    item.org_id = org->org_id;
    item.name = org->name;
    item.status = org->status;
    item.org_sequence = head->org_sequence;
    item.live = head->live;
    TRY(fields_time_new(orgs->arena, head->occurred_at_us, &item.occurred_at));
    return orgs->take(orgs->context, &item);
}

static struct status orgs_scan(const struct orgs *orgs, const struct store_range *range)
{
    struct store_row row = { .found = true };
    struct store_scan *scan;
    TRY(store_scan_open(orgs->reader, STORE_INDEX_LATEST, range, &scan));
    struct status st = store_scan_next(scan, &row);
    while (st.code == STATUS_OK && row.found) {
        st = orgs_row(orgs, &row);
        if (st.code == STATUS_OK) {
            st = store_scan_next(scan, &row);
        }
    }
    store_scan_close(scan);
    return st;
}

struct status orgs_each(struct store_reader *reader, struct arena *arena, struct str after,
                        orgs_take *take, void *context)
{
    struct orgs orgs = { reader, arena, take, context };
    static const char heads[] = { ROW_HEAD };
    struct buf start = { 0 };
    struct store_range range = { .prefix = str_make(heads, sizeof heads), .as_of = STORE_LATEST };
    if (after.size > 0) {
        key_head(&start, after);
        range.start = buf_str(&start);
        range.after_start = true;
    }
    struct status st = orgs_scan(&orgs, &range);
    buf_release(&start);
    return st.code == STATUS_CANCELLED ? status_ok() : st;
}
