#include "core/model/before.h"

static struct status before_view(struct state_before *port, bool emitted, const struct view **view)
{
    struct before *before = (struct before *)(void *)port;
    const struct str org_id = before->org.view.org_id;
    struct expressions *expressions = before->org.view.expressions;
    layer_reset(&before->kept);
    if (emitted) {
        layer_share(&before->kept, before->scratch);
    }
    org_view_init(&before->org, &before->kept.source, org_id);
    before->org.view.expressions = expressions;
    *view = &before->org.view;
    return status_ok();
}

void before_init(struct before *before, const struct layer *scratch, struct str org_id,
                 struct expressions *expressions)
{
    *before = (struct before){ .port = { before_view }, .scratch = scratch };
    layer_init(&before->kept, scratch->under);
    org_view_init(&before->org, &before->kept.source, org_id);
    before->org.view.expressions = expressions;
}

void before_release(struct before *before)
{
    layer_release(&before->kept);
}
