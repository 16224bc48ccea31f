#include "tests/lib/grant_json.h"

#include <stdio.h>

void grant_json_grantee(enum grant_json_grantee kind, unsigned number, char out[GRANT_JSON_SIZE])
{
    static const char *const formats[] = {
        [TO_SUBJECT] = "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%u\"",
        [TO_SEAT] = "\"kind\":\"GRANTEE_KIND_ROLE\",\"id\":\"r%u\"",
        [TO_GROUP] = "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\"",
        [TO_HOLDERS] =
            "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\",\"roleTypes\":[\"t0\",\"t1\"]",
    };
    snprintf(out, GRANT_JSON_SIZE, formats[kind], number);
}

void grant_json_object(enum grant_json_object kind, unsigned number, char out[GRANT_JSON_SIZE])
{
    static const char *const formats[] = {
        [ON_ASSET] = "\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"a%u\"",
        [ON_ASSET_TYPE] = "\"kind\":\"OBJECT_KIND_ASSET_TYPE\",\"id\":\"k%u\"",
        [ON_GROUP] = "\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"g%u\"",
        [ON_JOB_SPACE] = "\"kind\":\"OBJECT_KIND_JOB_SPACE\",\"id\":\"j%u\"",
        [ON_SUBJECT] = "\"kind\":\"OBJECT_KIND_SUBJECT\",\"id\":\"s%u\"",
        [ON_ORG] = "\"kind\":\"OBJECT_KIND_ORG\"",
    };
    snprintf(out, GRANT_JSON_SIZE, formats[kind], number);
}
