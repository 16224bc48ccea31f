/* What a client may ask of a connection, with the reasons. Every one of them is enforced here or by
 * nghttp2, whatever a handler does; tests/flood tries each. Sizes are bytes. */
#ifndef CORE_RPC_LIMITS_H
#define CORE_RPC_LIMITS_H

#include <assert.h>

enum {
    /* Names, values and 32 for each, as HTTP/2 counts them: what other servers allow. nghttp2 does
     * not enforce what it announces. */
    RPC_HEADERS_SIZE_MAX = 16 * 1024,
    RPC_HEADERS_MAX = 128,
    /* What a call may send of its own: twice that, in one arena with the request's. */
    RPC_EXCHANGE_MEMORY_MAX = 128 * 1024,
    /* Streams at once in a connection; a reset one counts until its handler has finished. */
    RPC_STREAMS_MAX = 128,
    /* Calls of all connections that their handlers have not finished, gone clients' too: who leaves
     * and comes again gets no more of them. */
    RPC_CALLS_MAX = 64 * 1024,
    /* Upload that a handler need not have taken yet: per stream, and per connection. */
    RPC_STREAM_WINDOW = 256 * 1024,
    RPC_CONNECTION_WINDOW = 1024 * 1024,
    /* Output that waits for the socket; more stays in the queues of the streams. */
    RPC_OUTPUT_MAX = 256 * 1024,
    /* A stream's queue: below the first a handler is asked for more; above the second, which leaves
     * room for a message of the largest size, a handler that asked for nothing has failed. */
    RPC_QUEUE_LOW = 64 * 1024,
    RPC_QUEUE_MAX = 16 * 1024 * 1024,
    /* A message, decompressed. Options may lower or raise it up to the second. */
    RPC_MESSAGE_SIZE_DEFAULT = 4 * 1024 * 1024,
    RPC_MESSAGE_SIZE_MAX = 8 * 1024 * 1024,
    /* Messages that are not whole yet, of all connections. */
    RPC_BUFFERED_MAX = 256 * 1024 * 1024,
    /* A decoded message takes at most so many times its size: repeated empty messages of five bytes
     * take 370 times theirs. */
    RPC_DECODED_FACTOR = 8,
    RPC_DECODED_MIN = 64 * 1024,
    /* An answer of our own, decoded to be written as JSON: whoever made it has bounded it. */
    RPC_ANSWER_MEMORY_MAX = 256 * 1024 * 1024,

    /* Resets, by the client and provoked by it: well-behaved clients cancel a lot, in bursts. */
    RPC_RESETS_BURST = 1000,
    RPC_RESETS_PER_SECOND = 200,
    /* Frames that are only about the connection. */
    RPC_CONTROL_BURST = 100,
    RPC_CONTROL_PER_SECOND = 10,
    /* Pings without anything sent to them since, nearer together than RPC_PING_SECONDS_MIN. */
    RPC_PING_STRIKES_MAX = 4,
    RPC_PING_SECONDS_MIN = 5,
    /* DATA frames without payload, in one stream. */
    RPC_EMPTY_FRAMES_MAX = 100,

    /* How long a client may take, in seconds: for the TLS handshake, its first request, a request's
     * headers; to take any of what is written; between bytes of a request of one message; with
     * nothing under way. */
    RPC_HANDSHAKE_SECONDS = 10,
    RPC_PREFACE_SECONDS = 5,
    RPC_HEADERS_SECONDS = 10,
    RPC_WRITE_SECONDS = 30,
    RPC_BODY_SECONDS = 30,
    RPC_IDLE_SECONDS = 300,

    /* A position in a stream of events; a longer one is left out. */
    RPC_EVENT_ID_MAX = 128,

    RPC_CONNECTIONS_DEFAULT = 16 * 1024,
    /* Handshakes cost a thousand times a request. */
    RPC_HANDSHAKES_MAX = 256,
    /* Jobs from other threads that wait for the loop. */
    RPC_POSTS_MAX = 64 * 1024,
    RPC_SERVICES_MAX = 64,
    RPC_PAGES_MAX = 64,
    RPC_ROUTES_MAX = 4096,
};

static_assert(RPC_MESSAGE_SIZE_DEFAULT <= RPC_MESSAGE_SIZE_MAX, "the default is allowed");
static_assert(RPC_QUEUE_MAX >= 2 * RPC_MESSAGE_SIZE_MAX, "a queue holds a message of any size");
static_assert(RPC_EXCHANGE_MEMORY_MAX >= 4 * RPC_HEADERS_SIZE_MAX, "headers fit in twice over");

#define RPC_SECOND_US INT64_C(1000000)

#endif
