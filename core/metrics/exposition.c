/* The formats differ in four things: the metric of a counter is called without its _total, units
 * have a line, quotes are escaped in helps, and an end is marked. */
#include "core/metrics/exposition.h"

#include <assert.h>
#include <inttypes.h>
#include <strings.h>

/* ---- which format ---- */

/* Takes what stands before the next `mark`, without spaces around it. */
static struct str accept_item(struct str *list, char mark)
{
    struct str item = str_cut(list, mark);
    while (item.size > 0 && (item.data[0] == ' ' || item.data[0] == '\t')) {
        item = str_from(item, 1);
    }
    while (item.size > 0 && (item.data[item.size - 1] == ' ' || item.data[item.size - 1] == '\t')) {
        item.size--;
    }
    return item;
}

static bool accept_same(struct str item, struct str name)
{
    return item.size == name.size && strncasecmp(item.data, name.data, name.size) == 0;
}

/* The weight of a media range in thousandths, from its parameters ("q=0.75"); 1000: it says none.
 */
static unsigned accept_weight(struct str parameters)
{
    while (parameters.size > 0) {
        struct str item = accept_item(&parameters, ';');
        if (item.size < 3 || (item.data[0] != 'q' && item.data[0] != 'Q') || item.data[1] != '=') {
            continue;
        }
        unsigned weight = item.data[2] == '1' ? 1000 : 0, digit = 100;
        for (size_t i = 4; weight < 1000 && i < item.size && digit > 0; i++, digit /= 10) {
            bool is_digit = item.data[i] >= '0' && item.data[i] <= '9';
            weight += is_digit ? (unsigned)(item.data[i] - '0') * digit : 0;
        }
        return weight;
    }
    return 1000;
}

enum exposition_format exposition_accepted(struct str accept)
{
    unsigned open_metrics = 0, plain = 0;
    while (accept.size > 0) {
        struct str range = accept_item(&accept, ',');
        struct str type = accept_item(&range, ';');
        unsigned *weight = accept_same(type, STR("application/openmetrics-text")) ? &open_metrics
                           : accept_same(type, STR("text/plain"))                 ? &plain
                                                                                  : NULL;
        unsigned asked = accept_weight(range);
        if (weight != NULL && asked > *weight) {
            *weight = asked;
        }
    }
    return open_metrics > 0 && open_metrics >= plain ? EXPOSITION_OPENMETRICS
                                                     : EXPOSITION_PROMETHEUS;
}

const char *exposition_type(enum exposition_format format)
{
    return format == EXPOSITION_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

/* ---- lines ---- */

static bool exposition_open(const struct exposition *exposition)
{
    return exposition->format == EXPOSITION_OPENMETRICS;
}

static void exposition_escape(struct exposition *exposition, struct str value, bool quotes)
{
    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        if (c == '\n') {
            buf_append(exposition->text, STR("\\n"));
        } else {
            if (c == '\\' || (c == '"' && quotes)) {
                buf_byte(exposition->text, '\\');
            }
            buf_byte(exposition->text, (uint8_t)c);
        }
    }
}

void exposition_begin(struct exposition *exposition, enum exposition_format format,
                      struct buf *text)
{
    *exposition = (struct exposition){ .format = format, .text = text };
}

static const char *exposition_suffix(const struct exposition *exposition)
{
    return exposition->metric->kind == METRIC_COUNTER ? "_total" : "";
}

void exposition_metric(struct exposition *exposition, const struct metric *metric)
{
    static const char *const kinds[] = { "counter", "gauge", "histogram" };
    exposition->metric = metric;
    bool open = exposition_open(exposition);
    const char *suffix = open ? "" : exposition_suffix(exposition);
    buf_printf(exposition->text, "# HELP %s%s ", metric->name, suffix);
    exposition_escape(exposition, str_z(metric->help), open);
    buf_printf(exposition->text, "\n# TYPE %s%s %s\n", metric->name, suffix, kinds[metric->kind]);
    if (open && metric->unit[0] != '\0') {
        buf_printf(exposition->text, "# UNIT %s %s\n", metric->name, metric->unit);
    }
}

static void exposition_labels(struct exposition *exposition, struct labels labels, const char *le)
{
    const char *before = "{";
    for (size_t i = 0; i < labels.count; i++) {
        buf_printf(exposition->text, "%s%s=\"", before, labels.items[i].name);
        exposition_escape(exposition, labels.items[i].value, true);
        buf_byte(exposition->text, '"');
        before = ",";
    }
    if (le != NULL) {
        buf_printf(exposition->text, "%sle=\"%s\"", before, le);
        before = ",";
    }
    if (before[0] == ',') {
        buf_byte(exposition->text, '}');
    }
}

static void exposition_sample(struct exposition *exposition, const char *suffix,
                              struct labels labels, const char *le)
{
    buf_printf(exposition->text, "%s%s", exposition->metric->name, suffix);
    exposition_labels(exposition, labels, le);
}

void exposition_integer(struct exposition *exposition, struct labels labels, int64_t value)
{
    assert(exposition->metric->kind != METRIC_HISTOGRAM);
    exposition_sample(exposition, exposition_suffix(exposition), labels, NULL);
    buf_printf(exposition->text, " %" PRId64 "\n", value);
}

/* Exact, and independent of the locale. */
static void exposition_us(struct exposition *exposition, int64_t value_us)
{
    uint64_t size = value_us < 0 ? 0 - (uint64_t)value_us : (uint64_t)value_us;
    buf_printf(exposition->text, " %s%" PRIu64 ".%06" PRIu64 "\n", value_us < 0 ? "-" : "",
               size / 1000000, size % 1000000);
}

void exposition_seconds(struct exposition *exposition, struct labels labels, int64_t value_us)
{
    assert(exposition->metric->kind != METRIC_HISTOGRAM);
    exposition_sample(exposition, exposition_suffix(exposition), labels, NULL);
    exposition_us(exposition, value_us);
}

/* The count is that of the buckets read, so that they agree while others go on counting. */
void exposition_histogram(struct exposition *exposition, struct labels labels,
                          const struct histogram *histogram)
{
    assert(exposition->metric->kind == METRIC_HISTOGRAM);
    uint64_t count = 0;
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += counter_get(&histogram->counts[i]);
        exposition_sample(exposition, "_bucket", labels,
                          i < HISTOGRAM_BOUNDS ? histogram_bounds[i] : "+Inf");
        buf_printf(exposition->text, " %" PRIu64 "\n", count);
    }
    exposition_sample(exposition, "_count", labels, NULL);
    buf_printf(exposition->text, " %" PRIu64 "\n", count);
    exposition_sample(exposition, "_sum", labels, NULL);
    exposition_us(exposition, (int64_t)counter_get(&histogram->sum_us));
}

void exposition_counter(struct exposition *exposition, const struct metric *metric,
                        const struct counter *counter)
{
    exposition_gauge(exposition, metric, (int64_t)counter_get(counter));
}

void exposition_gauge(struct exposition *exposition, const struct metric *metric, int64_t value)
{
    exposition_metric(exposition, metric);
    exposition_integer(exposition, NO_LABELS, value);
}

void exposition_end(struct exposition *exposition)
{
    if (exposition_open(exposition)) {
        buf_append(exposition->text, STR("# EOF\n"));
    }
}
