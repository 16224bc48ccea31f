/* matches(text, pattern). */
#include "core/cel/regex.h"
#include "core/cel/standard.h"

static bool pattern_matches(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    const struct cel_regex *regex;
    bool matched;
    if (!cel_regex_compile(run, cel_str(args[1]), &regex) ||
        !cel_regex_match(run, regex, cel_str(args[0]), &matched)) {
        return false;
    }
    *result = cel_bool(matched);
    return true;
}

static const struct cel_overload pattern_rows[] = {
    { .name = "matches",
      .id = "matches",
      .cost = CEL_COST_REGEX,
      .function = pattern_matches,
      .result = &cel_type_bool,
      .params = { &cel_type_string, &cel_type_string } },
    { .name = "matches",
      .id = "matches_string",
      .member = true,
      .cost = CEL_COST_REGEX,
      .function = pattern_matches,
      .result = &cel_type_bool,
      .params = { &cel_type_string, &cel_type_string } },
};
const struct cel_overload_table cel_patterns = CEL_TABLE(pattern_rows);
