/* A google.protobuf.FileDescriptorSet, found by file, symbol and extension: what reflection shows.
 * Read once, then constant. */
#ifndef CORE_RPC_DESCRIPTORS_H
#define CORE_RPC_DESCRIPTORS_H

#include "core/base/arena.h"
#include "core/base/hmap.h"

struct descriptors_file {
    struct str name;
    struct str bytes; /* of the FileDescriptorProto */
    size_t index;
};

struct descriptors {
    struct arena arena;
    struct descriptors_file *files;
    size_t files_count;
    struct hmap by_name;      /* struct descriptors_file */
    struct hmap by_symbol;    /* "agency.v1.Role" */
    struct hmap by_extension; /* "agency.v1.Role 1000" */
};

/* Borrows `set`. DATA_LOSS for bytes that are none; an empty set is fine. */
MUST_USE struct status descriptors_open(struct descriptors *descriptors, struct str set);
void descriptors_release(struct descriptors *descriptors);

/* NULL when there is none. */
const struct descriptors_file *descriptors_by_name(const struct descriptors *descriptors,
                                                   struct str name);
const struct descriptors_file *descriptors_by_symbol(const struct descriptors *descriptors,
                                                     struct str symbol);
const struct descriptors_file *descriptors_by_extension(const struct descriptors *descriptors,
                                                        struct str type, int32_t number);
/* The next number by which a type is extended, from place `at` (first 0); false behind the last. */
bool descriptors_next_extension(const struct descriptors *descriptors, struct str type, size_t *at,
                                int32_t *number);
/* Calls `take` with the file and all that it imports, each once, what is imported first. */
void descriptors_with_imports(const struct descriptors *descriptors,
                              const struct descriptors_file *file,
                              void (*take)(void *context, const struct descriptors_file *file),
                              void *context);

#endif
