/* Where the API is served: addresses as people write them. */
#ifndef OPS_DAEMON_LISTEN_ADDRESS_H
#define OPS_DAEMON_LISTEN_ADDRESS_H

#include "core/base/arena.h"

enum { LISTEN_ADDRESSES_MAX = 16, LISTEN_ADDRESS_TEXT_SIZE = 64 };

struct listen_address {
    const char *host; /* an IP address, without brackets */
    uint16_t port;    /* 0: any */
    bool loopback;    /* only this machine reaches it */
};

struct listen_addresses {
    struct listen_address items[LISTEN_ADDRESSES_MAX];
    size_t count;
};

/* Reads "127.0.0.1:8420,[::1]:8420"; hosts lie in the arena. INVALID_ARGUMENT. */
MUST_USE struct status listen_addresses_parse(struct str text, struct arena *arena,
                                              struct listen_addresses *addresses);
/* "127.0.0.1:8420" or "[::1]:8420", with the port that it came to; lies in `text`. */
struct str listen_address_text(const struct listen_address *address, uint16_t port,
                               char text[LISTEN_ADDRESS_TEXT_SIZE]);

#endif
