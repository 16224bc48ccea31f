/* The texts that Prometheus reads; suite operations shows them to its own tools. */
#include <stdlib.h>

#include "core/metrics/metrics.h"
#include "tests/lib/test.h"

static const struct metric requests = { "test_requests", METRIC_COUNTER, "",
                                        "Requests \"so\" far\\near." };
static const struct metric age = { "test_age_seconds", METRIC_GAUGE, "seconds", "How old." };
static const struct metric took = { "test_took_seconds", METRIC_HISTOGRAM, "seconds",
                                    "How long it took." };

static void write_all(void *self, struct exposition *out)
{
    exposition_metric(out, &requests);
    exposition_integer(out, LABELS({ "method", STR("a\"b\\c\nd") }, { "code", STR("OK") }), 3);
    exposition_metric(out, &age);
    exposition_seconds(out, NO_LABELS, -1500000);
    exposition_metric(out, &took);
    exposition_histogram(out, LABELS({ "step", STR("x") }), self);
}

static const char *written(struct histogram *histogram, enum exposition_format format)
{
    static struct buf text;
    struct metrics metrics = { 0 };
    metrics_add(&metrics, (struct metrics_source){ write_all, histogram });
    buf_release(&text);
    metrics_write(&metrics, format, &text);
    buf_byte(&text, '\0');
    return text.data;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("expected '%s' in: %s", part, text);
    }
}

TEST(exposition, prometheus_gets_its_own_format)
{
    struct histogram histogram = { 0 };
    const char *text = written(&histogram, EXPOSITION_PROMETHEUS);
    assert_has(text, "# HELP test_requests_total Requests \"so\" far\\\\near.\n"
                     "# TYPE test_requests_total counter\n"
                     "test_requests_total{method=\"a\\\"b\\\\c\\nd\",code=\"OK\"} 3\n");
    assert_has(text, "# TYPE test_age_seconds gauge\ntest_age_seconds -1.500000\n");
    assert_null(strstr(text, "# UNIT"));
    assert_null(strstr(text, "# EOF"));
}

TEST(exposition, openmetrics_names_units_and_ends)
{
    struct histogram histogram = { 0 };
    const char *text = written(&histogram, EXPOSITION_OPENMETRICS);
    assert_has(text, "# HELP test_requests Requests \\\"so\\\" far\\\\near.\n"
                     "# TYPE test_requests counter\ntest_requests_total{");
    assert_has(text, "# UNIT test_age_seconds seconds\n");
    assert_string_equal(text + strlen(text) - strlen("# EOF\n"), "# EOF\n");
}

TEST(exposition, buckets_add_up)
{
    struct histogram histogram = { 0 };
    histogram_add(&histogram, -1);
    histogram_add(&histogram, 5);
    histogram_add_alone(&histogram, 6);
    histogram_add(&histogram, INT64_C(11000000));
    const char *text = written(&histogram, EXPOSITION_PROMETHEUS);
    assert_has(text, "test_took_seconds_bucket{step=\"x\",le=\"5e-06\"} 2\n"
                     "test_took_seconds_bucket{step=\"x\",le=\"1e-05\"} 3\n");
    assert_has(text, "test_took_seconds_bucket{step=\"x\",le=\"10.0\"} 3\n"
                     "test_took_seconds_bucket{step=\"x\",le=\"+Inf\"} 4\n"
                     "test_took_seconds_count{step=\"x\"} 4\n"
                     "test_took_seconds_sum{step=\"x\"} 11.000011\n");
    assert_int_equal(histogram_count(&histogram), 4);
}

TEST(exposition, each_bound_counts_what_is_at_it_and_the_next_what_is_above)
{
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        struct histogram histogram = { 0 };
        histogram_add(&histogram, histogram_bounds_us[i]);
        histogram_add(&histogram, histogram_bounds_us[i] + 1);
        assert_int_equal(counter_get(&histogram.counts[i]), 1);
        assert_int_equal(counter_get(&histogram.counts[i + 1]), 1);
        assert_true(strtod(histogram_bounds[i], NULL) * 1e6 - (double)histogram_bounds_us[i] <
                    0.01);
    }
}

TEST(exposition, the_scraper_chooses_the_format)
{
    static const struct {
        const char *accept;
        enum exposition_format format;
    } cases[] = {
        { "", EXPOSITION_PROMETHEUS },
        { "*/*", EXPOSITION_PROMETHEUS },
        { "text/plain", EXPOSITION_PROMETHEUS },
        { "application/openmetrics-text", EXPOSITION_OPENMETRICS },
        { "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
          "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
          EXPOSITION_OPENMETRICS },
        { "text/plain;q=0.9, Application/OpenMetrics-Text ; q=0.5", EXPOSITION_PROMETHEUS },
        { "application/openmetrics-text;q=0", EXPOSITION_PROMETHEUS },
        { "application/openmetrics-text;q=0.000, text/plain;q=1", EXPOSITION_PROMETHEUS },
        { "application/openmetrics-textual", EXPOSITION_PROMETHEUS },
        { ";;q=,,;q=x,application/openmetrics-text;q=0.x", EXPOSITION_PROMETHEUS },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(exposition_accepted(str_z(cases[i].accept)), cases[i].format);
    }
    assert_non_null(strstr(exposition_type(EXPOSITION_OPENMETRICS), "openmetrics-text; version=1"));
    assert_non_null(strstr(exposition_type(EXPOSITION_PROMETHEUS), "text/plain; version=0.0.4"));
}
