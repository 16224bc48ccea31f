/* The verbs of agencyctl: what help, completion and the call itself have of them. */
#ifndef OPS_CTL_VERB_H
#define OPS_CTL_VERB_H

#include "ops/ctl/ctl.h"

struct verb {
    const char *name;
    const char *usage;
    const char *help;
    ctl_verb *run;
    int args_min;
    int args_max;
    bool writes;         /* commands: for the data folder's owner alone */
    bool alone;          /* needs no data folder */
    bool remote;         /* also over a server */
    const char *options; /* that it uses, beside those that all do */
};

extern const struct verb ctl_verbs[];
extern const int ctl_verbs_count;

/* Whether the verb uses an option; without the dashes. */
bool verb_uses(const struct verb *verb, const char *option);

#endif
