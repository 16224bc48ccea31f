#include "replay/copy_verify.h"

/* What a fold of one side came to. */
struct copy_verify_side {
    struct hash head;
    struct hash head_before; /* before the last accepted record */
    struct hash root;
    uint64_t sequence;
    uint64_t entities;
};

static struct status copy_verify_fold(struct copy_verify *verify, struct evlog *log,
                                      const char *store, struct copy_verify_side *side)
{
    struct fold_log fold = { .log = log,
                             .store = store,
                             .partition = verify->partition,
                             .progress = verify->progress,
                             .context = verify->context };
    struct partition *partition = NULL;
    struct status st = fold_log_run(&fold, &partition);
    if (st.code == STATUS_OK) {
        side->head = partition->position.chain.head;
        side->head_before = partition->position.head_before;
        side->sequence = partition->position.chain.sequence;
        st = store_verify_root(partition->reader, &side->root, &side->entities);
    }
    partition_close(partition);
    verify->records = side->sequence;
    verify->fenced = fold.fenced;
    return st;
}

/* The last record of a source is the EPOCH that closes it, of a target the one that opens it; a
 * partition that was always empty has none in the target. */
static struct status copy_verify_compare(const struct copy_verify_side *source,
                                         const struct copy_verify_side *target)
{
    if (target->sequence > 0 && (source->sequence != target->sequence ||
                                 !hash_eq(&source->head_before, &target->head_before))) {
        return status_error(STATUS_DATA_LOSS,
                            "expected source and target to have one head before their last EPOCH");
    }
    if (!hash_eq(&source->root, &target->root)) {
        return status_error(STATUS_DATA_LOSS,
                            "expected source and target to fold to one state root");
    }
    return status_ok();
}

struct status copy_verify_run(struct copy_verify *verify)
{
    struct copy_verify_side source, target;
    TRY(status_prefix(copy_verify_fold(verify, verify->copy->source, verify->source_store, &source),
                      "source"));
    TRY(status_prefix(copy_verify_fold(verify, verify->copy->target, verify->target_store, &target),
                      "target"));
    verify->entities = target.entities;
    verify->head = target.head;
    verify->root = target.root;
    return copy_verify_compare(&source, &target);
}
