#include "ops/daemon/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "core/base/num.h"

enum { LISTEN_PORT_MAX = 65535 };

static bool listen_address_is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    return inet_pton(AF_INET, host, &v4) == 1
               ? ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET
               : inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool listen_address_port(struct str text, uint16_t *port)
{
    uint64_t value = 0;
    bool good = num_get_decimal(text.data, text.size, &value) && value <= LISTEN_PORT_MAX;
    *port = (uint16_t)value;
    return good;
}

static bool listen_address_is_host(const char *host, bool bracketed)
{
    uint8_t address[sizeof(struct in6_addr)];
    return inet_pton(bracketed ? AF_INET6 : AF_INET, host, address) == 1;
}

static struct status listen_address_parse(struct str text, struct arena *arena,
                                          struct listen_address *address)
{
    const char *colon = text.size == 0 ? NULL : memrchr(text.data, ':', text.size);
    size_t size = colon == NULL ? 0 : (size_t)(colon - text.data);
    bool bracketed = size > 2 && text.data[0] == '[' && text.data[size - 1] == ']';
    struct str host = arena_copy(arena, bracketed ? str_make(text.data + 1, size - 2)
                                                  : str_make(text.data, size));
    if (host.data == NULL) {
        return arena_full(arena);
    }
    bool right = colon != NULL && listen_address_is_host(host.data, bracketed) &&
                 listen_address_port(str_from(text, size + 1), &address->port);
    if (!right) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected addresses to listen on as IP:PORT with commas between, such "
                            "as 127.0.0.1:8420 or [::1]:8420, but one is '%.*s'",
                            STR_ARG(text));
    }
    address->host = host.data;
    address->loopback = listen_address_is_loopback(host.data);
    return status_ok();
}

struct status listen_addresses_parse(struct str text, struct arena *arena,
                                     struct listen_addresses *addresses)
{
    addresses->count = 0;
    while (text.size > 0) {
        if (addresses->count == LISTEN_ADDRESSES_MAX) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected at most %d addresses to listen on", LISTEN_ADDRESSES_MAX);
        }
        TRY(listen_address_parse(str_cut(&text, ','), arena, &addresses->items[addresses->count]));
        addresses->count++;
    }
    return status_ok();
}

struct str listen_address_text(const struct listen_address *address, uint16_t port,
                               char text[LISTEN_ADDRESS_TEXT_SIZE])
{
    bool v6 = strchr(address->host, ':') != NULL;
    int size =
        snprintf(text, LISTEN_ADDRESS_TEXT_SIZE, v6 ? "[%s]:%u" : "%s:%u", address->host, port);
    return str_make(text, (size_t)size);
}
