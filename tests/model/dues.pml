/* What is due in an org and what answers about its past say meanwhile, for every order of events of
 * a small world: two processes that may lead, each crashing and coming late, and a reader.
 *
 * The log is judged at once: of a record of an older epoch nothing is left (log.pml has why that is
 * so). A thing is due at 3; when it has happened, there is another, which was due at 2 already. From
 * each of them something follows at once.
 *
 * What is mirrored, and where it lies in C:
 *   decide()  writers/decider_due.c      decider_settle, decider_elapse: what is due comes before a
 *                                        command; its time is max(due, the org's last)
 *   follows   core/domain/kernel/due.c   the row of time 0: comes first, at the org's last time
 *   take_over writers/timers.c           who leads knows what is due by the heads alone
 *   reader    core/model/moment.c        moment_judge: final, or not
 *
 * What must hold, checked in every state:
 *   (a) an org's times never go back, and recorded times rise;
 *   (b) each thing that is due happens once, not before its time;
 *   (c) no command comes after a time that is due by then and has not happened;
 *   (d) after an answer about T was given as final, nothing happens at or before T;
 *   (e) what follows at once comes next, once, whoever crashes between.
 *
 * Defined by the run, each breaks one rule and must make the check fail:
 *   ANY_EPOCH       a record counts whoever wrote it
 *   COMMAND_FIRST   a command does not wait for what is due before it
 *   NO_HEADS        an answer is final once the log has passed its time, whatever is due
 *   SNAPSHOT_FIRST  up to where the log is known is looked at after the snapshot
 *   AT_DUE          what is due late happens at its time, though the org has gone on
 *   FOLLOW_LATER    what follows at once may come after what is due
 *   FOLLOW_FORGOTTEN  only who decided the first knows that something follows
 *   FOLLOW_UNASKED  an answer is final though something follows at its time
 */

#define LEADERS 2
#define TIME_MAX 6
#define EPOCHS_MAX 3
#define DECISIONS_MAX 5
#define FOLLOWS 1 /* what follows, where others are told by their times */
#define LATER(a, b) ((a) > (b) -> (a) : (b))

typedef org_t {
    byte last;     /* occurred_at of the last decision */
    byte recorded; /* recorded_at of it */
    byte due;      /* the next thing; 0: none */
    bool follows;  /* something, from the last one, at once */
};

typedef leader_t {
    bool serves;
    byte epoch;
    org_t org; /* as it believes: with what it has decided */
};

byte now = 1;
byte epoch;
byte decisions;
org_t org; /* as the log has it */
leader_t leader[LEADERS];
byte happened3, happened2, followed;
bool given; /* a final answer */
byte about; /* its time */

#ifdef ANY_EPOCH
#define COUNTS(i) true
#else
#define COUNTS(i) (leader[i].epoch == epoch)
#endif
#ifdef AT_DUE
#define HAPPENS_AT(o) o.due
#else
#define HAPPENS_AT(o) LATER(o.due, o.last)
#endif
#ifdef COMMAND_FIRST
#define COMES_FIRST(o, r) (o.due != 0 && o.due <= r && now % 2 == 0)
#else
#define COMES_FIRST(o, r) (o.due != 0 && o.due <= r)
#endif

#ifdef FOLLOW_LATER
#define IN_ITS_TURN(o) true
#else
#define IN_ITS_TURN(o) (!o.follows)
#endif
#ifdef FOLLOW_UNASKED
#define NOTHING_FOLLOWS(o) true
#else
#define NOTHING_FOLLOWS(o) (!o.follows)
#endif

/* A decision of leader i: of what was due (was != 0), or of a command. */
inline append(who, at, stamp, was, then)
{
    if
    :: COUNTS(who) ->
        assert(at >= org.last && stamp > org.recorded); /* (a) */
        assert(was <= FOLLOWS || (at >= was && at <= stamp));
        assert((was == FOLLOWS) == org.follows); /* (e) */
        if
        :: was == 3 -> happened3++; assert(happened3 == 1) /* (b) */
        :: was == 2 -> happened2++; assert(happened2 == 1)
        :: was == FOLLOWS -> followed++; assert(followed <= happened3 + happened2 && at == org.last)
        :: was == 0 -> assert(org.due == 0 || org.due > stamp) /* (c) */
        fi;
        assert(!given || at > about); /* (d) */
        org.last = at;
        org.recorded = stamp;
        org.due = then;
        org.follows = (was > FOLLOWS);
        decisions++
    :: else -> skip /* void */
    fi;
    leader[who].org.last = at;
    leader[who].org.recorded = stamp;
    leader[who].org.due = then;
    leader[who].org.follows = (was > FOLLOWS)
}

proctype process(byte i)
{
    byte records, occurs;
end_process: /* when all epochs and decisions of this world are used up */
    do
    :: atomic { !leader[i].serves && epoch < EPOCHS_MAX -> /* takes over */
        epoch++;
        leader[i].epoch = epoch;
        leader[i].org.last = org.last;
        leader[i].org.recorded = org.recorded;
        leader[i].org.due = org.due;
#ifndef FOLLOW_FORGOTTEN
        leader[i].org.follows = org.follows;
#endif
        leader[i].serves = true }
    :: atomic { leader[i].serves -> leader[i].serves = false } /* crashes, or hears of another */
    :: atomic { leader[i].serves && decisions < DECISIONS_MAX &&
            leader[i].org.recorded < TIME_MAX ->
        records = LATER(now, leader[i].org.recorded + 1);
        if
        :: leader[i].org.follows ->
            append(i, leader[i].org.last, records, FOLLOWS, leader[i].org.due)
        :: IN_ITS_TURN(leader[i].org) && COMES_FIRST(leader[i].org, records) ->
            occurs = HAPPENS_AT(leader[i].org);
            if
            :: leader[i].org.due == 3 -> append(i, occurs, records, 3, 2)
            :: else -> append(i, occurs, records, 2, 0)
            fi
        :: else ->
            append(i, records, records, 0, leader[i].org.due)
        fi;
        records = 0; occurs = 0 }
    od
}

active proctype clock()
{
    do
    :: atomic { now < TIME_MAX -> now++ }
    :: now == TIME_MAX -> break
    od
}

/* Asks once, at any moment, about any time. */
active proctype reader()
{
    byte passed, asked;
    org_t seen;
#ifndef SNAPSHOT_FIRST
    atomic { passed = org.recorded };
#endif
    atomic { seen.last = org.last; seen.recorded = org.recorded; seen.due = org.due;
        seen.follows = org.follows };
#ifdef SNAPSHOT_FIRST
    atomic { passed = org.recorded };
#endif
    atomic {
        select(asked : 1 .. TIME_MAX - 1);
        if
        :: asked < seen.last -> given = true
#ifdef NO_HEADS
        :: asked <= passed -> given = true
#else
        :: asked <= passed && (seen.due == 0 || seen.due > asked) && NOTHING_FOLLOWS(seen) ->
            given = true
#endif
        :: else -> skip
        fi;
        about = asked
    }
}

init
{
    atomic {
        org.due = 3;
        run process(0);
        run process(1)
    }
}
