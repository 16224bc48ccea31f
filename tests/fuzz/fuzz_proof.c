/* Records of agency.commands as anybody may write them: each is refused with a reason that blames
 * the sender, or its proof is right; and a right proof is never worse than none. */
#include <stdlib.h>

#include "core/auth/command_signature.h"
#include "core/pb/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MEMORY = 8 << 20 };
static const int64_t FUZZ_NOW_US = INT64_C(1767225600000000);

static struct status fuzz_judge(struct arena *arena,
                                const struct command_signature_cluster *cluster, struct str bytes)
{
    Agency__V1__CommandRecord *record;
    Agency__V1__Command *command;
    TRY(pb_unpack(arena, &agency__v1__command_record__descriptor, bytes, PB_OUTSIDE, &record));
    TRY(pb_unpack(arena, &agency__v1__command__descriptor,
                  str_make(record->command.data, record->command.len), PB_OUTSIDE, &command));
    if (record->principal == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a principal");
    }
    struct status trusted = command_signature_check(cluster, true, record, command, FUZZ_NOW_US);
    struct status st = command_signature_check(cluster, false, record, command, FUZZ_NOW_US);
    if (st.code == STATUS_OK && trusted.code != STATUS_OK) {
        abort(); /* a proof can only help */
    }
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena, FUZZ_MEMORY);
    struct command_signature_key key =
        command_signature_key_make(STR("the newer key of the cluster ..."));
    const struct command_signature_cluster cluster = { STR("0123456789abcdef"), &key, 1 };
    struct status st = fuzz_judge(&arena, &cluster, str_make(data, size));
    if (st.code == STATUS_DATA_LOSS || st.code == STATUS_INTERNAL) {
        abort();
    }
    arena_release(&arena);
    return 0;
}
