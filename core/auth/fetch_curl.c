/* A document goes into the arena as it comes, so that no more than the limit is ever held. Proxies
 * are those of the environment, as for any program; this machine itself is reached without. */
#include "core/auth/fetch_curl.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "core/auth/shown.h"
#include "core/auth/url.h"
#include "core/base/buf.h"
#include "core/base/memory.h"

struct fetch_curl {
    CURL *handle;
    struct buf authorities; /* a path that ends with a NUL; empty: the system's */
};

enum { FETCH_CURL_HEAD_MAX = 64 * 1024 };

/* A transfer. */
struct fetch_curl_got {
    struct buf body;
    struct buf cache_control;
    size_t head_size; /* of all header fields */
    size_t size_max;
    bool large;
};

struct fetch_curl *fetch_curl_open(const char *authorities)
{
    struct fetch_curl *curl = mem_zalloc(1, sizeof *curl);
    CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    curl->handle = curl_easy_init();
    assert(begun == CURLE_OK && curl->handle != NULL);
    if (authorities != NULL) {
        buf_append(&curl->authorities, str_make(authorities, strlen(authorities) + 1));
    }
    return curl;
}

void fetch_curl_close(struct fetch_curl *curl)
{
    if (curl == NULL) {
        return;
    }
    curl_easy_cleanup(curl->handle);
    buf_release(&curl->authorities);
    mem_free(curl);
}

/* ---- from the network ---- */

/* Fewer bytes than were given end the transfer. */
static size_t fetch_curl_write_cb(char *data, size_t size, size_t count, void *self)
{
    struct fetch_curl_got *got = self;
    size_t more = size * count;
    got->large = got->large || more > got->size_max - got->body.size;
    if (got->large) {
        return 0;
    }
    buf_append(&got->body, str_make(data, more));
    return more;
}

static size_t fetch_curl_header_cb(char *data, size_t size, size_t count, void *self)
{
    struct fetch_curl_got *got = self;
    struct str line = str_make(data, size * count), name = STR("cache-control:");
    got->head_size += line.size;
    got->large = got->large || got->head_size > FETCH_CURL_HEAD_MAX;
    if (got->large) {
        return 0;
    }
    if (line.size > name.size && strncasecmp(line.data, name.data, name.size) == 0) {
        buf_append(&got->cache_control, got->cache_control.size > 0 ? STR(",") : STR(""));
        buf_append(&got->cache_control, str_from(line, name.size));
    }
    return line.size;
}

static void fetch_curl_prepare(struct fetch_curl *curl, const char *location, bool loopback,
                               struct fetch_curl_got *got)
{
    CURL *handle = curl->handle;
    curl_easy_reset(handle); /* live connections and names stay */
    curl_easy_setopt(handle, CURLOPT_URL, location);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, loopback ? "http" : "https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)FETCH_CURL_CONNECT_MS_MAX);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)FETCH_CURL_MS_MAX);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, fetch_curl_write_cb);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, got);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, fetch_curl_header_cb);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, got);
    if (loopback) {
        curl_easy_setopt(handle, CURLOPT_PROXY, "");
    }
    if (curl->authorities.size > 0) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, curl->authorities.data);
    }
}

static struct status fetch_curl_judge(struct fetch_curl *curl, CURLcode code,
                                      const struct fetch_curl_got *got)
{
    long answer = 0;
    curl_easy_getinfo(curl->handle, CURLINFO_RESPONSE_CODE, &answer);
    if (got->large) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %zu bytes", got->size_max);
    }
    if (code != CURLE_OK) {
        return status_error(STATUS_UNAVAILABLE, "expected an answer, but: %s",
                            curl_easy_strerror(code));
    }
    if (answer >= 400 && answer < 500) {
        return status_error(STATUS_NOT_FOUND, "expected a document, but the answer is %ld", answer);
    }
    if (answer != 200) {
        return status_error(STATUS_UNAVAILABLE, "expected the answer 200, but it is %ld%s", answer,
                            answer >= 300 && answer < 400 ? ": nobody is sent elsewhere" : "");
    }
    return status_ok();
}

static struct status fetch_curl_keep(struct arena *arena, const struct fetch_curl_got *got,
                                     struct fetched *fetched)
{
    fetched->body = arena_copy(arena, buf_str(&got->body));
    fetched->cache_control = arena_copy(arena, buf_str(&got->cache_control));
    return fetched->body.data == NULL || fetched->cache_control.data == NULL ? arena_full(arena)
                                                                             : status_ok();
}

static struct status fetch_curl_get_url(struct fetch_curl *curl, struct arena *arena,
                                        struct str location, size_t size_max,
                                        struct fetched *fetched)
{
    struct url url;
    struct fetch_curl_got got = { .size_max = size_max };
    TRY(url_read(location, &url));
    struct str text = arena_copy(arena, location); /* with a NUL behind it */
    if (text.data == NULL) {
        return arena_full(arena);
    }
    fetch_curl_prepare(curl, text.data, url.loopback, &got);
    struct status st = fetch_curl_judge(curl, curl_easy_perform(curl->handle), &got);
    if (st.code == STATUS_OK) {
        st = fetch_curl_keep(arena, &got, fetched);
    }
    buf_release(&got.body);
    buf_release(&got.cache_control);
    return st;
}

/* ---- from a file ---- */

static struct status fetch_curl_read(FILE *file, struct arena *arena, size_t size_max,
                                     struct fetched *fetched)
{
    char *bytes;
    ARENA_TRY(arena, bytes, arena_alloc(arena, size_max + 1));
    size_t size = fread(bytes, 1, size_max + 1, file);
    if (ferror(file)) {
        return status_error(STATUS_UNAVAILABLE, "expected a file that can be read");
    }
    if (size > size_max) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %zu bytes", size_max);
    }
    *fetched = (struct fetched){ .body = str_make(bytes, size) };
    return status_ok();
}

static struct status fetch_curl_get_file(struct arena *arena, struct str path, size_t size_max,
                                         struct fetched *fetched)
{
    struct str name = arena_copy(arena, path);
    if (name.data == NULL) {
        return arena_full(arena);
    }
    FILE *file = fopen(name.data, "rbe");
    if (file == NULL) {
        return status_error(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE,
                            "expected a file, but '%s': %s", shown_make(path).text,
                            strerror(errno));
    }
    struct status st = fetch_curl_read(file, arena, size_max, fetched);
    fclose(file);
    return st;
}

/* ---- the port ---- */

static struct status fetch_curl_get(void *self, struct arena *arena, struct str location,
                                    size_t size_max, struct fetched *fetched)
{
    struct str file = STR("file:");
    struct status st =
        str_starts(location, file)
            ? fetch_curl_get_file(arena, str_from(location, file.size), size_max, fetched)
            : fetch_curl_get_url(self, arena, location, size_max, fetched);
    return status_prefix(st, "'%s'", shown_make(location).text);
}

struct fetch fetch_curl_port(struct fetch_curl *curl)
{
    return (struct fetch){ fetch_curl_get, curl };
}
