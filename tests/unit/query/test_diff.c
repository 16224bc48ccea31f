#include "query/diff.h"

#include "tests/lib/test.h"

static Agency__V1__Subject subject(Agency__V1__EntityStatus status)
{
    Agency__V1__Subject made = AGENCY__V1__SUBJECT__INIT;
    made.status = status;
    return made;
}

static Agency__V1__Difference difference(Agency__V1__EntityStatus before,
                                         Agency__V1__EntityStatus after)
{
    const Agency__V1__Subject then = subject(before), now = subject(after);
    const struct diff_entity entity = { .before = before == LIFE_NONE ? NULL : &then.base,
                                        .after = after == LIFE_NONE ? NULL : &now.base };
    return diff_of(&entity);
}

TEST(diff, what_is_over_is_no_longer_there)
{
    static const Agency__V1__EntityStatus overs[] = { LIFE_NONE, LIFE_ENDED, LIFE_REMOVED,
                                                      LIFE_ERASED };
    for (size_t i = 0; i < sizeof overs / sizeof overs[0]; i++) {
        assert_int_equal(difference(LIFE_ACTIVE, overs[i]),
                         AGENCY__V1__DIFFERENCE__DIFFERENCE_ENDED);
        assert_int_equal(difference(overs[i], LIFE_ACTIVE),
                         AGENCY__V1__DIFFERENCE__DIFFERENCE_ADDED);
    }
    assert_int_equal(difference(LIFE_REMOVED, LIFE_ERASED),
                     AGENCY__V1__DIFFERENCE__DIFFERENCE_CHANGED);
    assert_int_equal(difference(LIFE_ACTIVE, LIFE_SUSPENDED),
                     AGENCY__V1__DIFFERENCE__DIFFERENCE_CHANGED);
}
