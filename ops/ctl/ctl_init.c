/* init: a data folder with a log of its own. */
#include "ops/ctl/ctl.h"

struct status ctl_init(struct ctl *ctl)
{
    const struct ctl_options *options = &ctl->options;
    bool copies = options->cluster_key.size > 0;
    TRY(data_dir_make(&ctl->arena, options->data.data, copies ? options->cluster_key.data : NULL));
    buf_printf(&ctl->out, "%s is a data folder now: back up its log/ and its cluster.key%s\n",
               options->data.data,
               copies ? ", by which it recognises whoever the old folder did" : "");
    return status_ok();
}
