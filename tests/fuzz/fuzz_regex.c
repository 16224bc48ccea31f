/* Patterns and texts: the input up to its first newline is the pattern, the rest the text. */
#include "core/cel/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    const char *line = size == 0 ? NULL : memchr(data, '\n', size);
    size_t pattern_size = line == NULL ? size : (size_t)(line - (const char *)data);
    struct str pattern = str_make(data, pattern_size);
    struct str text = str_from(str_make(data, size), pattern_size + (line != NULL));
    const struct cel_regex *regex;
    bool matched;
    arena_init(&arena, 256 << 10);
    struct cel_run run = { .arena = &arena, .gas = { 50000 } };
    if (cel_regex_compile(&run, pattern, &regex) && !cel_regex_match(&run, regex, text, &matched)) {
        assert(run.error.kind == CEL_ERROR_GAS);
    }
    arena_release(&arena);
    return 0;
}
