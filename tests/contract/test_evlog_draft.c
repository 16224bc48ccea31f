/* The draft of a log, which a copy fills: nobody opens it by mistake. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/evlog/evlog_local.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { DRAFT_PARTITIONS = 2 };

static struct status draft_open(const char *path, bool draft, bool read_only, struct evlog **log)
{
    struct evlog_local_options options = { .draft = draft, .read_only = read_only };
    return evlog_local_open(path, &options, log);
}

TEST(evlog_draft, opens_only_for_who_knows_until_it_is_finished)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct evlog *log, *other;
    struct evlog_identity identity = log_tool_identity(DRAFT_PARTITIONS);
    folder_tool_make(path);
    assert_ok(evlog_local_create_draft(path, &identity));
    assert_code(STATUS_ALREADY_EXISTS, evlog_local_create_draft(path, &identity));
    assert_ok(draft_open(path, true, false, &log));
    log_tool_append(log, EVLOG_DECISIONS, 1, "copied");
    assert_code(STATUS_NOT_FOUND, draft_open(path, false, true, &other));
    assert_true(log->draft);
    assert_ok(evlog_finish(log));
    assert_false(log->draft);
    assert_ok(evlog_finish(log));
    assert_ok(draft_open(path, false, true, &other));
    evlog_close(other);
    evlog_close(log);
    assert_ok(draft_open(path, false, false, &log));
    evlog_close(log);
    folder_tool_remove(path);
}

/* Killed between the mark and the first segment: the folder is neither log nor empty. */
TEST(evlog_draft, hardly_begun_is_not_made_a_log_by_somebody_else)
{
    char path[FOLDER_TOOL_PATH_MAX], mark[FOLDER_TOOL_PATH_MAX + 8];
    struct evlog *log;
    struct evlog_identity identity = log_tool_identity(DRAFT_PARTITIONS);
    folder_tool_make(path);
    snprintf(mark, sizeof mark, "%s/draft", path);
    int file = open(mark, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    close(file);
    assert_code(STATUS_FAILED_PRECONDITION, evlog_local_create(path, &identity));
    assert_ok(evlog_local_create_draft(path, &identity));
    assert_ok(draft_open(path, true, false, &log));
    evlog_close(log);
    folder_tool_remove(path);
}
