#include "tests/lib/random_carried.h"

#include <stdio.h>

#include "core/pb/json.h"
#include "tests/lib/test.h"

/* One that concerns nobody, one that gives a permission away, one that takes all. */
static const struct {
    const char *name;
    const char *json; /* a subject goes in */
} carried[] = {
    { "SetGoal",
      "{\"setGoal\":{\"goal\":{\"goalId\":\"goal{turn}\",\"statement\":\"%s at {at}\"}}}" },
    { "GrantPermission",
      "{\"grantPermission\":{\"grant\":{\"grantId\":\"by{turn}\",\"permission\":\"AssignRole\","
      "\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"%s\"},"
      "\"on\":{\"kind\":\"OBJECT_KIND_ORG\"}}}}" },
    { "SuspendSubject", "{\"suspendSubject\":{\"subjectId\":\"%s\"}}" },
};
static_assert(sizeof carried / sizeof carried[0] == RANDOM_CARRIED, "the header says how many");

const char *random_carried_name(size_t number)
{
    assert(number < RANDOM_CARRIED);
    return carried[number].name;
}

Google__Protobuf__Struct *random_carried(struct random_state *random, struct arena *arena,
                                         const char *subject_id)
{
    Google__Protobuf__Struct *template;
    char json[512];
    snprintf(json, sizeof json, carried[random_below(random, RANDOM_CARRIED)].json, subject_id);
    assert_ok(pb_from_json(arena, &google__protobuf__struct__descriptor, str_z(json), &template));
    return template;
}
