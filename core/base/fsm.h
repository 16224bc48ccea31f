/* Life cycles as tables: which state may follow which. A move that the table does not allow is our
 * own mistake and aborts. Not thread-safe. */
#ifndef CORE_BASE_FSM_H
#define CORE_BASE_FSM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIT(n) (UINT32_C(1) << (n))

struct fsm {
    const uint32_t *next;            /* per state: the bits of the states that may follow */
    const char *const *names;        /* per state, for diagnostics */
    uint32_t states_count;           /* at most 32 */
    uint32_t state;                  /* the current one */
    void (*check)(const void *self); /* asserts what must hold in the new state; NULL: nothing */
    const void *self;                /* borrowed, for `check` */
};

/* Starts in `state`. Borrows the tables, which are usually static. */
static inline void fsm_init(struct fsm *fsm, const uint32_t *next, const char *const *names,
                            uint32_t states_count, uint32_t state)
{
    assert(states_count <= 32);
    assert(state < states_count);
    *fsm =
        (struct fsm){ .next = next, .names = names, .states_count = states_count, .state = state };
}

static inline bool fsm_may(const struct fsm *fsm, uint32_t state)
{
    return state < fsm->states_count && (fsm->next[fsm->state] & BIT(state)) != 0;
}

static inline void fsm_move(struct fsm *fsm, uint32_t state)
{
    assert(fsm_may(fsm, state));
    fsm->state = state;
    if (fsm->check != NULL) {
        fsm->check(fsm->self);
    }
}

static inline const char *fsm_name(const struct fsm *fsm)
{
    return fsm->names[fsm->state];
}

#endif
