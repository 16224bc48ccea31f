#include "core/pb/skim.h"

#include "agency/v1/decision.pb-c.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

TEST(skim, finds_the_last_of_a_number_among_all_kinds_of_fields)
{
    static const char bytes[] = "\x08\x05"                             /* 1: 5 */
                                "\x12\x02\x08\x63"                     /* 2: bytes */
                                "\x19\x08\x01\x08\x01\x08\x01\x08\x01" /* 3: fixed64 */
                                "\x25\x08\x01\x08\x01"                 /* 4: fixed32 */
                                "\x08\xAC\x02";                        /* 1: 300 */
    uint64_t value = 0;
    assert_true(pb_skim_varint(str_make(bytes, sizeof bytes - 1), 1, &value));
    assert_int_equal(value, 300);
    assert_false(pb_skim_varint(str_make(bytes, sizeof bytes - 1), 2, &value));
    assert_false(pb_skim_varint(str_make(bytes, sizeof bytes - 1), 5, &value));
    assert_false(pb_skim_varint(STR(""), 1, &value));
}

TEST(skim, stops_where_a_message_is_cut_or_none)
{
    static const char *const bad[] = { "\x0A\x05"
                                       "ab",
                                       "\x08",
                                       "\x08\xFF",
                                       "\x09"
                                       "abc",
                                       "\x0B",
                                       "\xFF",
                                       "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t value;
        assert_false(pb_skim_varint(str_z(bad[i]), 1, &value));
    }
}

TEST(skim, tells_when_a_decision_was_recorded)
{
    struct arena arena;
    struct str body;
    arena_init(&arena, 1 << 16);
    Agency__V1__Decision decision = AGENCY__V1__DECISION__INIT;
    decision.org_id = (char *)(uintptr_t) "acme";
    decision.recorded_at_us = INT64_C(1767225600123456);
    decision.occurred_at_us = 7;
    assert_ok(pb_pack(&arena, &decision.base, &body));
    assert_int_equal(decision_recorded_at_us(body), decision.recorded_at_us);
    arena_release(&arena);
}
