#include "replay/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/remove_tree.h"
#include "replay/check_commands.h"

enum { VERIFY_PATH_MAX = 4096 };

/* Compares all rows, if the log has not grown meanwhile: then the next verify can tell. */
static struct status verify_compare_rows(const struct verify *verify, struct partition *fresh,
                                         struct partition *live)
{
    TRY(partition_catch_up(live, verify->log));
    bool same = live->position.chain.sequence == fresh->position.chain.sequence;
    return same ? store_compare(fresh->reader, live->reader) : status_ok();
}

/* The store of the folder, with what it has not seen yet, must have the rows that its log makes. */
static struct status verify_compare(struct verify *verify, struct partition *fresh)
{
    char own[VERIFY_PATH_MAX];
    if (access(verify->store, F_OK) != 0) {
        return status_ok();
    }
    snprintf(own, sizeof own, "%.4000s-live", verify->fresh);
    struct partition_options options = { .store = verify->store,
                                         .secondary = own,
                                         .log = verify->log,
                                         .number = verify->partition,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = (size_t)1 << 28 };
    struct partition *live;
    struct status opened = partition_open(&options, &live);
    if (opened.code != STATUS_OK) {
        verify->lost = opened.code == STATUS_DATA_LOSS;
        struct status removed = remove_tree(own);
        (void)removed; /* a folder that stays behind does no harm */
        return opened;
    }
    struct status st = status_ok(); /* one of another fold version is begun anew by its owner */
    if (live->rebuilt.code == STATUS_OK) {
        st = verify_compare_rows(verify, fresh, live);
    } else if (live->rebuilt.code == STATUS_DATA_LOSS) {
        st = live->rebuilt;
    }
    if (st.code == STATUS_DATA_LOSS) {
        st = status_prefix(st, "store of partition %" PRIu32, verify->partition);
    }
    partition_close(live);
    struct status removed = remove_tree(own);
    return st.code == STATUS_OK ? removed : st;
}

static struct status verify_root(struct verify *verify, struct partition *partition)
{
    struct hash root;
    TRY(store_verify_root(partition->reader, &root, &verify->entities));
    hash_hex(&root, verify->root);
    hash_hex(&partition->position.chain.head, verify->head);
    return verify_compare(verify, partition);
}

/* The root is known once the log is folded, whatever the store is then. `store`: NULL, in memory.
 */
static struct status verify_fold(struct verify *verify, const char *store)
{
    struct fold_log fold = { .log = verify->log,
                             .store = store,
                             .partition = verify->partition,
                             .progress = verify->progress,
                             .context = verify->context };
    struct partition *partition = NULL;
    struct status st = fold_log_run(&fold, &partition);
    verify->records = fold.records;
    verify->fenced = fold.fenced;
    if (st.code == STATUS_OK) {
        st = partition_flush(partition); /* it may take the place of the other, whatever is found */
    }
    if (st.code == STATUS_OK) {
        st = verify_root(verify, partition);
    }
    partition_close(partition);
    return st;
}

struct status verify_run(struct verify *verify)
{
    verify->head[0] = verify->root[0] = '\0';
    verify->lost = false;
    TRY(remove_tree(verify->fresh));
    return verify_fold(verify, verify->fresh);
}

struct status verify_read_only(struct verify *verify)
{
    struct status st = verify_run(verify);
    if (st.code == STATUS_UNAVAILABLE) {
        TRY(remove_tree(verify->fresh));
        st = verify_fold(verify, NULL);
    }
    TRY(st);
    return check_commands(verify->log, verify->partition);
}
