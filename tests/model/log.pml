/* The rules of the log, for every order of events of a small world: two processes that may own one
 * partition, a log that delays, doubles and reorders records and lets those of the dead appear
 * late, crashes and take-overs at any step.
 *
 * What is mirrored, and where it lies in C:
 *   accept()      core/evlog/chain.c        chain_offer, chain_offer_epoch, chain_check_next
 *   step_read()   core/evlog/leadership.c   leadership_offer, leadership_judge_epoch, leadership_judge_own
 *   step_ack()    core/evlog/leadership.c   leadership_acked, leadership_confirm, leadership_is_fenced
 *   step_decide() core/evlog/leadership.c   leadership_next, leadership_push
 *   step_take()   core/evlog/leadership.c   leadership_campaign
 *
 * What must hold, checked in every state:
 *   (a) no reader ever meets a contradiction (DATA_LOSS);
 *   (b) the accepted answers are those of command 0, 1, 2 ..., each once;
 *   (c) what a process was told is confirmed, and so answered, is accepted;
 *   (d) who tries to take over becomes the owner or sees another become it, and when nothing can
 *       happen any more all commands are accepted, unless the epochs and records that this world
 *       allows are used up.
 *
 * A head is the list of accepted records, a digit each, which is what a hash chain stands for.
 *
 * Defined by the run, each breaks one rule and must make the check fail:
 *   NO_OWNER_BYTES   two EPOCHs of one number are the same bytes: who sent one takes any for its own
 *   ANSWER_ON_ACK    any acknowledgement of the oldest record confirms it
 *   ANSWER_ON_OFFSET an acknowledgement behind the last known record confirms, whatever its sequence
 *   RESUME_PAST      an owner begins behind the command that it had not answered
 *   CHAINED_EPOCH    an EPOCH must continue the head, so that a busy owner starves it
 */

#define PROCESSES 2
#define COMMANDS 2
#ifndef EPOCHS
#define EPOCHS 2 /* EPOCHs that may be sent */
#endif
#ifndef LOG_MAX
#define LOG_MAX 5
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef DOUBLES
#define DOUBLES 1
#endif
#define AIR_MAX 2  /* records under way */
#define PENDING_MAX 2
#define UNKNOWN 255

mtype = { NOBODY, EPOCH, ANSWER, FOLLOWER, CANDIDATE, LEADER };

typedef record_t {
    mtype kind;
    byte owner;   /* who made it */
    byte life;    /* in which of its lives: a restarted process gets no acknowledgements of the last */
    byte epoch;
    byte sequence;
    int prev;
    byte command;
};

/* What a reader has folded. */
typedef chain_t {
    byte epoch;
    byte sequence;
    int head;
    byte owner;
    byte next_command;
};

typedef process_t {
    mtype state;
    byte life;
    chain_t chain;
    byte next_offset;
    byte ahead_sequence;
    int ahead_head;
    byte ahead_command;
    byte pending;
    byte offset[PENDING_MAX]; /* where the pending ones were acknowledged */
};

record_t log[LOG_MAX];
byte log_count;
record_t air[AIR_MAX];
process_t process[PROCESSES];
chain_t truth;         /* what a reader of all makes of the log */
bool answered[COMMANDS];
byte epochs_sent, crashes, doubles;
byte seen;             /* answers accepted */
bool accepted;         /* the result of accept() */

#ifdef CHAINED_EPOCH
#define EPOCH_COUNTS(c, r) (r.epoch == c.epoch + 1 && r.prev == c.head)
#else
#define EPOCH_COUNTS(c, r) (r.epoch == c.epoch + 1)
#endif
#ifdef NO_OWNER_BYTES
#define EPOCH_DIGIT(r) 1
#else
#define EPOCH_DIGIT(r) (1 + r.owner)
#endif
/* Two processes never answer in the same bytes: their clocks differ. */
#define ANSWER_DIGIT(command, owner) (3 + (command) * PROCESSES + (owner))
/* The acceptance rule, on chain c and record r (a macro, since an inline takes no structures). */
#define accept(c, r)                                                                     \
    accepted = false;                                                                    \
    if                                                                                   \
    :: r.kind == EPOCH && EPOCH_COUNTS(c, r) ->                                          \
        accepted = true;                                                                 \
        c.epoch = r.epoch;                                                               \
        c.owner = r.owner;                                                               \
        c.head = c.head * 8 + EPOCH_DIGIT(r);                                            \
        c.sequence++                                                                     \
    :: r.kind == ANSWER && r.epoch == c.epoch && r.sequence == c.sequence + 1 ->         \
        assert(r.prev == c.head); /* (a) */                                                 \
        accepted = true;                                                                 \
        c.head = c.head * 8 + ANSWER_DIGIT(r.command, r.owner);                                             \
        c.next_command = r.command + 1;                                                  \
        c.sequence++                                                                     \
    :: else -> skip                                                                      \
    fi

#define send(k, p, e, s, h, n)       \
    i = 0;                           \
    do                               \
    :: air[i].kind != NOBODY -> i++  \
    :: else -> break                 \
    od;                              \
    air[i].kind = k;                 \
    air[i].owner = p;                \
    air[i].life = process[p].life;   \
    air[i].epoch = e;                \
    air[i].sequence = s;             \
    air[i].prev = h;                 \
    air[i].command = n;              \
    i = 0

#define AIR_FREE (air[0].kind == NOBODY || air[1].kind == NOBODY)

inline drop_pending(p)
{
    process[p].ahead_sequence = 0;
    process[p].ahead_head = 0;
    process[p].ahead_command = 0;
    process[p].pending = 0;
    process[p].offset[0] = UNKNOWN;
    process[p].offset[1] = UNKNOWN
}

inline pop_pending(p)
{
    process[p].pending--;
    process[p].offset[0] = process[p].offset[1];
    process[p].offset[1] = UNKNOWN
}

/* A process knows only the log from here on. */
inline begin_again(p)
{
    process[p].state = FOLLOWER;
    process[p].life++;
    process[p].chain.epoch = 0;
    process[p].chain.sequence = 0;
    process[p].chain.head = 0;
    process[p].chain.owner = 0;
    process[p].chain.next_command = 0;
    process[p].next_offset = 0;
    drop_pending(p)
}

#define confirm(n)                         \
    assert(truth.next_command > n); /* (c) */ \
    answered[n] = true

/* Our oldest lies where all is judged and was not confirmed: this epoch is over. */
inline check_void(p)
{
    if
    :: process[p].pending > 0 && process[p].offset[0] < process[p].next_offset -> begin_again(p)
    :: else -> skip
    fi
}

#ifdef NO_OWNER_BYTES
#define IS_OURS(p, r) true
#else
#define IS_OURS(p, r) (r.owner == p && r.life == process[p].life)
#endif

inline step_read(p)
{
    accept(process[p].chain, log[process[p].next_offset]);
    process[p].next_offset++;
    if
    :: accepted && log[process[p].next_offset - 1].kind == EPOCH ->
        if
        :: process[p].state == CANDIDATE && IS_OURS(p, log[process[p].next_offset - 1]) ->
            process[p].state = LEADER;
            process[p].ahead_sequence = process[p].chain.sequence;
            process[p].ahead_head = process[p].chain.head;
#ifdef RESUME_PAST
            process[p].ahead_command = process[p].chain.next_command + 1
#else
            process[p].ahead_command = process[p].chain.next_command
#endif
        :: else ->
            process[p].state = FOLLOWER;
            drop_pending(p)
        fi
    :: accepted && log[process[p].next_offset - 1].kind == ANSWER &&
       process[p].state == LEADER ->
        confirm(log[process[p].next_offset - 1].command);
        pop_pending(p)
    :: else -> skip
    fi;
    check_void(p)
}

inline confirm_first(p)
{
    confirm(process[p].chain.next_command);
    process[p].chain.head = process[p].chain.head * 8 +
                            ANSWER_DIGIT(process[p].chain.next_command, p);
    process[p].chain.next_command++;
    process[p].chain.sequence++;
    process[p].next_offset++;
    pop_pending(p)
}

#ifdef ANSWER_ON_ACK
#define ACK_CONFIRMS(p, s, o) (s == process[p].chain.sequence + 1)
#else
#ifdef ANSWER_ON_OFFSET
#define ACK_CONFIRMS(p, s, o) (o == process[p].next_offset)
#else
#define ACK_CONFIRMS(p, s, o) (s == process[p].chain.sequence + 1 && o == process[p].next_offset)
#endif
#endif

/* The record s of our epoch e lies at offset o. */
#define step_ack(p, e, s, o)                                                                    \
    if                                                                                          \
    :: process[p].state == LEADER && e == process[p].chain.epoch &&                            \
       s > process[p].chain.sequence && s <= process[p].chain.sequence + process[p].pending ->  \
        process[p].offset[s - process[p].chain.sequence - 1] = o;                               \
        if                                                                                      \
        :: ACK_CONFIRMS(p, s, o) -> confirm_first(p)                                            \
        :: else -> skip                                                                         \
        fi;                                                                                     \
        check_void(p)                                                                           \
    :: else -> skip                                                                             \
    fi

inline step_decide(p)
{
    send(ANSWER, p, process[p].chain.epoch, process[p].ahead_sequence + 1, process[p].ahead_head,
         process[p].ahead_command);
    process[p].pending++;
    process[p].ahead_sequence++;
    process[p].ahead_head =
        process[p].ahead_head * 8 + ANSWER_DIGIT(process[p].ahead_command, p);
    process[p].ahead_command++
}

inline step_take(p)
{
    send(EPOCH, p, process[p].chain.epoch + 1, process[p].chain.sequence + 1,
         process[p].chain.head, 0);
    process[p].state = CANDIDATE;
    epochs_sent++
}

/* A record lands; its maker, if it still lives that life, may hear of it at once or never (then it
 * reads). It may land once more. */
inline step_land(a)
{
    log[log_count].kind = air[a].kind;
    log[log_count].owner = air[a].owner;
    log[log_count].life = air[a].life;
    log[log_count].epoch = air[a].epoch;
    log[log_count].sequence = air[a].sequence;
    log[log_count].prev = air[a].prev;
    log[log_count].command = air[a].command;
    log_count++;
    accept(truth, log[log_count - 1]);
    if
    :: accepted && log[log_count - 1].kind == ANSWER ->
        assert(seen == log[log_count - 1].command); /* (b) */
        seen++
    :: else -> skip
    fi;
    if
    :: log[log_count - 1].kind == ANSWER &&
       log[log_count - 1].life == process[log[log_count - 1].owner].life ->
        if
        :: step_ack(log[log_count - 1].owner, log[log_count - 1].epoch,
                    log[log_count - 1].sequence, log_count - 1)
        :: skip
        fi
    :: else -> skip
    fi;
    if
    :: doubles < DOUBLES -> doubles++
    :: air[a].kind = NOBODY;
       air[a].owner = 0;
       air[a].life = 0;
       air[a].epoch = 0;
       air[a].sequence = 0;
       air[a].prev = 0;
       air[a].command = 0
    fi
}

init {
    byte i = 0;
    byte p = 0;
    atomic {
        do
        :: p < PROCESSES ->
            process[p].state = FOLLOWER;
            process[p].offset[0] = UNKNOWN;
            process[p].offset[1] = UNKNOWN;
            p++
        :: else -> break
        od;
        i = 0;
        do
        :: i < AIR_MAX -> air[i].kind = NOBODY; i++
        :: else -> break
        od;
        i = 0;
        p = 0
    };
    do
    :: atomic { process[0].next_offset < log_count -> step_read(0) }
    :: atomic { process[1].next_offset < log_count -> step_read(1) }
    :: atomic { process[0].state == LEADER && process[0].pending < PENDING_MAX && AIR_FREE &&
                process[0].ahead_command < COMMANDS -> step_decide(0) }
    :: atomic { process[1].state == LEADER && process[1].pending < PENDING_MAX && AIR_FREE &&
                process[1].ahead_command < COMMANDS -> step_decide(1) }
    :: atomic { process[0].state == FOLLOWER && epochs_sent < EPOCHS && AIR_FREE -> step_take(0) }
    :: atomic { process[1].state == FOLLOWER && epochs_sent < EPOCHS && AIR_FREE -> step_take(1) }
    :: atomic { air[0].kind != NOBODY && log_count < LOG_MAX -> step_land(0) }
    :: atomic { air[1].kind != NOBODY && log_count < LOG_MAX -> step_land(1) }
    :: atomic { crashes < CRASHES -> crashes++; begin_again(0) }
    :: else -> break
    od;
    /* (d) Nothing can happen any more. */
    assert(log_count == LOG_MAX || epochs_sent == EPOCHS || truth.next_command == COMMANDS);
    assert(log_count == LOG_MAX || (process[0].state != CANDIDATE && process[1].state != CANDIDATE))
}
