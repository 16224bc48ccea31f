#include "replay/check_commands.h"

#include <inttypes.h>

enum { CHECK_COMMANDS_RUN = 256 };

static struct status check_commands_read(struct evlog_reader *reader, uint32_t partition,
                                         uint64_t end)
{
    struct evlog_record records[CHECK_COMMANDS_RUN];
    size_t count;
    do {
        TRY(evlog_reader_read_to(reader, partition, end, records, CHECK_COMMANDS_RUN, &count));
    } while (count > 0);
    return status_ok();
}

struct status check_commands(struct evlog *log, uint32_t partition)
{
    struct evlog_reader *reader;
    uint64_t begin, end;
    TRY(evlog_range(log, EVLOG_COMMANDS, partition, &begin, &end));
    TRY(evlog_reader_open(log, EVLOG_COMMANDS, &reader));
    struct status st = evlog_reader_seek(reader, partition, begin);
    if (st.code == STATUS_OK) {
        st = check_commands_read(reader, partition, end);
    }
    st = status_prefix(st, "partition %" PRIu32 ", command at offset %" PRIu64, partition,
                       evlog_reader_position(reader, partition));
    evlog_reader_close(reader);
    return st;
}
