/* A collector that is away for a moment gets a batch a second time, after a second (OTLP asks for
 * no more than that it is tried again); a batch that it refuses is not sent again. Meanwhile the
 * queue fills. */
#include "ops/telemetry/span_exporter.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <strings.h>

#include "core/base/memory.h"
#include "core/base/queue.h"

enum {
    EXPORTER_QUEUE = 2048, /* spans, of about 1 KiB */
    EXPORTER_BATCH = 256,
    EXPORTER_GATHER_MS = 200, /* so long a batch may grow before it is sent */
    EXPORTER_AGAIN_MS = 1000,
    EXPORTER_CONNECT_MS_MAX = 3000,
    EXPORTER_MS_MAX = 5000,
};

struct span_exporter {
    struct span_exporter_options options;
    struct buf url; /* with a NUL behind it */
    struct queue *queue;
    pthread_t thread;
    CURL *curl;
    struct curl_slist *headers;
    struct span batch[EXPORTER_BATCH];
    struct buf json;
    struct counter sent, dropped, failed;
};

/* ---- sending ---- */

static size_t exporter_ignore_cb(char *data, size_t size, size_t count, void *self)
{
    (void)data;
    (void)self;
    return size * count;
}

static void exporter_prepare(struct span_exporter *exporter)
{
    CURL *curl = exporter->curl;
    curl_easy_setopt(curl, CURLOPT_URL, exporter->url.data);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exporter->headers);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)EXPORTER_CONNECT_MS_MAX);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)EXPORTER_MS_MAX);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, exporter_ignore_cb);
}

/* UNAVAILABLE: it may help to try again. */
static struct status exporter_post(struct span_exporter *exporter)
{
    long answer = 0;
    CURL *curl = exporter->curl;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, exporter->json.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)exporter->json.size);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    if (code != CURLE_OK) {
        return status_error(STATUS_UNAVAILABLE, "expected a collector at '%s', but: %s",
                            exporter->url.data, curl_easy_strerror(code));
    }
    bool passes = answer == 429 || answer == 502 || answer == 503 || answer == 504;
    return answer == 200
               ? status_ok()
               : status_error(passes ? STATUS_UNAVAILABLE : STATUS_FAILED_PRECONDITION,
                              "expected the collector at '%s' to answer 200, but it is %ld",
                              exporter->url.data, answer);
}

static void exporter_say(struct span_exporter *exporter, const struct status *why)
{
    struct diag_line line = diag_begin(exporter->options.diag, DIAG_WARN, "spans_not_sent");
    diag_status(&line, why);
    diag_end(&line);
}

static void exporter_send(struct span_exporter *exporter, uint32_t count)
{
    exporter->json.size = 0;
    otlp_write(&exporter->options.resource, exporter->batch, count, &exporter->json);
    struct status st = exporter_post(exporter);
    if (st.code == STATUS_UNAVAILABLE && !queue_stopped(exporter->queue)) {
        poll(NULL, 0, EXPORTER_AGAIN_MS);
        st = exporter_post(exporter);
    }
    counter_add_alone(st.code == STATUS_OK ? &exporter->sent : &exporter->failed, count);
    if (st.code != STATUS_OK) {
        exporter_say(exporter, &st);
    }
}

static uint32_t exporter_gather(struct span_exporter *exporter)
{
    uint32_t count = queue_pop_wait(exporter->queue, exporter->batch, EXPORTER_BATCH, -1);
    if (count > 0 && count < EXPORTER_BATCH && !queue_stopped(exporter->queue)) {
        poll(NULL, 0, EXPORTER_GATHER_MS);
        count += queue_pop(exporter->queue, exporter->batch + count, EXPORTER_BATCH - count);
    }
    return count;
}

static void *exporter_run(void *self)
{
    struct span_exporter *exporter = self;
    for (uint32_t count; (count = exporter_gather(exporter)) > 0;) {
        exporter_send(exporter, count);
    }
    return NULL;
}

void span_exporter_offer(struct span_exporter *exporter, const struct span *span)
{
    if (!queue_push(exporter->queue, span)) {
        counter_add(&exporter->dropped, 1);
    }
}

/* ---- life ---- */

static bool exporter_begins(struct str text, struct str prefix)
{
    return text.size > prefix.size && strncasecmp(text.data, prefix.data, prefix.size) == 0;
}

/* An endpoint without a path is a collector's; one with a path is taken as it is. */
static struct status exporter_url(struct str endpoint, struct buf *url)
{
    struct str http = STR("http://"), https = STR("https://");
    size_t scheme = exporter_begins(endpoint, http)    ? http.size
                    : exporter_begins(endpoint, https) ? https.size
                                                       : 0;
    if (scheme == 0 || memchr(endpoint.data, '\0', endpoint.size) != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a collector such as 'http://127.0.0.1:4318', but it is "
                            "'%.*s'",
                            STR_ARG(endpoint));
    }
    struct str host = str_from(endpoint, scheme);
    const char *path = memchr(host.data, '/', host.size);
    buf_append(url, endpoint);
    if (path == NULL || path == host.data + host.size - 1) {
        buf_append(url, path == NULL ? STR("/v1/traces") : STR("v1/traces"));
    }
    buf_byte(url, '\0');
    return status_ok();
}

static struct status exporter_start(struct span_exporter *exporter)
{
    TRY(exporter_url(exporter->options.endpoint, &exporter->url));
    CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    exporter->curl = curl_easy_init();
    exporter->headers = curl_slist_append(NULL, "content-type: application/json");
    assert(begun == CURLE_OK && exporter->curl != NULL && exporter->headers != NULL);
    exporter_prepare(exporter);
    exporter->queue = queue_open(EXPORTER_QUEUE, sizeof(struct span));
    return pthread_create(&exporter->thread, NULL, exporter_run, exporter) == 0
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected to start a thread");
}

static void exporter_free(struct span_exporter *exporter)
{
    queue_close(exporter->queue);
    curl_slist_free_all(exporter->headers);
    curl_easy_cleanup(exporter->curl);
    buf_release(&exporter->url);
    buf_release(&exporter->json);
    mem_free(exporter);
}

struct status span_exporter_open(const struct span_exporter_options *options,
                                 struct span_exporter **out)
{
    struct span_exporter *exporter = mem_zalloc(1, sizeof *exporter);
    exporter->options = *options;
    struct status st = exporter_start(exporter);
    if (st.code != STATUS_OK) {
        exporter_free(exporter);
        exporter = NULL;
    }
    *out = exporter;
    return st;
}

void span_exporter_close(struct span_exporter *exporter)
{
    if (exporter != NULL) {
        queue_stop(exporter->queue);
        pthread_join(exporter->thread, NULL);
        exporter_free(exporter);
    }
}

/* ---- telling ---- */

static const struct metric exporter_spans = {
    "agencygrid_trace_spans", METRIC_COUNTER, "",
    "Spans that the collector has; that it did not take; that were dropped, as the queue was full."
};

static void span_exporter_write(void *self, struct exposition *out)
{
    const struct span_exporter *exporter = self;
    exposition_metric(out, &exporter_spans);
    exposition_integer(out, LABELS({ "result", STR("sent") }),
                       (int64_t)counter_get(&exporter->sent));
    exposition_integer(out, LABELS({ "result", STR("failed") }),
                       (int64_t)counter_get(&exporter->failed));
    exposition_integer(out, LABELS({ "result", STR("dropped") }),
                       (int64_t)counter_get(&exporter->dropped));
}

struct metrics_source span_exporter_source(struct span_exporter *exporter)
{
    return (struct metrics_source){ span_exporter_write, exporter };
}
