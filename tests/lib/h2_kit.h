/* HTTP/2 in frames, for a client in memory (tests/lib/rpc_kit.h). */
#ifndef TESTS_LIB_H2_KIT_H
#define TESTS_LIB_H2_KIT_H

#include "tests/lib/rpc_kit.h"

enum {
    H2_DATA,
    H2_HEADERS,
    H2_PRIORITY,
    H2_RST,
    H2_SETTINGS,
    H2_PUSH,
    H2_PING,
    H2_GOAWAY,
    H2_WINDOW
};
enum { H2_END_STREAM = 1, H2_ACK = 1, H2_END_HEADERS = 4 };

/* A new connection that has begun with the preface and, where it is not 0, a window for streams. */
void h2_connect(struct rpc_kit *kit, uint32_t window);
void h2_send(struct rpc_kit *kit, unsigned type, unsigned flags, uint32_t stream,
             struct str payload);
/* The headers of a gRPC call of test.v1.Library, and with `message` (NULL data: none) that; the
 * stream ends there. */
void h2_call(struct rpc_kit *kit, uint32_t stream, const char *method, struct str message,
             bool ends);
/* How many frames of a type came back for a stream, and the bytes of their payloads. */
size_t h2_count(const struct rpc_kit *kit, unsigned type, uint32_t stream, size_t *bytes);
/* The last value of a header or trailer of a stream; "" when there is none. Valid until the next.
 */
const char *h2_header(const struct rpc_kit *kit, uint32_t stream, const char *name);

#endif
