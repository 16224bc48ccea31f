/* Who may do what, said again in the plainest way: from lists of all entities, by brute force. What
 * it shares with Check is the meaning of the words, and nothing else. */
#ifndef TESTS_ATTACK_PLAIN_ACCESS_H
#define TESTS_ATTACK_PLAIN_ACCESS_H

#include "core/domain/check/objects.h"
#include "tests/attack/counts.h"

enum { EXTENT_PERMISSIONS_MAX = 128, EXTENT_OBJECTS_MAX = 128 };

/* What is looked at: all that was there, and every permission that anything names. */
struct extent {
    struct str permissions[EXTENT_PERMISSIONS_MAX];
    size_t permissions_count;
    struct object objects[EXTENT_OBJECTS_MAX];
    size_t objects_count;
};

/* Stands in an extent for every command's permission, which an OPEN org waives. */
#define EXTENT_ANY_COMMAND STR("(every command)")

/* The objects of `before`, the permissions that `before` or `after` name. */
void extent_read(struct extent *extent, const struct plain_org *before,
                 const struct plain_org *after);

/* One byte for each permission and object. */
struct access {
    uint8_t allowed[EXTENT_PERMISSIONS_MAX][EXTENT_OBJECTS_MAX];
};

/* How a question is asked: by anybody, or for a command, to which archived and removed things are
 * objects, too. */
enum access_mode { ACCESS_ASKED, ACCESS_FOR_COMMAND };

void access_read(const struct plain_org *org, const struct extent *extent,
                 const struct counts *counts, enum access_mode mode, struct access *access);

/* One question of an ACTIVE subject. */
bool access_may(const struct plain_org *org, struct arena *arena, struct str subject_id,
                struct str permission, struct object object, enum access_mode mode);

/* The same for a command, of what somebody counts as; the object may be one that is not there. */
bool access_has(const struct plain_org *org, const struct counts *counts, struct str permission,
                struct object object);

/* Whether what is granted on one object holds on another. */
bool access_covers(const struct plain_org *org, struct object on, struct object object);

/* Neither removed, nor archived, nor below anything that is. */
bool access_serves(const struct plain_org *org, struct object object);

bool access_open(const struct plain_org *org);

#endif
