/* Grantees and objects of grants in the JSON of commands, for random orgs whose subjects are called
 * s0, s1 ..., seats r0 ..., groups g0 ..., assets a0 ..., their types k0 ..., job spaces j0 ... */
#ifndef TESTS_LIB_GRANT_JSON_H
#define TESTS_LIB_GRANT_JSON_H

enum { GRANT_JSON_SIZE = 128 };

enum grant_json_grantee { TO_SUBJECT, TO_SEAT, TO_GROUP, TO_HOLDERS, GRANTEES };
enum grant_json_object {
    ON_ASSET,
    ON_ASSET_TYPE,
    ON_GROUP,
    ON_JOB_SPACE,
    ON_SUBJECT,
    ON_ORG,
    OBJECTS
};

/* TO_HOLDERS: of seats of the types t0 and t1 in the group. */
void grant_json_grantee(enum grant_json_grantee kind, unsigned number, char out[GRANT_JSON_SIZE]);
/* `number` is nothing to ON_ORG. */
void grant_json_object(enum grant_json_object kind, unsigned number, char out[GRANT_JSON_SIZE]);

#endif
