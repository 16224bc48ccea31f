/* The server under test of connectrpc/conformance: reads one ServerCompatRequest from its input,
 * serves, answers with the port, and serves until SIGTERM. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "connectrpc/conformance/v1/server_compat.pb-c.h"
#include "core/base/num.h"
#include "core/pb/message.h"
#include "core/rpc/server.h"
#include "tests/connect-conformance/service.h"

enum { REQUEST_SIZE_MAX = 64 * 1024 };

typedef Connectrpc__Conformance__V1__ServerCompatRequest compat_request;
typedef Connectrpc__Conformance__V1__ServerCompatResponse compat_response;

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "connect_conformance: %s\n", st.msg);
        exit(1);
    }
}

static compat_request *read_request(struct arena *arena)
{
    static char bytes[REQUEST_SIZE_MAX];
    unsigned char header[4];
    compat_request *request;
    size_t size =
        fread(header, 1, sizeof header, stdin) == sizeof header ? num_get_u32be(header) : 0;
    if (size > sizeof bytes || fread(bytes, 1, size, stdin) != size) {
        check(status_error(STATUS_INVALID_ARGUMENT, "expected a request on standard input"));
    }
    check(pb_unpack(arena, &connectrpc__conformance__v1__server_compat_request__descriptor,
                    str_make(bytes, size), PB_STORED, &request));
    return request;
}

static void write_response(struct arena *arena, const compat_response *response)
{
    unsigned char header[4];
    struct str bytes;
    check(pb_pack(arena, &response->base, &bytes));
    num_put_u32be(header, (uint32_t)bytes.size);
    fwrite(header, 1, sizeof header, stdout);
    fwrite(bytes.data, 1, bytes.size, stdout);
    fflush(stdout);
}

static struct str text_of(ProtobufCBinaryData bytes)
{
    return str_make(bytes.data, bytes.len);
}

static void listen_as(struct rpc_server *server, const compat_request *request,
                      compat_response *response)
{
    uint16_t port;
    struct rpc_tls tls = { .client_required = request->client_tls_cert.len > 0 };
    struct rpc_listen listen = { .address = "127.0.0.1" };
    if (request->use_tls) {
        tls.certificate = text_of(request->server_creds->cert);
        tls.key = text_of(request->server_creds->key);
        tls.client_authorities = text_of(request->client_tls_cert);
        listen.tls = &tls;
        response->pem_cert = request->server_creds->cert;
    }
    check(rpc_server_listen(server, &listen, &port));
    response->host = (char *)(uintptr_t)listen.address;
    response->port = port;
}

static void serve(struct rpc_server **server)
{
    struct arena arena;
    arena_init(&arena, 16 * REQUEST_SIZE_MAX);
    compat_request *request = read_request(&arena);
    compat_response response = CONNECTRPC__CONFORMANCE__V1__SERVER_COMPAT_RESPONSE__INIT;
    struct rpc_server_options options = { .message_size_max = request->message_receive_limit };
    check(rpc_server_open(&options, server));
    check(rpc_server_add(*server, &conformance_service));
    listen_as(*server, request, &response);
    check(rpc_server_start(*server));
    write_response(&arena, &response);
    arena_release(&arena);
}

int main(void)
{
    struct rpc_server *server;
    sigset_t stops;
    int got;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    serve(&server);
    sigwait(&stops, &got);
    rpc_server_close(server);
    return 0;
}
