/* The tables of look.c, each in the order of its code points. */
#ifndef CORE_BASE_LOOK_TABLE_H
#define CORE_BASE_LOOK_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A letter, and what it is made of; 0 behind the last. */
struct look_parts {
    uint16_t letter;
    uint16_t parts[3];
};
extern const struct look_parts look_parts[];
extern const size_t look_parts_count;

/* A character, and the ASCII one that it looks like. */
struct look_like {
    uint16_t letter;
    char like;
};
extern const struct look_like look_likes[];
extern const size_t look_likes_count;

#endif
