#include "tests/lib/random_carried.h"

#include <stdio.h>

#include "core/pb/json.h"
#include "tests/lib/test.h"

enum { SUBJECTS = 6 };

/* One that concerns nobody, one that gives a permission away, one that takes all. */
static const struct {
    const char *name;
    const char *json; /* the number of a subject goes in */
} carried[] = {
    { "SetGoal",
      "{\"setGoal\":{\"goal\":{\"goalId\":\"goal{turn}\",\"statement\":\"%u at {at}\"}}}" },
    { "GrantPermission",
      "{\"grantPermission\":{\"grant\":{\"grantId\":\"by{turn}\",\"permission\":\"AssignRole\","
      "\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%u\"},"
      "\"on\":{\"kind\":\"OBJECT_KIND_ORG\"}}}}" },
    { "SuspendSubject", "{\"suspendSubject\":{\"subjectId\":\"s%u\"}}" },
};
enum { CARRIED = sizeof carried / sizeof carried[0] };

const char *random_carried_name(struct random_state *random)
{
    return carried[random_below(random, CARRIED)].name;
}

Google__Protobuf__Struct *random_carried(struct random_state *random, struct arena *arena)
{
    Google__Protobuf__Struct *template;
    char json[512];
    unsigned which = random_below(random, CARRIED);
    snprintf(json, sizeof json, carried[which].json, random_below(random, SUBJECTS));
    assert_ok(pb_from_json(arena, &google__protobuf__struct__descriptor, str_z(json), &template));
    return template;
}
