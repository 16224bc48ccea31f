#include "ops/daemon/status_board.h"

#include <pthread.h>

#include "core/base/memory.h"
#include "core/pb/message.h"

enum { STATUS_BOARD_EVERY_US = 200 * 1000 };
/* Some hundred bytes for each of at most 1,024 partitions. */
static const size_t STATUS_BOARD_ARENA_MAX = (size_t)4 << 20;

struct status_board {
    struct process process;
    struct clock clock;
    int64_t next_us; /* monotonic */
    struct arena arena;
    pthread_mutex_t lock;
    struct buf packed; /* under the lock */
};

struct status_board *status_board_open(const struct process *process, const struct clock *clock)
{
    struct status_board *board = mem_zalloc(1, sizeof *board);
    board->process = *process;
    board->clock = *clock;
    arena_init(&board->arena, STATUS_BOARD_ARENA_MAX);
    pthread_mutex_init(&board->lock, NULL);
    return board;
}

void status_board_close(struct status_board *board)
{
    if (board != NULL) {
        arena_release(&board->arena);
        buf_release(&board->packed);
        pthread_mutex_destroy(&board->lock);
        mem_free(board);
    }
}

static struct status status_board_note(struct status_board *board,
                                       const struct process_facts *facts)
{
    Agency__V1__ProcessStatus *said;
    struct str packed;
    arena_reset(&board->arena);
    TRY(process_status_make(&board->arena, &board->process, clock_now_us(&board->clock), facts,
                            &said));
    TRY(pb_pack(&board->arena, &said->base, &packed));
    pthread_mutex_lock(&board->lock);
    board->packed.size = 0;
    buf_append(&board->packed, packed);
    pthread_mutex_unlock(&board->lock);
    return status_ok();
}

struct status status_board_step(struct status_board *board, const struct process_facts *facts)
{
    int64_t now_us = clock_monotonic_us(&board->clock);
    if (now_us < board->next_us) {
        return status_ok();
    }
    board->next_us = now_us + STATUS_BOARD_EVERY_US;
    return status_board_note(board, facts);
}

struct status status_board_get(struct status_board *board, struct arena *arena, struct str *packed)
{
    pthread_mutex_lock(&board->lock);
    *packed = arena_copy(arena, buf_str(&board->packed));
    pthread_mutex_unlock(&board->lock);
    if (packed->data == NULL) {
        return arena_full(arena);
    }
    return packed->size > 0 ? status_ok()
                            : status_error(STATUS_UNAVAILABLE, "expected a process that has looked "
                                                               "at itself, but it just starts");
}
