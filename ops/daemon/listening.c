/* Addresses of this machine alone may be in clear text. Elsewhere whatever a caller shows (a token,
 * an API key) would be read by others on the way, so it takes TLS.
 *
 * The socket is at DIR/api.sock, which its owner alone can open. An address of a Unix socket has
 * 108 bytes and a data folder's path may be longer, so it is reached by a descriptor. */
#include "ops/daemon/listening.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ops/daemon/listen_address.h"
#include "ops/data_dir.h"

enum { LISTENING_SOCKET_SIZE = 64 };

/* ---- who may listen where ---- */

static struct status listening_check_open(const struct listening_options *options,
                                          const struct listen_address *address)
{
    if (address->loopback) {
        return status_ok();
    }
    if (options->trusted->certificate.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected tls-certificate and tls-key to listen on '%s': others could "
                            "read what callers show; or an address of this machine alone, such as "
                            "127.0.0.1",
                            address->host);
    }
    if (!trusted_anybody(options->trusted)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected issuers, client-authorities, operator-keys or api-keys to "
                            "listen on '%s': nobody could say who he is",
                            address->host);
    }
    return options->anonymous
               ? status_error(STATUS_INVALID_ARGUMENT,
                              "expected no anonymous callers where others reach '%s'",
                              address->host)
               : status_ok();
}

static struct status listening_parse(const struct listening_options *options, struct arena *arena,
                                     struct listen_addresses *addresses)
{
    TRY(listen_addresses_parse(options->addresses, arena, addresses));
    for (size_t i = 0; i < addresses->count; i++) {
        TRY(listening_check_open(options, &addresses->items[i]));
    }
    return status_ok();
}

struct status listening_check(const struct listening_options *options, struct arena *arena)
{
    struct listen_addresses addresses;
    return listening_parse(options, arena, &addresses);
}

/* ---- listening ---- */

static void listening_say(const struct listening_options *options,
                          const struct listen_address *address, uint16_t port)
{
    char text[LISTEN_ADDRESS_TEXT_SIZE];
    struct diag_line line = diag_begin(options->diag, DIAG_INFO, "serving");
    diag_str(&line, "address", listen_address_text(address, port, text));
    diag_str(&line, "tls", options->trusted->certificate.size > 0 ? STR("true") : STR("false"));
    diag_end(&line);
}

static struct status listening_at(const struct listening_options *options,
                                  const struct listen_address *address)
{
    uint16_t port;
    const struct trusted *trusted = options->trusted;
    struct rpc_tls tls = { .certificate = trusted->certificate,
                           .key = trusted->key,
                           .client_judge =
                               trusted->anchors != NULL ? options->client_judge : NULL };
    struct rpc_listen listen = { .address = address->host,
                                 .port = address->port,
                                 .tls = trusted->certificate.size > 0 ? &tls : NULL };
    TRY(rpc_server_listen(options->server, &listen, &port));
    listening_say(options, address, port);
    return status_ok();
}

/* Whoever is here holds the folder: a socket that is there is one of who held it before. */
static struct status listening_in_folder(struct listening *listening,
                                         const struct listening_options *options)
{
    char path[LISTENING_SOCKET_SIZE];
    uint16_t none;
    listening->folder = open(options->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (listening->folder < 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to open '%s': %s", options->folder,
                            strerror(errno));
    }
    unlinkat(listening->folder, DATA_DIR_SOCKET, 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d/" DATA_DIR_SOCKET, listening->folder);
    return status_prefix(
        rpc_server_listen(options->server, &(struct rpc_listen){ .unix_path = path }, &none),
        "the socket of the data folder");
}

struct status listening_open(struct listening *listening, const struct listening_options *options,
                             struct arena *arena)
{
    struct listen_addresses addresses;
    listening->folder = -1;
    TRY(listening_parse(options, arena, &addresses));
    TRY(listening_in_folder(listening, options));
    for (size_t i = 0; i < addresses.count; i++) {
        TRY(listening_at(options, &addresses.items[i]));
    }
    return status_ok();
}

void listening_close(struct listening *listening)
{
    if (listening->folder >= 0) {
        unlinkat(listening->folder, DATA_DIR_SOCKET, 0);
        close(listening->folder);
        listening->folder = -1;
    }
}
