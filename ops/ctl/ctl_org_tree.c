/* orgs tree, orgs above: which org stands above which, as both of them say. */
#include "ops/ctl/asker.h"
#include "ops/ctl/say.h"

struct org_tree_run {
    struct ctl *ctl;
    bool cycles;
};

/* What is not simply so. */
static const char *org_tree_remark(const Agency__V1__OrgTreeItem *item)
{
    if (item->cycle) {
        return "  (again: it stands above itself)";
    }
    if (item->tie == AGENCY__V1__ORG_TIE__ORG_TIE_ACCEPTED) {
        return "  (accepted, but it does not claim this parent)";
    }
    return "";
}

/* Whether it lives is said of those only that do not. */
static const char *org_tree_status(const Agency__V1__OrgTreeItem *item)
{
    return item->status == AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ARCHIVED ? "  ARCHIVED"
           : item->status == AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ERASED ? "  ERASED"
                                                                             : "";
}

static void org_tree_line(struct ctl *ctl, const Agency__V1__OrgTreeItem *item)
{
    buf_printf(&ctl->out, "%*s%s", 2 * (int)item->depth, "", item->org_id);
    if (item->name[0] != '\0') {
        buf_printf(&ctl->out, "  %s", item->name);
    }
    buf_printf(&ctl->out, "%s", org_tree_status(item));
    if (item->tie == AGENCY__V1__ORG_TIE__ORG_TIE_CLAIMED) {
        buf_printf(&ctl->out, "  (claims %s, which has not accepted it)", item->parent_org_id);
    }
    buf_printf(&ctl->out, "%s\n", org_tree_remark(item));
}

static struct status org_tree_take(void *context, const ProtobufCMessage *message)
{
    struct org_tree_run *run = context;
    const Agency__V1__OrgTreeItem *item = (const Agency__V1__OrgTreeItem *)(const void *)message;
    run->cycles = run->cycles || item->cycle;
    if (run->ctl->options.output == CTL_JSON) {
        return ctl_json(run->ctl, message);
    }
    org_tree_line(run->ctl, item);
    return status_ok();
}

static struct status org_tree_ask(struct ctl *ctl, bool above)
{
    struct org_tree_run run = { .ctl = ctl };
    Agency__V1__ListOrgTreeRequest request = AGENCY__V1__LIST_ORG_TREE_REQUEST__INIT;
    request.root = ctl->argc > 0 ? ctl->argv[0] : (char *)(uintptr_t) "";
    request.above = above;
    request.depth = (uint32_t)ctl->options.depth;
    request.all = ctl->options.all;
    if (ctl->argc > 0 && request.root[0] == '\0') {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an org, but it is empty");
    }
    TRY(asker_once(ctl, "ListOrgTree", &request.base, org_tree_take, &run));
    if (run.cycles && ctl->options.output == CTL_TABLE) {
        say("orgs stand above themselves: one of them has to claim another parent, or to release "
            "its child");
    }
    return status_ok();
}

struct status ctl_org_tree(struct ctl *ctl)
{
    return org_tree_ask(ctl, false);
}

struct status ctl_org_above(struct ctl *ctl)
{
    return org_tree_ask(ctl, true);
}
