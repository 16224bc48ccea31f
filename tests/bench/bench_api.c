/* agencyd on an embedded log as its clients feel it: commands that are durable when they are
 * answered, 256 at once, each over a connection of its own; Check over gRPC; and the pages of a
 * list by its path, of 20,000 assets (SCALE=50: a million). Server and client share the machine:
 * read the CPU time as the firm figure. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agency/v1/commands_service.pb-c.h"
#include "agency/v1/query_service.pb-c.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/num.h"
#include "core/pb/message.h"
#include "tests/lib/process_tool.h"
#include "tests/lib/test.h"

enum { CONNECTIONS = 256, COMMANDS = 60000, CHECKS = 200000, ID_SIZE = 32, TEXT_MAX = 65536 };
enum { ASSETS = 20000, PAGE = 100, TOKEN_SIZE = 256 };

struct bench {
    char folder[PROCESS_TOOL_PATH_MAX / 2];
    char data[PROCESS_TOOL_PATH_MAX];
    char agencyctl[PROCESS_TOOL_PATH_MAX];
    struct process_tool server;
    uint16_t port;
    struct clock clock;
    unsigned sent, answered;
    int64_t latencies_us[COMMANDS];
};

struct connection_of_bench {
    int fd;
    int64_t sent_us;
    size_t size; /* of the answer, so far */
    char answer[TEXT_MAX];
};

static struct bench bench;
static struct connection_of_bench connections[CONNECTIONS];

/* ---- the server ---- */

static void in_folder(const char *name, char path[PROCESS_TOOL_PATH_MAX])
{
    snprintf(path, PROCESS_TOOL_PATH_MAX, "%s/%s", bench.folder, name);
}

static void ctl(const char *command, const char *json)
{
    char log[PROCESS_TOOL_PATH_MAX];
    in_folder("ctl.log", log);
    const char *const init[] = { bench.agencyctl, "--data", bench.data, "init", NULL };
    const char *const submit[] = { bench.agencyctl, "--data", bench.data, "--org", "acme",
                                   "submit",        command,  json,       NULL };
    assert_int_equal(process_tool_run(log, command == NULL ? init : submit), 0);
}

static void read_port(const char *log)
{
    char text[TEXT_MAX] = "";
    const char *at = NULL;
    for (int i = 0; i < 200 && at == NULL; i++) {
        usleep(50000);
        FILE *file = fopen(log, "rb");
        size_t size = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
        text[size] = '\0';
        if (file != NULL) {
            fclose(file);
        }
        at = strstr(text, "event=started") == NULL ? NULL : strstr(text, "address=127.0.0.1:");
    }
    assert_non_null(at);
    bench.port = (uint16_t)strtoul(at + strlen("address=127.0.0.1:"), NULL, 10);
}

static void make(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(bench.folder, sizeof bench.folder, "%s/api-XXXXXX", base == NULL ? "/tmp" : base);
    assert_non_null(mkdtemp(bench.folder));
    in_folder("data", bench.data);
    process_tool_find("agencyctl", bench.agencyctl);
    ctl(NULL, NULL);
    ctl("CreateOrg", "{\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"ada\"},\"credential\":{"
                     "\"credentialId\":\"k\",\"kind\":\"CREDENTIAL_KIND_API_KEY\"},"
                     "\"identity\":\"ada\"}");
}

static void start(void)
{
    char program[PROCESS_TOOL_PATH_MAX], log[PROCESS_TOOL_PATH_MAX];
    process_tool_find("agencyd", program);
    in_folder("agencyd.log", log);
    const char *const argv[] = { program,       "--data",      bench.data, "--listen",
                                 "127.0.0.1:0", "--anonymous", "admin",    NULL };
    process_tool_start(&bench.server, log, argv);
    read_port(log);
}

/* ---- commands, by Connect over HTTP/1.1 ---- */

static int open_connection(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(bench.port) };
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* A command of its own. */
static void send_command(struct connection_of_bench *connection)
{
    Agency__V1__SubmitRequest request = AGENCY__V1__SUBMIT_REQUEST__INIT;
    Agency__V1__Command command = AGENCY__V1__COMMAND__INIT;
    Agency__V1__RegisterAsset made = AGENCY__V1__REGISTER_ASSET__INIT;
    Agency__V1__Asset asset = AGENCY__V1__ASSET__INIT;
    char id[ID_SIZE];
    struct buf body = { 0 }, out = { 0 };
    snprintf(id, sizeof id, "a%u", bench.sent++);
    asset.asset_id = command.command_id = id;
    command.org_id = (char *)(uintptr_t) "acme";
    command.payload_case = AGENCY__V1__COMMAND__PAYLOAD_REGISTER_ASSET;
    command.register_asset = &made;
    made.asset = &asset;
    request.what_case = AGENCY__V1__SUBMIT_REQUEST__WHAT_COMMAND;
    request.command = &command;
    pb_pack_buf(&request.base, &body);
    buf_printf(&out,
               "POST /agency.v1.Commands/Submit HTTP/1.1\r\nhost: localhost\r\n"
               "content-type: application/proto\r\ncontent-length: %zu\r\n\r\n",
               body.size);
    buf_append(&out, buf_str(&body));
    connection->sent_us = clock_monotonic_us(&bench.clock);
    connection->size = 0;
    assert_int_equal(write(connection->fd, out.data, out.size), (ssize_t)out.size);
    buf_release(&body);
    buf_release(&out);
}

/* True when the answer is whole; it must be that the command was accepted. */
static bool take_answer(struct connection_of_bench *connection)
{
    ssize_t size = read(connection->fd, connection->answer + connection->size,
                        TEXT_MAX - 1 - connection->size);
    assert_true(size > 0);
    connection->size += (size_t)size;
    connection->answer[connection->size] = '\0';
    const char *end = strstr(connection->answer, "\r\n\r\n");
    const char *length = strstr(connection->answer, "content-length: ");
    if (end == NULL || length == NULL) {
        return false;
    }
    size_t body = strtoul(length + strlen("content-length: "), NULL, 10);
    size_t head = (size_t)(end + 4 - connection->answer);
    if (connection->size < head + body) {
        return false;
    }
    assert_non_null(strstr(connection->answer, "HTTP/1.1 200 "));
    return true;
}

static void serve(struct connection_of_bench *connection)
{
    if (!take_answer(connection)) {
        return;
    }
    bench.latencies_us[bench.answered++] = clock_monotonic_us(&bench.clock) - connection->sent_us;
    if (bench.sent < COMMANDS) {
        send_command(connection);
    }
}

static void run_commands(void)
{
    struct pollfd polls[CONNECTIONS];
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        connections[i].fd = open_connection();
        polls[i] = (struct pollfd){ .fd = connections[i].fd, .events = POLLIN };
    }
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        send_command(&connections[i]);
    }
    while (bench.answered < COMMANDS) {
        assert_true(poll(polls, CONNECTIONS, 10000) > 0);
        for (unsigned i = 0; i < CONNECTIONS; i++) {
            if ((polls[i].revents & POLLIN) != 0) {
                serve(&connections[i]);
            }
        }
    }
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        close(connections[i].fd);
    }
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void measure_commands(void)
{
    double cpu = process_tool_cpu(&bench.server);
    int64_t began_us = clock_monotonic_us(&bench.clock);
    run_commands();
    double seconds = (double)(clock_monotonic_us(&bench.clock) - began_us) / 1e6;
    cpu = process_tool_cpu(&bench.server) - cpu;
    qsort(bench.latencies_us, COMMANDS, sizeof bench.latencies_us[0], by_value);
    printf("Submit, durable, %d connections: %.0f/s, p50 %.1f ms, p99 %.1f ms, %.1f us of CPU "
           "each\n",
           CONNECTIONS, COMMANDS / seconds, (double)bench.latencies_us[COMMANDS / 2] / 1e3,
           (double)bench.latencies_us[COMMANDS / 100 * 99] / 1e3, cpu * 1e6 / COMMANDS);
}

/* ---- checks, by h2load ---- */

static void write_check(const char *path)
{
    Agency__V1__CheckRequest request = AGENCY__V1__CHECK_REQUEST__INIT;
    struct buf out = { 0 };
    char head[5] = { 0 };
    request.org_id = (char *)(uintptr_t) "acme";
    request.subject = (char *)(uintptr_t) "ada";
    request.permission = (char *)(uintptr_t) "CreateGroup";
    request.object = (char *)(uintptr_t) "asset:a7";
    num_put_u32be(head + 1, (uint32_t)pb_packed_size(&request.base));
    buf_append(&out, str_make(head, sizeof head));
    pb_pack_buf(&request.base, &out);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(out.data, 1, out.size, file);
    fclose(file);
    buf_release(&out);
}

/* h2load asks over 8 connections, so many at once over each; each answer is a line of `lines`.
 * Gives what it says at its end. */
static const char *load_checks(const char *at_once, const char *lines)
{
    static char text[TEXT_MAX];
    char log[PROCESS_TOOL_PATH_MAX], body[PROCESS_TOOL_PATH_MAX], url[TEXT_MAX / 8];
    char requests[ID_SIZE], name[ID_SIZE];
    snprintf(name, sizeof name, "h2load-%s", at_once);
    in_folder(name, log);
    in_folder("check", body);
    write_check(body);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/agency.v1.Query/Check", bench.port);
    snprintf(requests, sizeof requests, "%d", CHECKS);
    const char *const argv[] = { "/usr/bin/env",
                                 "h2load",
                                 "-n",
                                 requests,
                                 "-c",
                                 "8",
                                 "-m",
                                 at_once,
                                 url,
                                 "-d",
                                 body,
                                 "-H",
                                 "content-type: application/grpc",
                                 "-H",
                                 "te: trailers",
                                 "--log-file",
                                 lines,
                                 NULL };
    assert_int_equal(process_tool_run(log, argv), 0);
    FILE *file = fopen(log, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(text, " 0 failed, 0 errored"));
    return text;
}

static double checks_rate(const char *said)
{
    const char *finished = strstr(said, "finished in ");
    assert_non_null(finished);
    return strtod(strchr(finished, ',') + 1, NULL);
}

static void measure_checks(void)
{
    double cpu = process_tool_cpu(&bench.server);
    double rate = checks_rate(load_checks("32", "/dev/null"));
    cpu = process_tool_cpu(&bench.server) - cpu;
    printf("Check over gRPC, 8 connections of 32: %.0f/s, %.1f us of CPU each\n", rate,
           cpu * 1e6 / CHECKS);
}

/* About half of what the server can do: each connection waits for its answers. */
static void measure_latency(void)
{
    static int64_t latencies_us[CHECKS];
    char lines[PROCESS_TOOL_PATH_MAX];
    size_t count = 0;
    in_folder("h2load.lines", lines);
    double rate = checks_rate(load_checks("2", lines));
    FILE *file = fopen(lines, "rb");
    assert_non_null(file);
    while (count < CHECKS && fscanf(file, "%*d %*d %" SCNd64, &latencies_us[count]) == 1) {
        count++;
    }
    fclose(file);
    assert_true(count > 0);
    qsort(latencies_us, count, sizeof latencies_us[0], by_value);
    printf("Check over gRPC, 8 connections of 2: %.0f/s, p50 %.2f ms, p99 %.2f ms\n", rate,
           (double)latencies_us[count / 2] / 1e3, (double)latencies_us[count / 100 * 99] / 1e3);
}

/* ---- pages of a list ---- */

static unsigned assets_count(void)
{
    const char *scale = getenv("SCALE");
    return ASSETS * (scale == NULL ? 1 : (unsigned)strtoul(scale, NULL, 10));
}

static void import_assets(void)
{
    char path[PROCESS_TOOL_PATH_MAX], log[PROCESS_TOOL_PATH_MAX];
    in_folder("assets.jsonl", path);
    in_folder("ctl.log", log);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (unsigned i = 0; i < assets_count(); i++) {
        fprintf(file,
                "{\"orgId\":\"acme\",\"commandId\":\"a%u\",\"registerAsset\":{\"asset\":{"
                "\"assetId\":\"a%07u\",\"type\":\"page\",\"name\":\"n%" PRIu64 "\"}}}\n",
                i, i, UINT64_C(7919) * i % 1000003);
    }
    assert_int_equal(fclose(file), 0);
    const char *const argv[] = { bench.agencyctl, "--data", bench.data, "import", path, NULL };
    assert_int_equal(process_tool_run(log, argv), 0);
}

/* Asks for the page that `token` names, and sets it to the next one's; empty: that was the last. */
static void ask_page(struct connection_of_bench *connection, char token[TOKEN_SIZE])
{
    static const char name[] = "\"nextPageToken\":\"";
    char ask[TOKEN_SIZE + 128];
    int size = snprintf(ask, sizeof ask,
                        "GET /v1/orgs/acme/assets?page_size=%d&page_token=%s HTTP/1.1\r\n"
                        "host: localhost\r\n\r\n",
                        PAGE, token);
    connection->size = 0;
    connection->sent_us = clock_monotonic_us(&bench.clock);
    assert_int_equal(write(connection->fd, ask, (size_t)size), size);
    while (!take_answer(connection)) {
    }
    bench.latencies_us[bench.answered++] = clock_monotonic_us(&bench.clock) - connection->sent_us;
    const char *next = strstr(connection->answer, name);
    int length = next == NULL ? 0 : (int)strcspn(next + sizeof name - 1, "\"");
    assert_true(length < TOKEN_SIZE);
    snprintf(token, TOKEN_SIZE, "%.*s", length, next == NULL ? "" : next + sizeof name - 1);
}

/* The most memory that the server has had, in MiB. */
static unsigned long memory_most(void)
{
    char path[64], text[4096] = "";
    snprintf(path, sizeof path, "/proc/%d/status", (int)bench.server.pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fread(text, 1, sizeof text - 1, file);
    fclose(file);
    const char *most = strstr(text, "VmHWM:");
    assert_non_null(most);
    return strtoul(most + strlen("VmHWM:"), NULL, 10) >> 10;
}

static void measure_pages(void)
{
    char token[TOKEN_SIZE] = "";
    unsigned long before = memory_most();
    connections[0].fd = open_connection();
    do {
        ask_page(&connections[0], token);
    } while (token[0] != '\0');
    close(connections[0].fd);
    assert_int_equal(bench.answered, assets_count() / PAGE);
    qsort(bench.latencies_us, bench.answered, sizeof bench.latencies_us[0], by_value);
    printf("%u pages of %d by REST: p50 %.2f ms, p99 %.2f ms; memory %lu MiB before, %lu at most\n",
           bench.answered, PAGE, (double)bench.latencies_us[bench.answered / 2] / 1e3,
           (double)bench.latencies_us[bench.answered / 100 * 99] / 1e3, before, memory_most());
}

TEST(api, pages_of_a_list)
{
    bench = (struct bench){ .clock = clock_real() };
    make();
    import_assets();
    start();
    measure_pages();
    assert_int_equal(process_tool_stop(&bench.server, 15), 0);
}

TEST(api, commands_and_checks)
{
    bench.clock = clock_real();
    make();
    start();
    measure_commands();
    measure_checks();
    measure_latency();
    assert_int_equal(process_tool_stop(&bench.server, 15), 0);
}
