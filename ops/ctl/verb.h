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

/* What says who calls a server; all about a server; all that a context can keep beside what every
 * verb takes (data, org, output): who and where one is, never what is done. */
#define CALLER_OPTIONS "token-file key-file authorities certificate certificate-key"
#define SERVER_OPTIONS "server " CALLER_OPTIONS
#define CONTEXT_OPTIONS SERVER_OPTIONS " principal-file key"

/* Whether an option, without its dashes, is one of such words. */
bool verb_names(const char *options, const char *option);
/* Whether the verb uses an option. */
bool verb_uses(const struct verb *verb, const char *option);

#endif
