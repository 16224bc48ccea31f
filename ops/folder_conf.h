/* agency.conf of a data folder: who is an operator there. Lines of `name = value`:
 *   operators = admin,night-shift
 *   org-creators = admin
 *   rejections-per-minute = 60
 *   repeats-known-days = 0
 * A data folder without it is not opened: nobody becomes an operator because a file was lost. */
#ifndef OPS_FOLDER_CONF_H
#define OPS_FOLDER_CONF_H

#include "core/base/config.h"

struct folder_conf {
    struct str operators;          /* names with commas; the first commands where nobody is named */
    struct str org_creators;       /* those of them that may create orgs; empty: all; or "none" */
    int64_t rejections_per_minute; /* of one principal that are recorded; 0: all */
    int64_t repeats_known_days;    /* after a command was issued; 0: for ever */
};

/* Reads the file; strings lie in the arena. INVALID_ARGUMENT names the line, or says what names
 * were expected. NOT_FOUND, PERMISSION_DENIED, UNAVAILABLE. */
MUST_USE struct status folder_conf_read(const char *path, struct arena *arena,
                                        struct folder_conf *conf);
/* INVALID_ARGUMENT: a name that no operator can have, none at all, or an org creator that is no
 * operator. */
MUST_USE struct status folder_conf_check(const struct folder_conf *conf);
/* Writes the file with the defaults, unless there is one. */
MUST_USE struct status folder_conf_make(const char *path);

bool folder_conf_is_operator(const struct folder_conf *conf, struct str name);
/* The first operator. */
struct str folder_conf_first(const struct folder_conf *conf);

/* The DecidingConfiguration that says so, packed; lies in the arena. INVALID_ARGUMENT: the names do
 * not fit into an EPOCH. */
MUST_USE struct status folder_conf_deciding(const struct folder_conf *conf, bool commands_trusted,
                                            struct arena *arena, struct str *configuration);

#endif
