/* The decider of one partition: a command in, its one answer out. Pure but for the fold it stands
 * on: no log, clock or thread. What it has decided it sees at once; nothing of that may leave the
 * process before the log has it. */
#ifndef WRITERS_DECIDER_H
#define WRITERS_DECIDER_H

#include "core/auth/command_signature.h"
#include "core/base/buf.h"
#include "core/model/fold.h"
#include "core/model/position.h"
#include "core/model/repeats.h"
#include "core/model/submit.h"
#include "writers/poison.h"
#include "writers/rejections.h"
#include "writers/watch.h"

struct decider {
    struct fold *fold;
    struct chain chain; /* over all that was decided, confirmed or not */
    struct decide_config config;
    bool commands_trusted;       /* as the configuration says */
    const struct str *operators; /* as it names them */
    size_t operators_count;
    struct repeats repeats;           /* how long they are known */
    struct rejections rejections;     /* how many of a principal are recorded */
    int64_t recorded_at_us;           /* of the last record */
    int64_t next_due_us;              /* of the org of the last decision: the first time that one
                                         of its entities waits for; INT64_MAX: none does */
    int64_t owed_until_us;            /* up to when more is due in the org of the last command than
                                         that waits for; INT64_MIN: it is not refused for that */
    struct poison *poison;            /* notes what is judged, borrowed; NULL: nothing does */
    struct str org_id;                /* of the last command or turn, empty where it could not be
                                         read; */
    struct str command_id;            /* valid until the next; */
    struct str trace;                 /* so is what it says of its trace, */
    uint32_t command;                 /* and the number of its payload */
    const struct writer_watch *watch; /* who sees what it does, borrowed; NULL: nobody */
    struct expressions *expressions;  /* compiled ones */
    struct arena arena;               /* of one command */
    struct arena config_arena;
    struct buf value;
};

/* Stands on a fold that is at this position; borrows the fold. DATA_LOSS if the position's
 * configuration is none. */
MUST_USE struct status decider_init(struct decider *decider, struct fold *fold,
                                    const struct position *position);
void decider_release(struct decider *decider);

struct decider_command {
    struct str bytes; /* a CommandRecord */
    struct str key;   /* of its record, if it was read from the log */
    const struct command_signature_cluster
        *cluster;                 /* to check who sent it; NULL: it was not read from the
                         log, but comes from this process, which knows */
    int64_t now_us;               /* the decider's clock */
    uint64_t next_command_offset; /* the first offset that is undecided after this command */
    bool decide_nothing;          /* decide nothing: there is a command before it */
    bool waits;                   /* for all that is due before it, however much: nobody else
                                     decides that */
    bool poisoned;                /* it has killed the process before: reject it unseen */
};

/* Decides; *record is the value to append (empty unless DECIDED, ELAPSED or, of a command that was
 * read from the log, REPEATED), valid until the next call. ELAPSED: something of the org was due
 * before the command; the record says what became of it, and the same command is to be given
 * again. Any status but OK means that the partition must stop: the fold could not be read or
 * written, or does not fit the log. */
MUST_USE struct status decider_decide(struct decider *decider,
                                      const struct decider_command *command,
                                      struct submit_answer *answer, struct str *record);

/* What is due in an org. */
struct decider_due {
    struct str org_id;
    int64_t now_us;   /* the decider's clock */
    int64_t until_us; /* of an org that takes imports: what its own commands have settled
                         up to (INT64_MIN: what follows at once only); else until now */
    uint64_t next_command_offset; /* as it was: no command is passed */
};

/* Decides the next of it, without a command: one decision. *record is empty where nothing is due:
 * by now, or in an archived org, or one that takes imports and has settled up to there. Statuses as
 * above. */
MUST_USE struct status decider_elapse(struct decider *decider, const struct decider_due *due,
                                      struct str *record);

/* The next TICK record, as above; sets its time. `next_command_offset`: as in a command. */
MUST_USE struct status decider_tick(struct decider *decider, Agency__V1__Tick *tick, int64_t now_us,
                                    uint64_t next_command_offset, struct str *record);

#endif
