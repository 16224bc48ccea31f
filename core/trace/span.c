#include "core/trace/span.h"

#include "core/base/utf8.h"

static void span_copy(char *to, size_t size, struct str text)
{
    struct str fits = utf8_cut(text, size - 1);
    if (fits.size > 0) {
        memcpy(to, fits.data, fits.size);
    }
    to[fits.size] = '\0';
}

void span_name(struct span *span, struct str name)
{
    span_copy(span->name, sizeof span->name, name);
}

void span_fail(struct span *span, struct str why)
{
    span->failed = true;
    span_copy(span->why, sizeof span->why, why);
}

static struct span_attribute *span_attribute(struct span *span, const char *name)
{
    if (span->attributes_count == SPAN_ATTRIBUTES_MAX) {
        return NULL;
    }
    struct span_attribute *attribute = &span->attributes[span->attributes_count++];
    attribute->name = name;
    return attribute;
}

void span_text(struct span *span, const char *name, struct str value)
{
    struct span_attribute *attribute = span_attribute(span, name);
    if (attribute != NULL) {
        attribute->is_text = true;
        span_copy(attribute->text, sizeof attribute->text, value);
    }
}

void span_number(struct span *span, const char *name, int64_t value)
{
    struct span_attribute *attribute = span_attribute(span, name);
    if (attribute != NULL) {
        attribute->is_text = false;
        attribute->number = value;
    }
}
