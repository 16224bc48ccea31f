/* What happened in one org, as a list of commands that can be played again, shortened, and read. */
#ifndef TESTS_ATTACK_STORY_H
#define TESTS_ATTACK_STORY_H

#include "tests/attack/judge.h"
#include "tests/lib/org_world.h"

struct step {
    const Agency__V1__Command *command; /* lies in the story's arena */
    const char *operator_name;          /* empty: by the credential of this identity */
    unsigned credential_kind;
    const char *identity;
    int64_t wait_us; /* that passes before it */
    unsigned times;  /* so often, with ids of their own that sort before all others */
};

enum { STEPS_MAX = 4096 };
struct story {
    struct arena arena;
    unsigned long long seed;
    bool past; /* it begins as an import, and goes on so until a step does not */
    struct step steps[STEPS_MAX];
    size_t count;
    struct verdict verdict; /* what the last step broke, if it did; lies in the arena */
};

/* An org while its story is played. */
struct stage {
    struct org_world world;
    struct arena arenas[2]; /* of plain lists and verdicts: before and after, by turns */
    unsigned turn;
    struct plain_org before;
    uint64_t dice;                      /* for what is looked at by samples */
    const struct tried *again;          /* only this is looked at; NULL: samples */
    const Agency__V1__Command *refused; /* the last one that was */
    struct str unanswered;              /* why the last step was not decided; empty: it was */
    unsigned long long accepted;
};

/* An org that is just made; `past`: by an import. */
void stage_init(struct stage *stage, unsigned long long dice, bool past);
void stage_release(struct stage *stage);

/* Plays one step. `judged`: says what is broken by it; else nothing is looked at. The verdict's
 * text is valid until the next step. */
struct verdict stage_play(struct stage *stage, const struct step *step, bool judged);

/* Drops from a story whatever is not needed for its last step to break what it broke, and says anew
 * how it does. */
void story_shrink(struct story *story);

void story_print(const struct story *story);

#endif
