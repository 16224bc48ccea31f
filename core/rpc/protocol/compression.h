/* Compressed messages: gzip, which every client has, and zstd. The states of the libraries are
 * large, so the loop has one of each, used for one message at a time. */
#ifndef CORE_RPC_PROTOCOL_COMPRESSION_H
#define CORE_RPC_PROTOCOL_COMPRESSION_H

#include "core/base/buf.h"

enum compression { COMPRESSION_IDENTITY, COMPRESSION_GZIP, COMPRESSION_ZSTD };

/* All that we take, for the headers that say so. */
#define COMPRESSION_NAMES "gzip, zstd, identity"

struct compressor {
    void *inflate;
    void *deflate;
    void *expand;
    void *shrink;
};

void compressor_init(struct compressor *compressor);
void compressor_release(struct compressor *compressor);

/* By the name in a header; empty is identity. False for one that we do not have. */
bool compression_find(struct str name, enum compression *compression);
struct str compression_name(enum compression compression);
/* The one to answer with, by what the client takes: the wanted one, if it is there. */
enum compression compression_choose(struct str accepted, enum compression wanted);

/* Appends the bytes expanded. RESOURCE_EXHAUSTED when they are more than `size_max`,
 * INVALID_ARGUMENT when they are not compressed like that. */
MUST_USE struct status compression_expand(struct compressor *compressor,
                                          enum compression compression, struct str bytes,
                                          size_t size_max, struct buf *out);
/* Appends the bytes compressed. */
void compression_shrink(struct compressor *compressor, enum compression compression,
                        struct str bytes, struct buf *out);

#endif
