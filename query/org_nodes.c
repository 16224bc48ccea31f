#include "query/org_nodes.h"

#include <stdlib.h>

#include "core/base/murmur2.h"
#include "core/model/list.h"

void org_nodes_init(struct org_nodes *nodes, struct across *across, size_t max)
{
    *nodes = (struct org_nodes){ .across = across, .max = max };
    omap_init(&nodes->by_id);
}

void org_nodes_release(struct org_nodes *nodes)
{
    omap_release(&nodes->by_id);
}

struct org_node *org_nodes_find(const struct org_nodes *nodes, struct str org_id)
{
    const struct omap_entry *entry = omap_find(&nodes->by_id, org_id);
    return entry == NULL ? NULL : (struct org_node *)(void *)(uintptr_t)entry->value.data;
}

bool org_node_counts(const struct org_node *child, const struct org_node *parent)
{
    return child != NULL && parent != NULL && child->seen && parent->seen &&
           str_eq(child->claims, parent->org_id) && ids_have(&parent->accepted, child->org_id);
}

/* ---- one ---- */

static struct status org_node_children(struct org_nodes *nodes, struct org_node *node)
{
    struct across *across = nodes->across;
    struct list_request request = { .org_id = node->org_id,
                                    .kind = ENTITY_ORG_CHILD,
                                    .moment = across->org.moment,
                                    .page_size = LIST_PAGE_MAX };
    struct list_page page;
    do {
        TRY(list_page(across->reader, &across->arena, &request, &page));
        for (size_t i = 0; i < page.count; i++) {
            const Agency__V1__OrgChild *child =
                (const Agency__V1__OrgChild *)(const void *)page.items[i];
            struct str id = arena_copy(across->asking->arena, str_z(child->child_org_id));
            if (id.data == NULL) {
                return arena_full(across->asking->arena);
            }
            TRY(ids_add(&node->accepted, id));
        }
        request.after = page.end;
    } while (page.end.size > 0 && node->accepted.count <= nodes->max);
    ids_sort(&node->accepted);
    return status_ok();
}

static struct status org_node_fill(struct org_nodes *nodes, const Agency__V1__Org *org,
                                   struct org_node *node)
{
    struct arena *arena = nodes->across->asking->arena;
    node->seen = true;
    node->status = org->status;
    node->name = arena_copy(arena, str_z(org->name));
    node->claims = arena_copy(arena, str_z(org->parent_org_id));
    return node->name.data == NULL || node->claims.data == NULL ? arena_full(arena)
                                                                : org_node_children(nodes, node);
}

static struct status org_nodes_add(struct org_nodes *nodes, struct str org_id)
{
    struct org_node node = { .org_id = org_id,
                             .accepted = { .arena = nodes->across->asking->arena } };
    const Agency__V1__Org *org;
    bool may = false;
    if (nodes->by_id.count == nodes->max) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected at most %zu orgs in a tree: name one to begin at, or fewer "
                            "levels",
                            nodes->max);
    }
    TRY(across_org(nodes->across, org_id, &org));
    if (org != NULL) {
        TRY(across_may(nodes->across, &may));
    }
    if (may) {
        TRY(org_node_fill(nodes, org, &node));
    }
    omap_put(&nodes->by_id, org_id, str_make(&node, sizeof node), NULL);
    return status_ok();
}

/* ---- several ---- */

struct org_wanted {
    uint32_t partition;
    struct str org_id;
};

static int org_wanted_compare(const void *a, const void *b)
{
    const struct org_wanted *left = a, *right = b;
    return left->partition != right->partition ? (left->partition > right->partition ? 1 : -1)
                                               : str_cmp(left->org_id, right->org_id);
}

struct status org_nodes_read(struct org_nodes *nodes, const struct ids *ids)
{
    struct asking *asking = nodes->across->asking;
    struct org_wanted *wanted;
    ARENA_TRY(asking->arena, wanted, arena_alloc(asking->arena, (ids->count + 1) * sizeof *wanted));
    for (size_t i = 0; i < ids->count; i++) {
        wanted[i] = (struct org_wanted){
            murmur2_partition(ids->items[i], asking->where->stores->partitions_count), ids->items[i]
        };
    }
    if (ids->count > 1) {
        qsort(wanted, ids->count, sizeof *wanted, org_wanted_compare);
    }
    for (size_t i = 0; i < ids->count; i++) {
        if (i == 0 || wanted[i].partition != wanted[i - 1].partition) {
            TRY(across_turn_to(nodes->across, wanted[i].partition));
        }
        if (org_nodes_find(nodes, wanted[i].org_id) == NULL) {
            TRY(org_nodes_add(nodes, wanted[i].org_id));
        }
    }
    return status_ok();
}

static struct status org_nodes_take(void *context, struct str org_id)
{
    return org_nodes_add(context, org_id);
}

struct status org_nodes_read_all(struct org_nodes *nodes)
{
    const struct stores *stores = nodes->across->asking->where->stores;
    for (uint32_t partition = 0; partition < stores->partitions_count; partition++) {
        TRY(across_turn_to(nodes->across, partition));
        TRY(across_each(nodes->across, STR(""), org_nodes_take, nodes));
    }
    return status_ok();
}
