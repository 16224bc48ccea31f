/* That somebody gets on: two processes that may own one partition, in time. Whatever the log's
 * delays within its bound, and whichever of them dies or is frozen and comes back, decisions are
 * accepted again and again.
 *
 * Time goes on by ticks, and only when nothing is due: a record is under way for DELAY ticks at
 * most, a process reads what has landed and does what it has to within a tick. A record that does
 * not count is left out: nobody does anything on reading it.
 *
 * What is mirrored, and where it lies in C:
 *   land()           core/evlog/chain.c          the acceptance rule
 *   read()           core/evlog/leadership.c     leadership_offer, leadership_judge_epoch
 *   take_due()       core/evlog/leadership.c     leadership_election_due: silence of T(1 + rank) + jitter
 *   jitter           writers/cluster/replica_elect.c   made anew after each lost race
 *
 * Defined by the run, each must make the check fail:
 *   NO_BACK_OFF      who lost does not wait for silence: two can take over from each other for ever
 *   NO_TAKE_OVER     nobody takes over: the death of the owner ends all
 */

#define PROCESSES 2
#ifndef T
#define T 4 /* ticks */
#endif
#define DELAY 1
#define JITTER T
#ifndef LEAVES
#define LEAVES 3 /* how often in all one goes away; the other does not meanwhile */
#endif
/* Epochs are told apart by their last digit: never more than four are under way or unread. */
#define EPOCHS 8
#define next(e) ((e + 1) % EPOCHS)

mtype = { NOTHING, EPOCH, ANSWER, FOLLOWER, CANDIDATE, LEADER };

typedef process_t {
    mtype state;
    bool away;     /* dead, unless it comes back */
    byte epoch;    /* as it has read */
    byte silence;  /* ticks since it read an accepted record */
    byte patience; /* how many of them it bears */
    mtype air;     /* its record under way */
    byte air_epoch;
    byte age;
};

process_t process[PROCESSES];
chan unread0 = [4] of { mtype, byte };
chan unread1 = [4] of { mtype, byte };
byte epoch; /* of the log, and who began it */
byte owner;
byte leaves;
bool decided; /* since the last tick */

#define unread(p) (p == 0 -> len(unread0) : len(unread1))

inline tell(kind, who)
{
    if
    :: process[0].away -> skip
    :: else -> unread0!kind, who
    fi;
    if
    :: process[1].away -> skip
    :: else -> unread1!kind, who
    fi
}

inline land(p)
{
    if
    :: process[p].air == EPOCH && process[p].air_epoch == next(epoch) ->
        epoch = next(epoch);
        owner = p;
        tell(EPOCH, p)
    :: process[p].air == ANSWER && process[p].air_epoch == epoch && owner == p ->
        decided = true;
        tell(ANSWER, p)
    :: else -> skip
    fi;
    process[p].air = NOTHING;
    process[p].air_epoch = 0;
    process[p].age = 0
}

/* Somebody else began an epoch: wait until he is silent, a little longer or shorter each time. */
inline lose(p)
{
    process[p].state = FOLLOWER;
#ifdef NO_BACK_OFF
    process[p].patience = 0
#else
    if
    :: process[p].patience = T * (1 + p)
    :: process[p].patience = T * (1 + p) + JITTER
    fi
#endif
}

inline read(p, kind, who)
{
    process[p].silence = 0;
    if
    :: kind == EPOCH ->
        process[p].epoch = next(process[p].epoch);
        if
        :: who == p && process[p].state == CANDIDATE -> process[p].state = LEADER
        :: else -> lose(p)
        fi
    :: else -> skip
    fi
}

/* A macro, since an inline takes no numbers into structures. */
#define send(p, what, number)          \
    process[p].air = what;             \
    process[p].air_epoch = number;     \
    process[p].age = 0

#ifdef NO_TAKE_OVER
#define take_due(p) (process[p].state == FOLLOWER && p == 0 && epoch == 0 && owner == PROCESSES)
#else
#define take_due(p) (process[p].state == FOLLOWER && process[p].silence >= process[p].patience)
#endif
#define free(p) (!process[p].away && process[p].air == NOTHING && unread(p) == 0)
#define due(p) \
    (process[p].age >= DELAY || (!process[p].away && unread(p) > 0) || \
     (free(p) && (process[p].state == LEADER || take_due(p))))

inline leave(p)
{
    leaves++;
    process[p].away = true
}

/* It reads all that it has missed; what it had under way lands all the same. */
inline come_back(p)
{
    process[p].away = false;
    process[p].silence = 0;
    process[p].epoch = epoch;
    if
    :: owner == p -> process[p].state = LEADER
    :: else -> lose(p)
    fi
}

inline older(p)
{
    process[p].age = process[p].age + (process[p].air != NOTHING -> 1 : 0);
    process[p].silence = process[p].silence + (process[p].silence < 4 * T -> 1 : 0)
}

init {
    mtype kind;
    byte who;
    atomic {
        owner = PROCESSES;
        process[0].state = FOLLOWER;
        process[1].state = FOLLOWER;
        process[0].air = NOTHING;
        process[1].air = NOTHING;
        process[0].patience = T;
        process[1].patience = 2 * T
    };
    do
    :: atomic { process[0].air != NOTHING -> land(0) }
    :: atomic { process[1].air != NOTHING -> land(1) }
    :: atomic { !process[0].away && unread(0) > 0 -> unread0?kind, who; read(0, kind, who);
                kind = NOTHING; who = 0 }
    :: atomic { !process[1].away && unread(1) > 0 -> unread1?kind, who; read(1, kind, who);
                kind = NOTHING; who = 0 }
    :: atomic { free(0) && process[0].state == LEADER -> send(0, ANSWER, process[0].epoch) }
    :: atomic { free(1) && process[1].state == LEADER -> send(1, ANSWER, process[1].epoch) }
    :: atomic { free(0) && take_due(0) -> process[0].state = CANDIDATE;
                send(0, EPOCH, next(process[0].epoch)) }
    :: atomic { free(1) && take_due(1) -> process[1].state = CANDIDATE;
                send(1, EPOCH, next(process[1].epoch)) }
    :: atomic { leaves < LEAVES && !process[1].away && !process[0].away ->
                leave(0);
                do :: unread0?_, _ :: empty(unread0) -> break od }
    :: atomic { leaves < LEAVES && !process[0].away && !process[1].away ->
                leave(1);
                do :: unread1?_, _ :: empty(unread1) -> break od }
    :: atomic { process[0].away -> come_back(0) }
    :: atomic { process[1].away -> come_back(1) }
    :: atomic { !due(0) && !due(1) -> decided = false; older(0); older(1) }
    od
}

ltl somebody_gets_on { [] <> decided }
