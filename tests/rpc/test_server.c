/* A server with its thread, over sockets. */
#include "core/rpc/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/library.h"
#include "tests/lib/test.h"

enum { ANSWER_MAX = 4096, CALLS = 100 };

static struct rpc_server *server;
static struct library library;

static uint16_t begin(void)
{
    struct rpc_server_options options = { .health = true };
    struct rpc_listen listen = { .address = "127.0.0.1" };
    uint16_t port;
    library = (struct library){ 0 };
    struct rpc_service service = library_service(&library);
    assert_ok(rpc_server_open(&options, &server));
    assert_ok(rpc_server_add(server, &service));
    for (size_t i = 0; i < library_routes_count; i++) {
        assert_ok(rpc_server_add_route(server, &library_routes[i]));
    }
    assert_ok(rpc_server_listen(server, &listen, &port));
    assert_ok(rpc_server_start(server));
    return port;
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void get(int fd, const char *path)
{
    dprintf(fd, "GET %s HTTP/1.1\r\nHost: library\r\n\r\n", path);
}

/* Reads until a part has come; false when the connection ends before. */
static bool answers(int fd, const char *part)
{
    char text[ANSWER_MAX] = "";
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size + 1 < sizeof text && strstr(text, part) == NULL) {
        got = read(fd, text + size, sizeof text - 1 - size);
        size += got > 0 ? (size_t)got : 0;
        text[size] = '\0';
    }
    return strstr(text, part) != NULL;
}

/* A worker: waits until the call is held, then comes back to finish it. */
static void finish_held(void *argument)
{
    struct library *of = argument;
    if (of->held != NULL) {
        library_send_book(of->held, "held", "b");
        rpc_call_finish_ok(of->held);
        of->held = NULL;
    }
}

static void *work(void *argument)
{
    for (int i = 0; i < CALLS * 10; i++) {
        rpc_server_post(server, finish_held, argument);
        usleep(100);
    }
    return NULL;
}

TEST(server, another_thread_finishes_calls)
{
    pthread_t thread;
    int fd = connect_to(begin());
    pthread_create(&thread, NULL, work, &library);
    for (int i = 0; i < CALLS; i++) {
        get(fd, "/v1/shelves/held/books/b");
        assert_true(answers(fd, "{\"name\":\"shelves/held/books/b\""));
    }
    pthread_join(thread, NULL);
    close(fd);
    rpc_server_close(server);
}

TEST(server, stopping_ends_what_waits)
{
    uint16_t port = begin();
    int held = connect_to(port), watch = connect_to(port);
    get(held, "/v1/shelves/held/books/b");
    get(watch, "/v1/shelves/open/books:watch");
    assert_true(answers(watch, "id: 1"));
    rpc_server_stop(server, 200);
    assert_true(answers(watch, "\"code\":14"));
    assert_false(answers(held, "HTTP"));
    assert_int_equal(library.cancelled, 1);
    close(held);
    close(watch);
    rpc_server_close(server);
}

TEST(server, answers_a_client_that_has_closed_its_side)
{
    int fd = connect_to(begin());
    get(fd, "/v1/shelves/s/books/b");
    shutdown(fd, SHUT_WR);
    assert_true(answers(fd, "{\"name\":\"shelves/s/books/b\""));
    close(fd);
    rpc_server_close(server);
}

static bool serves(int fd)
{
    static const char check[] = "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: "
                                "x\r\nContent-Type: application/json\r\n"
                                "Content-Length: 31\r\n\r\n{\"service\" : \"test.v1.Library\"}";
    char text[ANSWER_MAX];
    assert_int_equal(write(fd, check, sizeof check - 1), sizeof check - 1);
    ssize_t got = read(fd, text, sizeof text - 1);
    assert_true(got > 0);
    text[got] = '\0';
    assert_non_null(strstr(text, "SERVING"));
    return strstr(text, "NOT_SERVING") == NULL;
}

TEST(server, says_whether_it_serves)
{
    int fd = connect_to(begin());
    assert_true(serves(fd));
    rpc_server_set_serving(server, "test.v1.Library", false);
    while (serves(fd)) { /* it is told by another thread, so a question may be faster */
    }
    rpc_server_set_serving(server, "test.v1.Library", true);
    while (!serves(fd)) {
    }
    close(fd);
    rpc_server_close(server);
}

TEST(server, listens_on_a_path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct rpc_listen listen = { .unix_path = address.sun_path };
    struct rpc_service service = library_service(&library);
    uint16_t port;
    snprintf(address.sun_path, sizeof address.sun_path, "/tmp/agencygrid-test-%d", (int)getpid());
    assert_ok(rpc_server_open(&(struct rpc_server_options){ 0 }, &server));
    assert_ok(rpc_server_add(server, &service));
    assert_ok(rpc_server_add_route(server, &library_routes[0]));
    assert_ok(rpc_server_listen(server, &listen, &port));
    assert_ok(rpc_server_start(server));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    get(fd, "/v1/shelves/s/books/b");
    assert_true(answers(fd, "shelves/s/books/b"));
    close(fd);
    unlink(address.sun_path);
    rpc_server_close(server);
}

TEST(server, wrong_options_are_refused)
{
    struct rpc_tls tls = { .certificate = STR("none"), .key = STR("none") };
    struct rpc_listen listen = { .address = "nowhere" };
    struct rpc_service service = library_service(&library);
    struct rpc_route route = { .verb = "GET",
                               .template = "/v1/{nothing}",
                               .method = "test.v1.Library/GetBook" };
    uint16_t port;
    assert_code(
        STATUS_INVALID_ARGUMENT,
        rpc_server_open(&(struct rpc_server_options){ .message_size_max = SIZE_MAX }, &server));
    assert_code(
        STATUS_DATA_LOSS,
        rpc_server_open(&(struct rpc_server_options){ .descriptors = STR("\xff\xff") }, &server));
    assert_ok(rpc_server_open(&(struct rpc_server_options){ 0 }, &server));
    assert_code(STATUS_INVALID_ARGUMENT, rpc_server_listen(server, &listen, &port));
    listen = (struct rpc_listen){ .address = "127.0.0.1", .tls = &tls };
    assert_code(STATUS_INVALID_ARGUMENT, rpc_server_listen(server, &listen, &port));
    assert_code(STATUS_NOT_FOUND, rpc_server_add_route(server, &route));
    assert_ok(rpc_server_add(server, &service));
    assert_code(STATUS_ALREADY_EXISTS, rpc_server_add(server, &service));
    assert_code(STATUS_INVALID_ARGUMENT, rpc_server_add_route(server, &route));
    rpc_server_close(server);
}
