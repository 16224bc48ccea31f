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

static bool nearest_same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The distance of "wriet" to "write" is 1: two letters that changed places are one slip. */
static bool nearest_swapped(struct str a, size_t i, struct str b, size_t j)
{
    return i > 0 && j > 0 && nearest_same(a.data[i], b.data[j - 1]) &&
           nearest_same(a.data[i - 1], b.data[j]);
}

/* Levenshtein's distance with swaps, upper and lower case alike; three rows at a time. */
static size_t nearest_distance(struct str a, struct str b)
{
    size_t rows[3][NEAREST_NAME_MAX + 1];
    for (size_t j = 0; j <= b.size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 0; i < a.size; i++) {
        size_t *row = rows[(i + 1) % 3];
        const size_t *above = rows[i % 3], *two_above = rows[(i + 2) % 3];
        row[0] = i + 1;
        for (size_t j = 0; j < b.size; j++) {
            bool same = nearest_same(a.data[i], b.data[j]);
            row[j + 1] = nearest_least(row[j] + 1, above[j + 1] + 1, above[j] + !same);
            if (nearest_swapped(a, i, b, j) && two_above[j - 1] + 1 < row[j + 1]) {
                row[j + 1] = two_above[j - 1] + 1;
            }
        }
    }
    return rows[a.size % 3][b.size];
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
