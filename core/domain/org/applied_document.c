/* What named sets of documents own. It is said beside what a document changes, in the same batch;
 * whoever says it gets nothing by it: what a set owns is ended by ordinary commands, each with its
 * own permissions. */
#include "core/base/hash.h"
#include "core/domain/kernel/id.h"
#include "core/domain/kernel/plain.h"

static struct status applied_check(struct decide *d, const Agency__V1__AppliedDocument *document)
{
    if (!id_valid(str_z(document->set_id))) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected set_id to be " ID_RULE);
    }
    if (registry_entity((unsigned)document->kind) == NULL ||
        (unsigned)document->kind == ENTITY_APPLIED_DOCUMENT || document->entity_id[0] == '\0') {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected kind and entity_id of what a document is about");
    }
    return strlen(document->content) < HASH_HEX_SIZE
               ? status_ok()
               : decide_reject(d, STATUS_INVALID_ARGUMENT,
                               "expected content, a hash as hexadecimal text, of at most %d bytes",
                               HASH_HEX_SIZE - 1);
}

struct status decide_record_document(struct decide *d, const Agency__V1__RecordDocument *command)
{
    const Agency__V1__AppliedDocument *known, *document = command->applied_document;
    TRY_ACCEPTED(d, applied_check(d, document));
    TRY_ACCEPTED(d, life_find_applied_document(d, &known));
    bool same = known != NULL && known->status == LIFE_ACTIVE &&
                strcmp(known->content, document->content) == 0;
    return same ? status_ok() : plain_emit(d, &document->base);
}
