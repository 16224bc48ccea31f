/* Documents in YAML 1.2 (of which JSON is a part), as JSON text and the lines it comes from. Only
 * what has one meaning to everybody is taken: no anchors, aliases, tags or directives, no key
 * twice, no number that is none in JSON; `yes`, `on` and dates are texts. */
#ifndef CORE_YAML_YAML_H
#define CORE_YAML_YAML_H

#include "core/base/arena.h"
#include "core/base/buf.h"

enum {
    /* A file of documents: 1,000 entities of 4 KiB. */
    YAML_SIZE_MAX = 4 << 20,
    /* Levels of lists and maps in each other, as in whatever comes from outside. */
    YAML_DEPTH_MAX = 64,
};

/* A value: of a map, with its key; of a list, or a whole document, without. */
struct yaml_node {
    struct str key;
    size_t parent; /* the number of the node that it stands in; its own: a whole document */
    uint32_t line; /* from 1 on */
    bool is_map;
    bool is_null;
    bool is_text;
    struct str text; /* of a scalar, as it was read */
    struct str json; /* the value; valid as long as the arena */
};

struct yaml {
    struct yaml_node *nodes;
    size_t count;
};

/* Reads all documents of a text. INVALID_ARGUMENT with the line; RESOURCE_EXHAUSTED: it is too
 * large, or the arena's cap. */
MUST_USE struct status yaml_read(struct arena *arena, struct str text, struct yaml *yaml);

/* The value of a key of a map; NULL where it has none. */
const struct yaml_node *yaml_child(const struct yaml *yaml, const struct yaml_node *map,
                                   struct str key);
/* The line of what a path such as "on.kind" or "tags[1]" leads to, as far as it goes. */
uint32_t yaml_line(const struct yaml *yaml, const struct yaml_node *from, struct str path);

/* Appends a JSON text, in which characters that YAML has no place for are written as escapes. */
void yaml_escape(struct str json, struct buf *out);
/* Appends the keys and values of a map as YAML, each on a line that is indented so far. */
void yaml_print(const struct yaml *yaml, const struct yaml_node *map, unsigned indent,
                struct buf *out);

#endif
