#include "core/model/position.h"

#include "core/base/num.h"

enum {
    POSITION_FIXED_SIZE = CHAIN_SIZE + EVLOG_ID_SIZE + 4 * 8 + HASH_SIZE + 1,
    POSITION_ROOT_SIZE = 8 + HASH_SIZE,
};

static void position_put(struct buf *out, uint64_t number)
{
    num_put_u64be(buf_reserve(out, 8), number);
    out->size += 8;
}

void position_encode(const struct position *position, struct buf *out)
{
    const size_t start = out->size;
    assert(position->roots_count <= POSITION_ROOTS_MAX);
    chain_encode(&position->chain, out);
    buf_append(out, evlog_id_str(&position->log_id));
    position_put(out, position->offset);
    position_put(out, position->head_offset);
    position_put(out, (uint64_t)position->time_us);
    position_put(out, (uint64_t)position->forgotten_us);
    buf_append(out, hash_str(&position->head_before));
    buf_byte(out, (uint8_t)position->roots_count);
    for (uint32_t i = 0; i < position->roots_count; i++) {
        position_put(out, position->roots[i].sequence);
        buf_append(out, hash_str(&position->roots[i].root));
    }
    assert(out->size - start == POSITION_FIXED_SIZE + position->roots_count * POSITION_ROOT_SIZE);
    buf_append(out, position->configuration);
}

struct status position_decode(struct str in, uint32_t level_known, struct position *position)
{
    *position = (struct position){ 0 };
    size_t roots_count =
        in.size < POSITION_FIXED_SIZE ? SIZE_MAX : (uint8_t)in.data[POSITION_FIXED_SIZE - 1];
    if (roots_count > POSITION_ROOTS_MAX ||
        in.size < POSITION_FIXED_SIZE + roots_count * POSITION_ROOT_SIZE) {
        return status_error(STATUS_DATA_LOSS, "expected a position, but '%zu' bytes are none",
                            in.size);
    }
    TRY(chain_decode(in, level_known, &position->chain));
    in = str_from(in, CHAIN_SIZE);
    memcpy(position->log_id.bytes, in.data, EVLOG_ID_SIZE);
    in = str_from(in, EVLOG_ID_SIZE);
    position->offset = num_get_u64be(in.data);
    position->head_offset = num_get_u64be(in.data + 8);
    position->time_us = (int64_t)num_get_u64be(in.data + 16);
    position->forgotten_us = (int64_t)num_get_u64be(in.data + 24);
    memcpy(position->head_before.bytes, in.data + 32, HASH_SIZE);
    in = str_from(in, POSITION_FIXED_SIZE - CHAIN_SIZE - EVLOG_ID_SIZE);
    for (size_t i = 0; i < roots_count; i++) {
        position->roots[i].sequence = num_get_u64be(in.data);
        memcpy(position->roots[i].root.bytes, in.data + 8, HASH_SIZE);
        in = str_from(in, POSITION_ROOT_SIZE);
    }
    assert(roots_count <= POSITION_ROOTS_MAX);
    position->roots_count = (uint32_t)roots_count;
    position->configuration = in;
    return status_ok();
}

void position_add_root(struct position *position, uint64_t sequence, const struct hash *root)
{
    assert(sequence > 0 && position->roots_count <= POSITION_ROOTS_MAX);
    if (position->roots_count == POSITION_ROOTS_MAX) {
        position->roots_count--;
        memmove(position->roots, position->roots + 1,
                position->roots_count * sizeof position->roots[0]);
    }
    assert(position->roots_count < POSITION_ROOTS_MAX);
    position->roots[position->roots_count++] = (struct position_root){ sequence, *root };
}

const struct hash *position_root(const struct position *position, uint64_t sequence)
{
    for (uint32_t i = 0; i < position->roots_count; i++) {
        if (position->roots[i].sequence == sequence) {
            return &position->roots[i].root;
        }
    }
    return NULL;
}
