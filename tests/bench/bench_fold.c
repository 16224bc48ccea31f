/* What a decision costs on its way from the log into a store: 20,000 decisions of one org, half of
 * them assignments. Each stage apart, microseconds of CPU; the budget for 100,000 decisions
 * a second on two cores is 20 us in all. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/model/decision.h"
#include "tests/lib/partition_kit.h"

enum { DECISIONS = 20000, SUBJECTS = 500, RECORDS = 512 };

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "%s\n", st.msg);
        exit(1);
    }
}

static void fill(struct partition_kit *kit)
{
    char json[256];
    partition_kit_open_org(kit);
    partition_kit_do(kit, NULL, "createGroup", "{\"groupId\":\"core\"}");
    partition_kit_do(kit, NULL, "defineRoleType",
                     "{\"roleType\":\"member\",\"assignment\":\"ASSIGNMENT_MODE_DYNAMIC_MULTI\"}");
    partition_kit_do(kit, NULL, "createRole",
                     "{\"roleId\":\"seat\",\"roleType\":\"member\",\"groupIds\":[\"core\"]}");
    for (int i = 0; i < SUBJECTS; i++) {
        snprintf(json, sizeof json,
                 "{\"subjectId\":\"s%d\",\"name\":\"Subject number %d\",\"type\":"
                 "\"SUBJECT_TYPE_AGENT\"}",
                 i, i);
        partition_kit_do(kit, NULL, "registerSubject", json);
    }
    for (int i = 0; i < DECISIONS - SUBJECTS; i++) {
        snprintf(json, sizeof json, "{\"roleId\":\"seat\",\"subjectId\":\"s%d\"}", i % SUBJECTS);
        partition_kit_do(kit, NULL, i / SUBJECTS % 2 == 0 ? "assignRole" : "revokeRole", json);
    }
}

/* The CPU time of this thread: what other processes do does not count. */
static int64_t now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void print(const char *stage, int64_t us)
{
    printf("%-40s %10.2f us a decision\n", stage, (double)us / DECISIONS);
}

/* Calls a function for each record of the log; gives the microseconds. */
static int64_t each_record(const struct partition_kit *kit, struct partition *partition,
                           void (*call)(struct partition *, const struct evlog_record *))
{
    struct evlog_reader *reader;
    struct evlog_record records[RECORDS];
    size_t count;
    check(evlog_reader_open(kit->log, EVLOG_DECISIONS, &reader));
    check(evlog_reader_seek(reader, 0, 0));
    int64_t start = now();
    do {
        check(evlog_reader_read(reader, records, RECORDS, &count));
        for (size_t i = 0; i < count; i++) {
            call(partition, &records[i]);
        }
    } while (count > 0);
    int64_t us = now() - start;
    evlog_reader_close(reader);
    return us;
}

static void nothing(struct partition *partition, const struct evlog_record *record)
{
    (void)partition;
    (void)record;
}

static void offer(struct partition *partition, const struct evlog_record *record)
{
    struct record decoded;
    enum chain_verdict verdict;
    check(chain_offer(&partition->position.chain, record->value, &decoded, &verdict));
}

static void decode(struct partition *partition, const struct evlog_record *record)
{
    struct record decoded;
    Agency__V1__Decision *decision;
    check(record_decode(record->value, &decoded));
    arena_reset(&partition->arena);
    if (decoded.type == RECORD_DECISION) {
        check(decision_decode(&partition->arena, decoded.body, &decision));
    }
}

static void take(struct partition *partition, const struct evlog_record *record)
{
    if (partition_due(partition)) {
        check(partition_write_behind(partition));
    }
    check(partition_take(partition, record->offset, record->value, NULL, NULL));
}

static struct partition *open_partition(const struct partition_kit *kit, const char *store)
{
    struct partition_options options = partition_kit_options(kit, store);
    struct partition *partition;
    check(partition_open(&options, &partition));
    return partition;
}

int main(void)
{
    struct partition_kit kit;
    int64_t start = now();
    fill(&kit);
    print("JSON, decide, append, fold (in memory)", now() - start);
    struct partition *judged = open_partition(&kit, NULL);
    print("read the log (in memory)", each_record(&kit, judged, nothing));
    print("acceptance rule", each_record(&kit, judged, offer));
    print("decode", each_record(&kit, judged, decode));
    partition_close(judged);
    struct partition *partition = open_partition(&kit, kit.store);
    print("all of these and fold", each_record(&kit, partition, take));
    start = now();
    check(partition_write(partition));
    print("write, one batch", now() - start);
    start = now();
    check(partition_flush(partition));
    print("flush", now() - start);
    partition_close(partition);
    partition_kit_close(&kit);
    return 0;
}
