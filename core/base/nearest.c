#include "core/base/nearest.h"

#include <ctype.h>
#include <stdio.h>

void nearest_init(struct nearest *nearest, struct str wanted)
{
    nearest->wanted = wanted;
    /* A third of the characters may be wrong; more would be guessing. */
    nearest->distance = wanted.size / 3 + 1;
    nearest->hint[0] = '\0';
}

static size_t nearest_least(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance, upper and lower case alike; one row at a time. */
static size_t nearest_distance(struct str a, struct str b)
{
    size_t row[NEAREST_NAME_MAX + 1];
    for (size_t j = 0; j <= b.size; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.size; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.size; j++) {
            bool same = tolower((unsigned char)a.data[i]) == tolower((unsigned char)b.data[j]);
            size_t distance = nearest_least(row[j] + 1, row[j + 1] + 1, diagonal + !same);
            diagonal = row[j + 1];
            row[j + 1] = distance;
        }
    }
    return row[b.size];
}

void nearest_offer(struct nearest *nearest, struct str candidate)
{
    if (candidate.size > NEAREST_NAME_MAX || nearest->wanted.size > NEAREST_NAME_MAX) {
        return;
    }
    size_t distance = nearest_distance(nearest->wanted, candidate);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        snprintf(nearest->hint, sizeof nearest->hint, ", did you mean '%.*s'", STR_ARG(candidate));
    }
}
