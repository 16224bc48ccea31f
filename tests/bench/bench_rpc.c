/* A unary call of gRPC beside a static file of nghttpd, in one run: requests per second and CPU
 * time per request, in clear text and in TLS; and the memory of an idle connection. The server has
 * one core and h2load the other, so read the CPU time as the firm figure. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/num.h"
#include "core/base/str.h"
#include "tests/lib/process_tool.h"
#include "tests/lib/test.h"

enum { RUNS = 5, REQUESTS = 200000, IDLE = 1000, TEXT_MAX = 4096, PORT_SIZE = 16 };

struct side {
    struct process_tool process;
    char port[PORT_SIZE];
    const char *path;
    double per_second[RUNS];
    double cpu_us[RUNS];
};

static char folder[PROCESS_TOOL_PATH_MAX / 2];

static void in_folder(const char *name, char path[PROCESS_TOOL_PATH_MAX])
{
    snprintf(path, PROCESS_TOOL_PATH_MAX, "%s/%s", folder, name);
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    char path[PROCESS_TOOL_PATH_MAX];
    in_folder(name, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(bytes, 1, size, file);
    fclose(file);
}

static void read_file(const char *path, char text[TEXT_MAX])
{
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(text, 1, TEXT_MAX - 1, file);
    text[size] = '\0';
    if (file != NULL) {
        fclose(file);
    }
}

/* SimpleRequest{payload = 60 zeros, response_size = 60} in its envelope; a page of 73 bytes. */
static void make_files(void)
{
    static const char message[] = "\x10\x3c\x1a\x3e\x12\x3c";
    char body[5 + sizeof message - 1 + 60] = { 0 }, page[73];
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/rpc-XXXXXX", base == NULL ? "/tmp" : base);
    assert_non_null(mkdtemp(folder));
    num_put_u32be(body + 1, sizeof body - 5);
    memcpy(body + 5, message, sizeof message - 1);
    memset(page, 'x', sizeof page);
    write_file("body", body, sizeof body);
    write_file("page", page, sizeof page);
}

static void make_certificate(char key[PROCESS_TOOL_PATH_MAX],
                             char certificate[PROCESS_TOOL_PATH_MAX])
{
    char log[PROCESS_TOOL_PATH_MAX];
    in_folder("key", key);
    in_folder("certificate", certificate);
    in_folder("openssl", log);
    const char *const argv[] = { "/usr/bin/env",
                                 "openssl",
                                 "req",
                                 "-x509",
                                 "-newkey",
                                 "ec",
                                 "-pkeyopt",
                                 "ec_paramgen_curve:prime256v1",
                                 "-nodes",
                                 "-keyout",
                                 key,
                                 "-out",
                                 certificate,
                                 "-subj",
                                 "/CN=localhost",
                                 NULL };
    assert_int_equal(process_tool_run(log, argv), 0);
}

static void start_ours(struct side *side, const char *key, const char *certificate)
{
    char program[PROCESS_TOOL_PATH_MAX], log[PROCESS_TOOL_PATH_MAX], text[TEXT_MAX] = "";
    process_tool_find("tests/grpc_interop", program);
    in_folder(key == NULL ? "ours" : "ours-tls", log);
    const char *const argv[] = {
        "/usr/bin/env", "taskset", "-c", "0", program, key == NULL ? NULL : "--tls",
        certificate,    key,       NULL
    };
    process_tool_start(&side->process, log, argv);
    for (int i = 0; i < 100 && strchr(text, '\n') == NULL; i++) {
        usleep(50000);
        read_file(log, text);
    }
    snprintf(side->port, sizeof side->port, "%u", (unsigned)strtoul(text, NULL, 10));
    side->path = "grpc.testing.TestService/UnaryCall";
}

/* A port that was free a moment ago. */
static void free_port(char port[PORT_SIZE])
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    close(fd);
    snprintf(port, PORT_SIZE, "%u", ntohs(address.sin_port));
}

static void start_nghttpd(struct side *side, const char *key, const char *certificate)
{
    char log[PROCESS_TOOL_PATH_MAX];
    in_folder(key == NULL ? "nghttpd" : "nghttpd-tls", log);
    free_port(side->port);
    const char *const clear[] = { "/usr/bin/env", "taskset",   "-c", "0",    "nghttpd",  "--no-tls",
                                  "-a",           "127.0.0.1", "-d", folder, side->port, NULL };
    const char *const tls[] = {
        "/usr/bin/env", "taskset", "-c",       "0", "nghttpd",   "-a", "127.0.0.1",
        "-d",           folder,    side->port, key, certificate, NULL
    };
    process_tool_start(&side->process, log, key == NULL ? clear : tls);
    side->path = "page";
    sleep(1);
}

/* "finished in 1.00s, 12345.67 req/s, ..." */
static double load(struct side *side, bool tls)
{
    char log[PROCESS_TOOL_PATH_MAX], body[PROCESS_TOOL_PATH_MAX], url[PROCESS_TOOL_PATH_MAX];
    char requests[PORT_SIZE], text[TEXT_MAX];
    bool grpc = side->path[0] == 'g';
    in_folder("h2load", log);
    in_folder("body", body);
    unlink(log);
    snprintf(url, sizeof url, "%s://127.0.0.1:%s/%s", tls ? "https" : "http", side->port,
             side->path);
    snprintf(requests, sizeof requests, "%d", REQUESTS);
    const char *const argv[] = { "/usr/bin/env",
                                 "taskset",
                                 "-c",
                                 "1",
                                 "h2load",
                                 "-n",
                                 requests,
                                 "-c",
                                 "8",
                                 "-m",
                                 "32",
                                 url,
                                 grpc ? "-d" : NULL,
                                 body,
                                 "-H",
                                 "content-type: application/grpc",
                                 "-H",
                                 "te: trailers",
                                 NULL };
    assert_int_equal(process_tool_run(log, argv), 0);
    read_file(log, text);
    assert_non_null(strstr(text, " 0 failed, 0 errored"));
    const char *finished = strstr(text, "finished in ");
    assert_non_null(finished);
    return strtod(strchr(finished, ',') + 1, NULL);
}

static void run(struct side *side, bool tls, int at)
{
    double before = process_tool_cpu(&side->process);
    side->per_second[at] = load(side, tls);
    side->cpu_us[at] = (process_tool_cpu(&side->process) - before) * 1e6 / REQUESTS;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double values[RUNS])
{
    qsort(values, RUNS, sizeof values[0], by_value);
    return values[RUNS / 2];
}

static void compare(const char *name, struct side *ours, struct side *theirs, bool tls)
{
    for (int i = 0; i < RUNS; i++) {
        run(theirs, tls, i);
        run(ours, tls, i);
    }
    double fast = median(ours->per_second), mark = median(theirs->per_second);
    double cost = median(ours->cpu_us), least = median(theirs->cpu_us);
    printf("%s: gRPC %.0f/s, nghttpd %.0f/s: %.2f of it (at least 0.65); "
           "CPU per request %.2f us, %.2f us: %.2f of it (at most 1.60)\n",
           name, fast, mark, fast / mark, cost, least, cost / least);
}

static long memory_kib(const struct side *side)
{
    char path[64], text[TEXT_MAX];
    snprintf(path, sizeof path, "/proc/%d/status", (int)side->process.pid);
    read_file(path, text);
    const char *rss = strstr(text, "VmRSS:");
    return rss == NULL ? 0 : strtol(rss + 6, NULL, 10);
}

static const char ask[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
                          "\0\0\x03\1\5\0\0\0\1\x82\x84\x86";

static int connect_to(const struct side *side)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    address.sin_port = htons((uint16_t)strtoul(side->port, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Asks for the page, in clear text or, with a context, in TLS. */
static SSL *ask_page(int fd, SSL_CTX *context)
{
    char text[TEXT_MAX];
    if (context == NULL) {
        assert_int_equal(write(fd, ask, sizeof ask - 1), sizeof ask - 1);
        assert_true(read(fd, text, sizeof text) > 0);
        return NULL;
    }
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_alpn_protos(ssl, (const unsigned char *)"\x02h2", 3);
    assert_int_equal(SSL_connect(ssl), 1);
    assert_int_equal(SSL_write(ssl, ask, sizeof ask - 1), sizeof ask - 1);
    assert_true(SSL_read(ssl, text, sizeof text) > 0);
    return ssl;
}

/* Connections that have asked for the page once, and then stay. */
static void idle(const struct side *side, bool tls)
{
    static int sockets[IDLE];
    static SSL *sessions[IDLE];
    SSL_CTX *context = tls ? SSL_CTX_new(TLS_client_method()) : NULL;
    long before = memory_kib(side);
    for (int i = 0; i < IDLE; i++) {
        sockets[i] = connect_to(side);
        sessions[i] = ask_page(sockets[i], context);
    }
    printf("idle connection in %s: %.1f KiB (at most %d)\n", tls ? "TLS" : "clear text",
           (double)(memory_kib(side) - before) / IDLE, tls ? 40 : 20);
    for (int i = 0; i < IDLE; i++) {
        SSL_free(sessions[i]);
        close(sockets[i]);
    }
    SSL_CTX_free(context);
}

TEST(rpc, beside_nghttpd)
{
    struct side ours = { 0 }, theirs = { 0 };
    char key[PROCESS_TOOL_PATH_MAX], certificate[PROCESS_TOOL_PATH_MAX];
    make_files();
    start_ours(&ours, NULL, NULL);
    start_nghttpd(&theirs, NULL, NULL);
    idle(&ours, false);
    compare("h2c", &ours, &theirs, false);
    assert_int_equal(process_tool_stop(&ours.process, 10), 0);
    process_tool_kill(&theirs.process);
    make_certificate(key, certificate);
    start_ours(&ours, key, certificate);
    start_nghttpd(&theirs, key, certificate);
    idle(&ours, true);
    compare("TLS", &ours, &theirs, true);
    assert_int_equal(process_tool_stop(&ours.process, 10), 0);
    process_tool_kill(&theirs.process);
}
