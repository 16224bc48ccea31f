#include "replay/check_commands.h"

#include "core/evlog/evlog_mem.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

TEST(check_commands, names_the_first_bad_command)
{
    struct evlog *log;
    struct evlog_identity identity = log_tool_identity(2);
    struct evlog_mem *mem = evlog_mem_new(&identity, EVLOG_MEM_EXCLUSIVE);
    assert_ok(evlog_mem_open(mem, false, &log));
    for (int i = 0; i < 1000; i++) {
        log_tool_append(log, EVLOG_COMMANDS, 1, "command");
    }
    assert_ok(check_commands(log, 0));
    assert_ok(check_commands(log, 1));
    evlog_mem_damage(mem, EVLOG_COMMANDS, 1, 700);
    assert_ok(check_commands(log, 0));
    struct status st = check_commands(log, 1);
    assert_int_equal(st.code, STATUS_DATA_LOSS);
    assert_non_null(strstr(st.msg, "partition 1, command at offset 700"));
    evlog_close(log);
    evlog_mem_free(mem);
}
