/* Paths of JSON over HTTP by google.api.http's templates:
 *
 *     /v1/orgs/{org}/roles/{role}:assign      /v1/{name=shelves/X}     /v1/files/{path=**}
 *
 * (X: one star). A segment is a literal, '*' (any one) or '**' (any number, only the last);
 * {a.b=...} binds what its part matches to a field, or to what the route's binds say; {a}~{b} are
 * parts of one segment, which may be empty; what follows the last ':' is a custom verb. */
#ifndef CORE_RPC_PROTOCOL_REST_PATH_H
#define CORE_RPC_PROTOCOL_REST_PATH_H

#include "core/base/arena.h"
#include "core/rpc/service.h"

struct rpc_entry;

enum { REST_SEGMENTS_MAX = 32, REST_VARIABLES_MAX = 8 };

struct rest_variable {
    struct str name; /* "org", "role.name" */
    size_t first;    /* its segments */
    size_t count;
    size_t part; /* which of those of its segment, joined by '~' */
    size_t parts;
};

struct rpc_path {
    const struct rpc_entry *entry;
    struct str method;                      /* "GET" */
    struct str body;                        /* the field; empty: all; NULL data: none */
    struct str verb;                        /* "assign"; empty: none */
    struct str segments[REST_SEGMENTS_MAX]; /* "*" and "**" as they are */
    size_t segments_count;
    size_t literals; /* of the segments: of two that match, the one with more is meant */
    bool open;       /* the last is "**" */
    struct rest_variable variables[REST_VARIABLES_MAX];
    size_t variables_count;
    const struct rpc_bind *binds;
    size_t binds_count; /* 0: names are fields */
};

/* A request's path, cut. */
struct rest_target {
    struct str segments[REST_SEGMENTS_MAX]; /* still encoded; the last with its verb */
    size_t count;
};

/* INVALID_ARGUMENT for what is no template, or binds what is no field of the entry's input. Borrows
 * the strings of `route`. */
MUST_USE struct status rest_path_new(struct arena *arena, const struct rpc_route *route,
                                     const struct rpc_entry *entry, struct rpc_path **path);
/* False for a path that cannot match anything. */
bool rest_target_cut(struct str path, struct rest_target *target);
/* Whether it matches, whatever the method. */
bool rest_path_matches(const struct rpc_path *path, const struct rest_target *target);
/* What a variable is bound to, decoded; NULL data for a broken escape or a part that is missing. */
struct str rest_path_value(const struct rpc_path *path, const struct rest_target *target,
                           const struct rest_variable *variable, struct arena *arena);

#endif
