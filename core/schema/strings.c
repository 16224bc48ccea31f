/* minLength, maxLength, pattern. */
#include "core/cel/utf8.h"
#include "core/schema/compile.h"
#include "core/schema/run.h"

static bool string_size(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot, bool least)
{
    struct str text = str_z(spot->value->string_value);
    if (!cel_charge_bytes(&run->cel, text.size)) {
        return schema_stop(run, "less gas");
    }
    size_t count = cel_utf8_count(text);
    bool holds = least ? (double)count >= check->number : (double)count <= check->number;
    return holds || schema_note(run, check, spot, "expected at %s %.0f characters, but it has %zu",
                                least ? "least" : "most", check->number, count);
}

static bool string_min(struct schema_run *run, const struct schema_check *check,
                       const struct schema_spot *spot)
{
    return string_size(run, check, spot, true);
}

static bool string_max(struct schema_run *run, const struct schema_check *check,
                       const struct schema_spot *spot)
{
    return string_size(run, check, spot, false);
}

static bool string_pattern(struct schema_run *run, const struct schema_check *check,
                           const struct schema_spot *spot)
{
    char shown[SCHEMA_SHOWN_MAX];
    bool matched;
    struct str text = str_z(spot->value->string_value);
    if (!cel_regex_match(&run->cel, check->pattern.regex, text, &matched)) {
        return schema_stop(run, "less gas");
    }
    return matched || schema_note(run, check, spot, "expected text that matches '%s', but it is %s",
                                  check->pattern.source, schema_value_show(spot->value, shown));
}

static const struct schema_keyword string_min_length = { "minLength", string_min,
                                                         SCHEMA_BIT(SCHEMA_STRING), false };
static const struct schema_keyword string_max_length = { "maxLength", string_max,
                                                         SCHEMA_BIT(SCHEMA_STRING), false };
static const struct schema_keyword string_matches = { "pattern", string_pattern,
                                                      SCHEMA_BIT(SCHEMA_STRING), false };

/* A format is a note for people and for forms; it refuses nothing. */
static bool string_compile_format(struct schema_draft *draft)
{
    const Google__Protobuf__Value *format = schema_draft_get(draft, "format");
    return format == NULL || schema_kind(format) == SCHEMA_STRING ||
           schema_draft_fail(draft, "format", "a string");
}

bool schema_compile_strings(struct schema_draft *draft)
{
    struct cel_run *run = &draft->compiler->run;
    const Google__Protobuf__Value *pattern = schema_draft_get(draft, "pattern");
    if (!schema_draft_limit(draft, &string_min_length) ||
        !schema_draft_limit(draft, &string_max_length) || !string_compile_format(draft)) {
        return false;
    }
    if (pattern == NULL) {
        return true;
    }
    if (schema_kind(pattern) != SCHEMA_STRING) {
        return schema_draft_fail(draft, "pattern", "a string");
    }
    struct schema_check *check = schema_draft_add(draft, &string_matches);
    return schema_pattern_compile(run, pattern->string_value, &check->pattern) ||
           schema_draft_fail(draft, "pattern", NULL);
}
