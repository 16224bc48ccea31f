/* One libcurl handle, so that calls share a connection. A unary call is the packed request in a
 * POST, and the packed response or an error as JSON; a stream has each message behind a byte of
 * flags and its size, and ends with one whose flags say so (connectrpc.com/docs/protocol).
 *
 * One call at a time needs no HTTP/2, in which libcurl 7.88 loses a refusal that comes before it
 * has sent the request.
 *
 * Answers are received: bounded, and decoded as what comes from outside. */
#include "ops/ctl/server_client.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/base/small_file.h"
#include "core/pb/json.h"
#include "core/rpc/protocol/connect_code.h"
#include "google/protobuf/struct.pb-c.h"

enum {
    CLIENT_ANSWER_MAX = 64 << 20,
    CLIENT_ERROR_MAX = 1 << 20,
    CLIENT_HEADERS_MAX = 64 << 10,
    CLIENT_CONNECT_MS = 10 * 1000,
    CLIENT_SOCKET_SIZE = 64,
    CLIENT_ENVELOPE = 5,
    CLIENT_ENDS = 2,
};

struct server_client {
    struct ctl *ctl;
    CURL *curl;
    struct str base; /* in ctl's arena: "https://host:1234" */
    char *unix_path; /* NULL: none */
    int folder;      /* the data folder, by which its socket is reached; -1: none */
    struct curl_slist *headers;
    struct buf answer;
    struct buf answer_headers; /* "name: value\n" each */
    bool large;
    char problem[CURL_ERROR_SIZE];
    /* of a stream */
    server_client_take *take;
    void *context;
    struct status taken;
};

/* ---- to whom ---- */

static struct status client_to_folder(struct server_client *client)
{
    char path[CLIENT_SOCKET_SIZE];
    client->folder = open(client->ctl->options.data.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (client->folder < 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to open the data folder: %s",
                            strerror(errno));
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d/" DATA_DIR_SOCKET, client->folder);
    client->base = STR("http://localhost");
    return arena_text(&client->ctl->arena, str_z(path), &client->unix_path);
}

static struct status client_to(struct server_client *client, struct str server)
{
    const struct str unix_socket = STR("unix:");
    if (str_starts(server, unix_socket)) {
        client->base = STR("http://localhost");
        return arena_text(&client->ctl->arena, str_from(server, unix_socket.size),
                          &client->unix_path);
    }
    if (!str_starts(server, STR("http://")) && !str_starts(server, STR("https://"))) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --server http://HOST:PORT, https://HOST:PORT or unix:PATH, "
                            "but it is '%.*s'",
                            STR_ARG(server));
    }
    bool slash = server.data[server.size - 1] == '/';
    client->base = str_make(server.data, server.size - slash);
    return status_ok();
}

bool server_client_serves(const struct ctl *ctl)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int folder = open(ctl->options.data.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" DATA_DIR_SOCKET,
             folder);
    bool serves =
        folder >= 0 && fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0) {
        close(fd);
    }
    if (folder >= 0) {
        close(folder);
    }
    return serves;
}

/* ---- who calls ---- */

static void client_add_header(struct server_client *client, struct str name, struct str value)
{
    struct buf line = { 0 };
    buf_printf(&line, "%.*s: %.*s", STR_ARG(name), STR_ARG(value));
    buf_byte(&line, '\0');
    client->headers = curl_slist_append(client->headers, line.data);
    buf_release(&line);
}

static struct str client_trim(struct str text)
{
    while (text.size > 0 &&
           (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r')) {
        text.size--;
    }
    return text;
}

static struct status client_add_secret(struct server_client *client, const char *path)
{
    struct str secret;
    TRY(small_file_read_secret(path, &client->ctl->arena, &secret));
    struct str value =
        arena_printf(&client->ctl->arena, "Bearer %.*s", STR_ARG(client_trim(secret)));
    if (value.data == NULL) {
        return arena_full(&client->ctl->arena);
    }
    client_add_header(client, STR("authorization"), value);
    return status_ok();
}

static struct status client_identify(struct server_client *client)
{
    const struct ctl_options *options = &client->ctl->options;
    if (options->token_file.size > 0 && options->key_file.size > 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --token-file or --key-file, but both are given");
    }
    struct str secret = options->token_file.size > 0 ? options->token_file : options->key_file;
    if (secret.size > 0) {
        TRY(client_add_secret(client, secret.data));
    }
    if (options->final) {
        client_add_header(client, STR("agencygrid-final"), STR("true"));
    }
    if (options->principal.size > 0) {
        client_add_header(client, STR("agencygrid-principal"), options->principal);
    }
    return status_ok();
}

/* Without TLS they would say nothing. */
static struct status client_check_tls(const struct server_client *client)
{
    const struct ctl_options *options = &client->ctl->options;
    const bool tls = str_starts(client->base, STR("https://"));
    if (!tls && (options->certificate.size > 0 || options->certificate_key.size > 0 ||
                 options->authorities.size > 0)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --server https://HOST:PORT with --authorities, --certificate "
                            "and --certificate-key");
    }
    return options->certificate_key.size > 0 && options->certificate.size == 0
               ? status_error(STATUS_INVALID_ARGUMENT,
                              "expected --certificate with --certificate-key")
               : status_ok();
}

/* ---- life ---- */

static struct status client_start(struct server_client *client)
{
    const struct ctl_options *options = &client->ctl->options;
    TRY(options->server.size > 0 ? client_to(client, options->server) : client_to_folder(client));
    TRY(client_check_tls(client));
    client_add_header(client, STR("connect-protocol-version"), STR("1"));
    return client_identify(client);
}

struct status server_client_open(struct ctl *ctl, struct server_client **out)
{
    struct server_client *client = mem_zalloc(1, sizeof *client);
    client->ctl = ctl;
    client->folder = -1;
    CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    client->curl = curl_easy_init();
    assert(begun == CURLE_OK && client->curl != NULL);
    struct status st = client_start(client);
    if (st.code != STATUS_OK) {
        server_client_close(client);
        client = NULL;
    }
    *out = client;
    return st;
}

void server_client_close(struct server_client *client)
{
    if (client == NULL) {
        return;
    }
    curl_slist_free_all(client->headers);
    curl_easy_cleanup(client->curl);
    if (client->folder >= 0) {
        close(client->folder);
    }
    buf_release(&client->answer);
    buf_release(&client->answer_headers);
    mem_free(client);
}

/* ---- a transfer ---- */

static size_t client_header_cb(char *data, size_t size, size_t count, void *self)
{
    struct server_client *client = self;
    size_t more = size * count;
    if (more > CLIENT_HEADERS_MAX - client->answer_headers.size) {
        client->large = true;
        return 0;
    }
    buf_append(&client->answer_headers, str_make(data, more));
    return more;
}

static size_t client_write_cb(char *data, size_t size, size_t count, void *self)
{
    struct server_client *client = self;
    size_t more = size * count;
    if (more > CLIENT_ANSWER_MAX - client->answer.size) {
        client->large = true;
        return 0;
    }
    buf_append(&client->answer, str_make(data, more));
    return more;
}

static void client_set_tls(struct server_client *client)
{
    const struct ctl_options *options = &client->ctl->options;
    if (options->authorities.size > 0) {
        curl_easy_setopt(client->curl, CURLOPT_CAINFO, options->authorities.data);
    }
    if (options->certificate.size > 0) {
        curl_easy_setopt(client->curl, CURLOPT_SSLCERT, options->certificate.data);
        curl_easy_setopt(client->curl, CURLOPT_SSLKEY,
                         options->certificate_key.size > 0 ? options->certificate_key.data
                                                           : options->certificate.data);
    }
}

static void client_prepare(struct server_client *client, const char *url, struct str body)
{
    CURL *curl = client->curl;
    client->answer.size = 0;
    client->answer_headers.size = 0;
    client->large = false;
    client->problem[0] = '\0';
    curl_easy_reset(curl); /* live connections stay */
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->problem);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CLIENT_CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.size > 0 ? body.data : "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, client_header_cb);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, client);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
    if (client->unix_path != NULL) {
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->unix_path);
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    }
    client_set_tls(client);
}

/* Sends, with the content type beside the headers that all calls have. */
static CURLcode client_perform(struct server_client *client, const char *type, int64_t timeout_us)
{
    struct curl_slist own = { .data = (char *)(uintptr_t)type, .next = client->headers };
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, &own);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, (long)(timeout_us / 1000));
    return curl_easy_perform(client->curl);
}

/* ---- what went wrong ---- */

static const Google__Protobuf__Value *client_member(const Google__Protobuf__Struct *object,
                                                    const char *name)
{
    for (size_t i = 0; i < object->n_fields; i++) {
        if (strcmp(object->fields[i]->key, name) == 0) {
            return object->fields[i]->value;
        }
    }
    return NULL;
}

static const char *client_text(const Google__Protobuf__Struct *object, const char *name)
{
    const Google__Protobuf__Value *value = client_member(object, name);
    bool text = value != NULL && value->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
    return text ? value->string_value : "";
}

static struct status client_error(struct server_client *client, struct str json, long http)
{
    struct arena arena;
    Google__Protobuf__Struct *object;
    arena_init(&arena, CLIENT_ERROR_MAX * 8);
    struct status st = pb_from_json(&arena, &google__protobuf__struct__descriptor, json, &object);
    if (st.code != STATUS_OK || client_text(object, "code")[0] == '\0') {
        st = status_error(STATUS_UNAVAILABLE,
                          "expected an API of AgencyGrid at %.*s, but the answer is HTTP %ld",
                          STR_ARG(client->base), http);
    } else {
        st = status_error(connect_code_named(str_z(client_text(object, "code"))), "%s",
                          client_text(object, "message"));
    }
    arena_release(&arena);
    return st;
}

static struct status client_judge(struct server_client *client, CURLcode code)
{
    long http = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &http);
    if (client->large) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected an answer of at most %d bytes",
                            CLIENT_ANSWER_MAX);
    }
    if (code != CURLE_OK) {
        return status_error(
            code == CURLE_OPERATION_TIMEDOUT ? STATUS_DEADLINE_EXCEEDED : STATUS_UNAVAILABLE,
            "expected an answer of %.*s: %s", STR_ARG(client->base),
            client->problem[0] != '\0' ? client->problem : curl_easy_strerror(code));
    }
    return http == 200 ? status_ok() : client_error(client, buf_str(&client->answer), http);
}

/* ---- calls ---- */

struct status server_client_call(struct server_client *client, struct arena *arena,
                                 const char *method, const ProtobufCMessage *request,
                                 const ProtobufCMessageDescriptor *output, void *response)
{
    struct str body, url;
    TRY(pb_pack(arena, request, &body));
    url = arena_printf(arena, "%.*s/%s", STR_ARG(client->base), method);
    if (url.data == NULL) {
        return arena_full(arena);
    }
    client_prepare(client, url.data, body);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, client_write_cb);
    TRY(client_judge(client, client_perform(client, "content-type: application/proto",
                                            client->ctl->options.timeout_us)));
    return pb_unpack(arena, output, buf_str(&client->answer), PB_OUTSIDE, response);
}

struct str server_client_header(const struct server_client *client, struct str name)
{
    struct str rest = buf_str(&client->answer_headers);
    while (rest.size > 0) {
        struct str line = client_trim(str_cut(&rest, '\n'));
        if (line.size > name.size + 1 && line.data[name.size] == ':' &&
            strncasecmp(line.data, name.data, name.size) == 0) {
            struct str value = str_from(line, name.size + 1);
            return value.size > 0 && value.data[0] == ' ' ? str_from(value, 1) : value;
        }
    }
    return STR("");
}

/* ---- streams ---- */

/* Hands over the messages that are whole; what is left stays. */
static struct status client_take_all(struct server_client *client)
{
    struct str rest = buf_str(&client->answer);
    struct status st = status_ok();
    while (st.code == STATUS_OK && rest.size >= CLIENT_ENVELOPE) {
        uint32_t size = num_get_u32be(rest.data + 1);
        if (rest.size - CLIENT_ENVELOPE < size || (rest.data[0] & CLIENT_ENDS) != 0) {
            break;
        }
        st = client->take(client->context, str_make(rest.data + CLIENT_ENVELOPE, size));
        rest = str_from(rest, CLIENT_ENVELOPE + (size_t)size);
    }
    if (rest.size > 0) {
        memmove(client->answer.data, rest.data, rest.size);
    }
    client->answer.size = rest.size;
    return st;
}

static size_t client_stream_cb(char *data, size_t size, size_t count, void *self)
{
    size_t more = client_write_cb(data, size, count, self);
    struct server_client *client = self;
    long http = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &http);
    if (more > 0 && http == 200) {
        client->taken = client_take_all(client);
    }
    return client->taken.code == STATUS_OK ? more : 0;
}

/* The last envelope says how it ended. */
static struct status client_stream_end(struct server_client *client)
{
    struct str rest = buf_str(&client->answer);
    struct arena arena;
    Google__Protobuf__Struct *object;
    bool whole = rest.size >= CLIENT_ENVELOPE && (rest.data[0] & CLIENT_ENDS) != 0 &&
                 rest.size - CLIENT_ENVELOPE == num_get_u32be(rest.data + 1);
    if (!whole) {
        return status_error(STATUS_UNAVAILABLE, "expected the stream to say how it ends");
    }
    arena_init(&arena, CLIENT_ERROR_MAX * 8);
    struct status st = pb_from_json(&arena, &google__protobuf__struct__descriptor,
                                    str_from(rest, CLIENT_ENVELOPE), &object);
    const Google__Protobuf__Value *error =
        st.code == STATUS_OK ? client_member(object, "error") : NULL;
    if (error != NULL && error->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE) {
        st = status_error(connect_code_named(str_z(client_text(error->struct_value, "code"))), "%s",
                          client_text(error->struct_value, "message"));
    }
    arena_release(&arena);
    return st;
}

struct status server_client_stream(struct server_client *client, const char *method,
                                   const ProtobufCMessage *request, server_client_take *take,
                                   void *context)
{
    struct buf body = { 0 }, url = { 0 };
    char head[CLIENT_ENVELOPE] = { 0 };
    num_put_u32be(head + 1, (uint32_t)pb_packed_size(request));
    buf_append(&body, str_make(head, sizeof head));
    pb_pack_buf(request, &body);
    buf_printf(&url, "%.*s/%s", STR_ARG(client->base), method);
    buf_byte(&url, '\0');
    client_prepare(client, url.data, buf_str(&body));
    client->take = take;
    client->context = context;
    client->taken = status_ok();
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, client_stream_cb);
    CURLcode code = client_perform(client, "content-type: application/connect+proto", 0);
    buf_release(&body);
    buf_release(&url);
    TRY(client->taken);
    TRY(client_judge(client, code));
    return client_stream_end(client);
}
