/* A client under load, as anybody could write one: puts commands on the log, reads their outcomes,
 * asks again with the same id for what is not answered, and remembers every answer. One thread; all
 * fail the test by themselves. */
#ifndef TESTS_LIB_LOAD_H
#define TESTS_LIB_LOAD_H

#include "core/evlog/opener.h"
#include "tests/lib/load_source.h"

/* What the client knows of a command. */
struct load_command {
    int64_t due_us;      /* monotonic: when it was to be sent; 0: not sent yet */
    int64_t answered_us; /* 0: not answered yet */
    int64_t asked_us;    /* when it was last sent */
    uint64_t sequence;   /* as answered */
    bool accepted;       /* as answered */
    bool under_way;      /* sent, and not acknowledged: nobody knows whether it is in the log */
};

struct load_partition {
    uint64_t waiting; /* commands without answer */
    int64_t heard_us; /* of the last answer, or since when there is something to wait for */
    int64_t pause_us; /* the longest time without an answer while there was something to wait for */
    uint64_t outcomes; /* offset of the first outcome that is not read */
};

struct load_options {
    struct evlog_opener opener;
    const char *name; /* of orgs and commands: another one for each load on a log */
    uint32_t orgs_count;
    struct str cluster_key; /* borrowed */
    uint64_t commands_max;
    uint64_t waiting_max; /* commands without answer, at most */
    int64_t retry_us;     /* ask again after so long */
};

struct load {
    struct load_options options;
    struct load_source source;
    struct evlog *log;
    struct evlog_reader *reader;
    struct load_partition *partitions;
    struct load_command *commands;
    uint64_t sent;
    uint64_t answered;
    uint64_t unanswered; /* the lowest number without an answer */
    uint64_t again;      /* commands that were sent again */
    uint64_t repeated;   /* outcomes that say that the command was answered before */
    uint64_t accepted;
    bool lost;          /* commands were left behind by a log that broke, not asked again yet */
    uint64_t reopened;  /* times that the log broke */
    int64_t swept_us;   /* when it was last looked for commands to be sent again */
    struct arena arena; /* of one outcome */
    char reason[256];   /* of the first rejection */
};

struct load *load_open(const struct load_options *options);
void load_close(struct load *load);

/* Sends `count` commands more, so many a second (0: as fast as waiting_max allows), and reads
 * outcomes meanwhile; some are unanswered when it returns. */
void load_send(struct load *load, uint64_t count, double rate);
/* Sends and reads for so long. */
void load_run(struct load *load, double seconds, double rate);
/* Reads outcomes for so long, and asks again, but sends nothing new. */
void load_listen(struct load *load, double seconds);
/* Waits until all is answered; fails the test after so many seconds. */
void load_settle(struct load *load, double seconds_max);
/* Begins to measure pauses anew. */
void load_forget_pause(struct load *load);
/* The longest pause of any partition, seconds. */
double load_pause(const struct load *load);
/* How long the commands from one number to before another waited for their answer, milliseconds;
 * that fraction (0.99) of them, not longer. */
double load_latency_ms(const struct load *load, uint64_t from, uint64_t to, double fraction);

#endif
