/* A broker that is killed, is away, and forgets; and a disk that is full: under load. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/lib/broker_tool.h"
#include "tests/lib/drill.h"
#include "tests/lib/test.h"

enum { PARTITIONS = 4, ORGS = 32, COMMANDS_MAX = 200000 };
static const double RATE = 500;

static void broker_scene(struct drill *drill)
{
    drill_open(drill, PARTITIONS);
    drill_start(drill, 0, 0);
    drill_load(drill, ORGS, COMMANDS_MAX);
}

TEST(broker, killed_in_mid_load_loses_and_repeats_nothing)
{
    struct drill drill;
    broker_scene(&drill);
    load_send(drill.load, 20000, 0);
    broker_tool_kill(1);
    broker_tool_restart(1);
    load_run(drill.load, 3, RATE);
    drill_close(&drill, "broker killed in mid-load and restarted");
}

/* A person's command, while the load waits. */
static int broker_submit(struct drill *drill, const char *subject)
{
    char path[FOLDER_TOOL_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/command.json", drill->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "{\"orgId\":\"load-0\",\"commandId\":\"by-hand-%s\",\"updateSubject\":{\"subject\":{"
            "\"subjectId\":\"root\",\"name\":\"%s\"}}}\n",
            subject, subject);
    fclose(file);
    const char *words[] = {
        "--timeout", "5s", "--principal", "API_KEY:root", "submit", path, NULL
    };
    return drill_ctl(drill, 0, words);
}

TEST(broker, away_for_a_minute_is_unavailable_and_all_recovers)
{
    struct drill drill;
    broker_scene(&drill);
    load_run(drill.load, 2, RATE);
    broker_tool_kill(1);
    load_run(drill.load, 20, 20);
    assert_int_not_equal(broker_submit(&drill, "away"), 0);
    load_run(drill.load, 35, 20);
    broker_tool_restart(1);
    load_run(drill.load, 5, RATE);
    drill_close(&drill, "broker away for a minute");
}

/* A member's stores on a small disk of their own. */
static void broker_small_disk(struct drill *drill, int member, const char *options)
{
    char path[FOLDER_TOOL_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/stores", drill->members[member].data);
    mkdir(path, 0750);
    if (mount("none", path, "tmpfs", 0, options) != 0) {
        skip(); /* only root may */
    }
}

/* Fills that disk but for a little, which nothing of ours needs at that moment. */
static void broker_ballast(struct drill *drill, int member, bool there)
{
    enum { LEFT = 8 << 20 };
    char path[FOLDER_TOOL_PATH_MAX + 48];
    static const char bytes[65536];
    snprintf(path, sizeof path, "%s/stores/ballast", drill->members[member].data);
    if (!there) {
        assert_int_equal(unlink(path), 0);
        return;
    }
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    struct statvfs disk;
    do {
        assert_int_equal(write(file, bytes, sizeof bytes), sizeof bytes);
        assert_int_equal(fstatvfs(file, &disk), 0);
    } while (disk.f_bavail * disk.f_frsize > LEFT);
    close(file);
}

TEST(disk, full_of_stores_is_waited_for)
{
    struct drill drill;
    drill_open(&drill, PARTITIONS);
    broker_small_disk(&drill, 0, "size=400m");
    drill_start(&drill, 0, 0);
    drill_load(&drill, ORGS, COMMANDS_MAX);
    load_run(drill.load, 2, RATE);
    broker_ballast(&drill, 0, true);
    load_run(drill.load, 15, 4000);
    broker_ballast(&drill, 0, false);
    drill_close(&drill, "disk of the stores full for 15 s");
    assert_true(drill.pause > 10);
}

/* Half of the decisions, while the broker is down. */
static void broker_lose_tail(const struct drill *drill)
{
    char topic[DRILL_PREFIX_SIZE + 16];
    snprintf(topic, sizeof topic, "%s.decisions", drill->prefix);
    broker_tool_kill(1);
    for (unsigned p = 0; p < PARTITIONS; p++) {
        broker_tool_lose_half(1, topic, p);
    }
    broker_tool_restart(1);
}

TEST(log, that_lost_its_tail_stops_the_stores_loudly)
{
    struct drill drill;
    int code = 0;
    broker_scene(&drill);
    load_run(drill.load, 3, RATE);
    load_settle(drill.load, 30);
    drill_start(&drill, 1, 1);
    drill_await(&drill, 1, "state=follower", 20);
    assert_int_equal(process_tool_stop(&drill.members[0].process, 20), 0);
    process_tool_freeze(&drill.members[1].process, true);
    broker_lose_tail(&drill);
    process_tool_freeze(&drill.members[1].process, false);
    drill_start(&drill, 0, 0);
    drill_await(&drill, 0, "DATA_LOSS", 20);
    drill_await(&drill, 1, "DATA_LOSS", 20);
    for (int i = 0; i < 500 && process_tool_runs(&drill.members[0].process, &code); i++) {
        usleep(20000);
    }
    assert_int_not_equal(code, 0);
    drill_abandon(&drill);
    print_message("told a log that lost its tail: stores stop, nothing is written\n");
}
