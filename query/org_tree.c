/* Down from an org level by level: each level is read at once, so that a partition is turned to
 * once a level. Since an org has one parent that counts, a walk down comes to an org twice only
 * where that stands above itself. What is not below any top is in such a circle, too. */
#include "query/org_tree.h"

#include "query/org_nodes.h"

/* An org that is to be told. */
struct tree_step {
    struct str org_id;
    struct str parent_id; /* empty: it stands at the top */
    uint32_t depth;
};

struct tree_walk {
    struct across *across;
    const struct org_tree_ask *ask;
    struct org_nodes nodes;
    struct org_tree *tree;
    size_t items_room;
    struct tree_step *steps; /* the next one is the last */
    size_t steps_count, steps_room;
};

/* ---- telling ---- */

static struct status tree_tell(struct tree_walk *walk, const struct tree_step *step,
                               const struct org_node *node, Agency__V1__OrgTie tie)
{
    struct org_tree *tree = walk->tree;
    if (walk->ask->depth > 0 && step->depth > walk->ask->depth) {
        return status_ok();
    }
    ARENA_TRY(walk->across->asking->arena, tree->items,
              arena_grow(walk->across->asking->arena, tree->items, tree->count, sizeof *tree->items,
                         &walk->items_room));
    Agency__V1__OrgTreeItem *item = &tree->items[tree->count++];
    agency__v1__org_tree_item__init(item);
    item->org_id = (char *)(uintptr_t)step->org_id.data;
    item->depth = step->depth;
    item->tie = tie;
    item->cycle = node->told && tie != AGENCY__V1__ORG_TIE__ORG_TIE_ACCEPTED;
    if (step->parent_id.size > 0) {
        item->parent_org_id = (char *)(uintptr_t)step->parent_id.data;
    }
    if (node->seen) {
        item->name = (char *)(uintptr_t)node->name.data;
        item->status = node->status;
    }
    return status_ok();
}

/* ---- down ---- */

static struct status tree_push(struct tree_walk *walk, struct tree_step step)
{
    struct arena *arena = walk->across->asking->arena;
    ARENA_TRY(
        arena, walk->steps,
        arena_grow(arena, walk->steps, walk->steps_count, sizeof *walk->steps, &walk->steps_room));
    walk->steps[walk->steps_count++] = step;
    return status_ok();
}

static struct status tree_push_children(struct tree_walk *walk, const struct org_node *node,
                                        uint32_t depth)
{
    for (size_t i = node->accepted.count; i > 0; i--) {
        TRY(tree_push(walk,
                      (struct tree_step){ node->accepted.items[i - 1], node->org_id, depth }));
    }
    return status_ok();
}

/* Not read is what there is not, where all were read; and what lies below the asked depth, which is
 * not told (where all were read it is walked through, so that nobody takes it for a circle). */
static struct status tree_step_down(struct tree_walk *walk, const struct tree_step *step)
{
    struct org_node *node = org_nodes_find(&walk->nodes, step->org_id);
    bool top = step->parent_id.size == 0;
    if (node == NULL) {
        static const struct org_node unread = { .seen = false };
        return walk->ask->all
                   ? tree_tell(walk, step, &unread, AGENCY__V1__ORG_TIE__ORG_TIE_ACCEPTED)
                   : status_ok();
    }
    if (!top && !org_node_counts(node, org_nodes_find(&walk->nodes, step->parent_id))) {
        return walk->ask->all ? tree_tell(walk, step, node, AGENCY__V1__ORG_TIE__ORG_TIE_ACCEPTED)
                              : status_ok();
    }
    TRY(tree_tell(walk, step, node,
                  top ? AGENCY__V1__ORG_TIE__ORG_TIE_UNSPECIFIED
                      : AGENCY__V1__ORG_TIE__ORG_TIE_COUNTS));
    if (node->told) {
        return status_ok();
    }
    node->told = true;
    return tree_push_children(walk, node, step->depth + 1);
}

static struct status tree_down(struct tree_walk *walk, struct tree_step step)
{
    TRY(tree_push(walk, step));
    while (walk->steps_count > 0) {
        step = walk->steps[--walk->steps_count];
        TRY(tree_step_down(walk, &step));
    }
    return status_ok();
}

/* The children of those of a level that are below the level before. */
static struct status tree_next_level(const struct tree_walk *walk, const struct ids *level,
                                     struct ids *next)
{
    for (size_t i = 0; i < level->count; i++) {
        const struct org_node *node = org_nodes_find(&walk->nodes, level->items[i]);
        bool goes_on = str_eq(node->org_id, walk->ask->root) ||
                       org_node_counts(node, org_nodes_find(&walk->nodes, node->claims));
        for (size_t child = 0; goes_on && child < node->accepted.count; child++) {
            if (org_nodes_find(&walk->nodes, node->accepted.items[child]) == NULL) {
                TRY(ids_add(next, node->accepted.items[child]));
            }
        }
    }
    ids_sort(next);
    return status_ok();
}

static struct status tree_read_below(struct tree_walk *walk, struct ids *level)
{
    for (uint32_t depth = 0; level->count > 0; depth++) {
        struct ids next = { .arena = level->arena };
        TRY(org_nodes_read(&walk->nodes, level));
        if (walk->ask->depth > 0 && depth == walk->ask->depth) {
            break;
        }
        TRY(tree_next_level(walk, level, &next));
        *level = next;
    }
    return status_ok();
}

static struct status tree_check_root(const struct tree_walk *walk, const struct org_node **root)
{
    *root = org_nodes_find(&walk->nodes, walk->ask->root);
    return (*root)->seen
               ? status_ok()
               : status_error(STATUS_NOT_FOUND,
                              "expected an org that you may read, but '%.*s' is "
                              "none%s",
                              STR_ARG(walk->ask->root),
                              walk->across->ask.kind == MOMENT_TIME ? " at that moment" : "");
}

static struct status tree_below(struct tree_walk *walk)
{
    struct ids level = { .arena = walk->across->asking->arena };
    const struct org_node *root;
    TRY(ids_add(&level, walk->ask->root));
    TRY(tree_read_below(walk, &level));
    TRY(tree_check_root(walk, &root));
    return tree_down(walk, (struct tree_step){ .org_id = walk->ask->root });
}

/* ---- all ---- */

static struct org_node *tree_node(const struct omap_entry *entry)
{
    return (struct org_node *)(void *)(uintptr_t)entry->value.data;
}

/* A claim that nobody has accepted is told of the top. */
static struct status tree_top(struct tree_walk *walk, const struct org_node *node)
{
    const size_t at = walk->tree->count;
    TRY(tree_down(walk, (struct tree_step){ .org_id = node->org_id }));
    if (walk->ask->all && node->claims.size > 0) {
        walk->tree->items[at].tie = AGENCY__V1__ORG_TIE__ORG_TIE_CLAIMED;
        walk->tree->items[at].parent_org_id = (char *)(uintptr_t)node->claims.data;
    }
    return status_ok();
}

static struct status tree_whole(struct tree_walk *walk)
{
    TRY(org_nodes_read_all(&walk->nodes));
    for (struct omap_entry *entry = omap_lower_bound(&walk->nodes.by_id, STR("")); entry != NULL;
         entry = omap_next(entry)) {
        const struct org_node *node = tree_node(entry);
        if (node->seen && !org_node_counts(node, org_nodes_find(&walk->nodes, node->claims))) {
            TRY(tree_top(walk, node));
        }
    }
    for (struct omap_entry *entry = omap_lower_bound(&walk->nodes.by_id, STR("")); entry != NULL;
         entry = omap_next(entry)) {
        const struct org_node *node = tree_node(entry);
        if (node->seen && !node->told) { /* in a circle */
            TRY(tree_down(walk, (struct tree_step){ node->org_id, node->claims, 0 }));
        }
    }
    return status_ok();
}

/* ---- up ---- */

static struct status tree_read_one(struct tree_walk *walk, struct str org_id)
{
    struct ids one = { .arena = walk->across->asking->arena };
    TRY(ids_add(&one, org_id));
    return org_nodes_read(&walk->nodes, &one);
}

/* Tells an org and gives the one above it that counts; NULL: there is none. */
static struct status tree_step_up(struct tree_walk *walk, struct org_node *node, uint32_t depth,
                                  struct org_node **above)
{
    struct tree_step step = { .org_id = node->org_id, .depth = depth };
    Agency__V1__OrgTie tie = AGENCY__V1__ORG_TIE__ORG_TIE_UNSPECIFIED;
    *above = NULL;
    if (node->claims.size > 0) {
        TRY(tree_read_one(walk, node->claims));
        node = org_nodes_find(&walk->nodes, step.org_id);
        *above = org_nodes_find(&walk->nodes, node->claims);
        bool counts = org_node_counts(node, *above);
        tie = counts           ? AGENCY__V1__ORG_TIE__ORG_TIE_COUNTS
              : walk->ask->all ? AGENCY__V1__ORG_TIE__ORG_TIE_CLAIMED
                               : tie;
        *above = counts ? *above : NULL;
        step.parent_id = counts || walk->ask->all ? node->claims : step.parent_id;
    }
    TRY(tree_tell(walk, &step, node, tie));
    *above = node->told ? NULL : *above;
    node->told = true;
    return status_ok();
}

static struct status tree_above(struct tree_walk *walk)
{
    const struct org_node *root;
    TRY(tree_read_one(walk, walk->ask->root));
    TRY(tree_check_root(walk, &root));
    struct org_node *node = org_nodes_find(&walk->nodes, root->org_id);
    for (uint32_t depth = 0; node != NULL && (walk->ask->depth == 0 || depth <= walk->ask->depth);
         depth++) {
        TRY(tree_step_up(walk, node, depth, &node));
    }
    return status_ok();
}

struct status org_tree(struct across *across, const struct org_tree_ask *ask, struct org_tree *tree)
{
    struct tree_walk walk = { .across = across, .ask = ask, .tree = tree };
    *tree = (struct org_tree){ 0 };
    org_nodes_init(&walk.nodes, across, ORG_TREE_MAX);
    struct status st = ask->root.size == 0 ? tree_whole(&walk)
                       : ask->above        ? tree_above(&walk)
                                           : tree_below(&walk);
    org_nodes_release(&walk.nodes);
    return st;
}
