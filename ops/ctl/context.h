/* What stands for options that are not on the command line: variables AGENCYCTL_ORG and so on, and
 * below them the saved context, a file of `name = value`: that of AGENCYCTL_CONFIG, else
 * agencyctl.conf in XDG_CONFIG_HOME or ~/.config. */
#ifndef OPS_CTL_CONTEXT_H
#define OPS_CTL_CONTEXT_H

#include "ops/ctl/ctl.h"

/* Reads file, environment and arguments, each above the one before; what is left of the arguments
 * is as config_read_args leaves it. ctl->sources says what came from where. INVALID_ARGUMENT;
 * UNAVAILABLE, PERMISSION_DENIED: the file cannot be read. */
MUST_USE struct status context_read(struct ctl *ctl, int *argc, char **argv);

/* The file's path, in the arena; empty where there is neither HOME nor a variable that names it. */
MUST_USE struct status context_path(struct arena *arena, struct str *path);

/* Whether an option is among those given: one of ctl->sources. */
bool context_given(uint64_t given, const char *name);

/* Whether an option can be saved: who and where one is, never what is done. */
bool context_keeps(const char *option);

#endif
