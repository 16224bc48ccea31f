/* A server of grpc.testing.TestService and of a page: what h2spec, gRPC's interop clients, grpcurl
 * and h2load are pointed at.
 *
 *     grpc_interop [--tls CERTIFICATE KEY [AUTHORITIES]]
 *
 * Prints its port and serves until SIGTERM. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rpc/server.h"
#include "tests/grpc-interop/service.h"

enum { FILE_SIZE_MAX = 64 * 1024 };

/* Made by cmake/embed.cmake. */
extern const unsigned char interop_descriptors[];
extern const size_t interop_descriptors_size;

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "grpc_interop: %s\n", st.msg);
        exit(1);
    }
}

static struct str read_file(const char *path, char memory[FILE_SIZE_MAX])
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(memory, 1, FILE_SIZE_MAX, file);
    fclose(file);
    return str_make(memory, size);
}

static uint16_t serve(struct rpc_server *server, int argc, char **argv)
{
    static char certificate[FILE_SIZE_MAX], key[FILE_SIZE_MAX], authorities[FILE_SIZE_MAX];
    struct rpc_tls tls = { .client_required = argc > 4 };
    struct rpc_listen listen = { .address = "127.0.0.1" };
    struct rpc_page page = { "/", "text/plain", STR("AgencyGrid\n") };
    uint16_t port;
    if (argc > 3 && strcmp(argv[1], "--tls") == 0) {
        tls.certificate = read_file(argv[2], certificate);
        tls.key = read_file(argv[3], key);
        tls.client_authorities = argc > 4 ? read_file(argv[4], authorities) : (struct str){ 0 };
        listen.tls = &tls;
    }
    check(rpc_server_add(server, &interop_service));
    check(rpc_server_add_page(server, &page));
    check(rpc_server_listen(server, &listen, &port));
    check(rpc_server_start(server));
    return port;
}

int main(int argc, char **argv)
{
    struct rpc_server_options options = {
        .descriptors = str_make(interop_descriptors, interop_descriptors_size),
        .health = true,
    };
    struct rpc_server *server;
    sigset_t stops;
    int got;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    check(rpc_server_open(&options, &server));
    printf("%u\n", serve(server, argc, argv));
    fflush(stdout);
    sigwait(&stops, &got);
    rpc_server_stop(server, 1000);
    rpc_server_close(server);
    return 0;
}
