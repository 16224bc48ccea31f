/* Invariants: (1) scratch is empty between decisions; (2) the head of an org is that of its last
 * decision, wherever in the stack. */
#include "core/model/fold.h"

#include <inttypes.h>

#include "core/base/num.h"
#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"
#include "core/model/decision.h"
#include "core/model/dues.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "core/store/key.h"

void fold_init(struct fold *fold, const struct source *store)
{
    assert(store != NULL);
    changes_init(&fold->frozen_changes, store);
    changes_init(&fold->active_changes, &fold->frozen_changes.source);
    layer_init(&fold->scratch, &fold->active_changes.source);
    check_cache_init(&fold->check_cache, &fold->active_changes.source);
}

static bool fold_between_decisions(const struct fold *fold)
{
    const struct layer *scratch = &fold->scratch;
    return scratch->entities.count + scratch->rows.count + scratch->values.count == 0;
}

void fold_release(struct fold *fold)
{
    check_cache_release(&fold->check_cache);
    layer_release(&fold->scratch);
    changes_release(&fold->active_changes);
    changes_release(&fold->frozen_changes);
}

/* A packed row of the stack, decoded; *message is NULL where there is none. */
static struct status fold_value(const struct fold *fold, struct arena *arena, struct buf *key,
                                const ProtobufCMessageDescriptor *descriptor, void *message)
{
    struct str value;
    struct status st;
    memset(message, 0, sizeof(void *));
    const struct source_key hashed = { buf_str(key), hmap_hash(buf_str(key)) };
    TRY_OUT(source_value(&fold->scratch.source, arena, &hashed, &value));
    if (value.data != NULL) {
        st = pb_unpack(arena, descriptor, value, PB_STORED, message);
    }
out:
    buf_release(key);
    return st;
}

struct status fold_head(const struct fold *fold, struct arena *arena, struct str org_id,
                        Agency__V1__OrgHead **head)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_head(&key, org_id);
    TRY(fold_value(fold, arena, &key, &agency__v1__org_head__descriptor, head));
    return *head != NULL ? status_ok() : pb_new(arena, &agency__v1__org_head__descriptor, head);
}

struct org_head fold_org_head(const Agency__V1__OrgHead *head)
{
    return (struct org_head){ .org_sequence = head->org_sequence,
                              .last_occurred_at_us = head->occurred_at_us,
                              .live = head->live,
                              .dues = head->dues,
                              .next_due_us = head->next_due_us,
                              .continuations = head->continuations,
                              .renewing = head->renewing,
                              .constrained = head->constrained };
}

struct status fold_answer(const struct fold *fold, struct arena *arena, struct str org_id,
                          struct str principal, struct str command_id,
                          Agency__V1__AnswerRow **answer)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_answer(&key, org_id, principal, command_id);
    return fold_value(fold, arena, &key, &agency__v1__answer_row__descriptor, answer);
}

/* ---- the rows of a decision ---- */

/* What the functions below share: the decision that is being kept. */
struct fold_keeping {
    struct fold *fold;
    struct arena *arena;
    const Agency__V1__Decision *decision;
    const struct fold_place *place;
    struct str org_id;
};

/* Keeps a row that later decisions read: a head, an answer. */
static struct status fold_put(const struct fold_keeping *k, struct buf *key,
                              const ProtobufCMessage *message)
{
    struct str value;
    struct status st = pb_pack(k->arena, message, &value);
    if (st.code == STATUS_OK) {
        layer_put_value(&k->fold->scratch, buf_str(key), value);
    }
    buf_release(key);
    return st;
}

/* Notes a row that only questions read, which ask the store: no layer has it. */
static struct status fold_note(const struct fold_keeping *k, struct buf *key, struct str value)
{
    assert(key->size > 0 && key->data[0] != ROW_HEAD);
    struct status st = changes_put(&k->fold->active_changes, buf_str(key), value);
    buf_release(key);
    return st;
}

/* Whether it puts a constraint: from then on decisions look for them. */
static bool fold_constrains(const Agency__V1__Decision *decision)
{
    bool constrains = false;
    for (size_t i = 0; i < decision->n_events; i++) {
        constrains =
            constrains || (unsigned)decision->events[i]->payload_case == EVENT_CONSTRAINT_PUT;
    }
    return constrains;
}

static struct status fold_put_head(const struct fold_keeping *k)
{
    Agency__V1__OrgHead *head = k->place->head;
    if (head == NULL) {
        TRY(fold_head(k->fold, k->arena, k->org_id, &head));
    }
    struct hash hash = hash_sha256(&k->place->body, 1);
    head->decision_hash = (ProtobufCBinaryData){ .len = HASH_SIZE, .data = hash.bytes };
    head->sequence = k->place->sequence;
    if (k->decision->n_events > 0) {
        assert(k->decision->org_sequence == head->org_sequence + 1);
        TRY(dues_count(&k->fold->scratch, &k->fold->active_changes.source, k->arena, k->org_id,
                       head));
        head->continuations = decision_continues(k->decision) ? head->continuations + 1 : 0;
        head->org_sequence = k->decision->org_sequence;
        head->occurred_at_us = k->decision->occurred_at_us;
        head->live = head->live || !k->decision->imported;
        head->constrained = head->constrained || fold_constrains(k->decision);
    }
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_head(&key, k->org_id);
    return fold_put(k, &key, &head->base);
}

struct status fold_principal(const struct fold *fold, struct arena *arena,
                             const Agency__V1__Decision *decision, struct str *text)
{
    Agency__V1__Principal principal = AGENCY__V1__PRINCIPAL__INIT;
    principal.operator_ = decision->operator_;
    if (principal.operator_[0] == '\0') {
        struct org_view org;
        const Agency__V1__Credential *credential;
        org_view_init(&org, &fold->scratch.source, str_z(decision->org_id));
        TRY(view_credential(&org.view, str_z(decision->credential_id), &credential));
        if (credential == NULL) {
            return status_error(STATUS_DATA_LOSS, "expected credential '%s' of a decision",
                                decision->credential_id);
        }
        principal.kind = credential->kind;
        principal.identity_hash = credential->identity_hash;
    }
    return decision_principal(arena, &principal, text);
}

static struct status fold_put_answer(const struct fold_keeping *k)
{
    const Agency__V1__Decision *decision = k->decision;
    struct str principal = k->place->principal;
    if (principal.size == 0) {
        TRY(fold_principal(k->fold, k->arena, decision, &principal));
    }
    assert(principal.size > 0);
    Agency__V1__AnswerRow row = AGENCY__V1__ANSWER_ROW__INIT;
    row.sequence = k->place->sequence;
    row.org_sequence = decision->org_sequence;
    row.content_hash = decision->content_hash;
    row.rejection = decision->rejection;
    row.events_count = (uint32_t)decision->n_events;
    row.constraints = decision->constraints;
    row.n_constraints = decision->n_constraints;
    row.recorded_at_us = decision->recorded_at_us;
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_answer(&key, k->org_id, principal, str_z(decision->command_id));
    return fold_put(k, &key, &row.base);
}

static struct status fold_put_time(const struct fold_keeping *k)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    char value[8];
    assert(k->decision->n_events > 0 && k->decision->org_sequence > 0);
    key_time(&key, k->org_id, k->decision->occurred_at_us);
    num_put_u64be(value, k->decision->org_sequence);
    return fold_note(k, &key, str_make(value, sizeof value));
}

static struct status fold_put_subject(const struct fold_keeping *k, struct str subject_id)
{
    assert(k->decision->org_sequence > 0);
    if (subject_id.size == 0) {
        return status_ok();
    }
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_subject(&key, k->org_id, subject_id, k->decision->org_sequence);
    return fold_note(k, &key, STR(""));
}

/* The subject that a changed entity is about; empty for most. */
static struct str fold_subject_of(enum entity_kind kind, const ProtobufCMessage *entity)
{
    if (kind == ENTITY_GRANT) {
        const Agency__V1__Grantee *grantee =
            ((const Agency__V1__Grant *)(const void *)entity)->grantee;
        bool subject =
            grantee != NULL && grantee->kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT;
        return subject ? str_z(grantee->id) : (struct str){ 0 };
    }
    return fields_string(entity, "subject_id");
}

static struct status fold_changed(const struct fold_keeping *k, struct omap_entry *entry,
                                  Agency__V1__EntityRef **ref)
{
    struct str key = entry->key, org_id, id;
    uint8_t kind;
    TRY(key_get_str(&key, k->arena, &org_id));
    TRY(key_get_u8(&key, &kind));
    TRY(key_get_str(&key, k->arena, &id));
    assert(key.size == 0 && registry_entity(kind) != NULL);
    TRY(pb_new(k->arena, &agency__v1__entity_ref__descriptor, ref));
    (*ref)->kind = (Agency__V1__EntityKind)kind;
    id = arena_copy(k->arena, id);
    if (id.data == NULL) {
        return arena_full(k->arena);
    }
    (*ref)->id = (char *)(uintptr_t)id.data;
    return fold_put_subject(k, fold_subject_of((enum entity_kind)kind, layer_entity(entry)));
}

static struct status fold_put_row(const struct fold_keeping *k)
{
    const Agency__V1__Decision *decision = k->decision;
    Agency__V1__DecisionRow row = AGENCY__V1__DECISION_ROW__INIT;
    row.org_sequence = decision->org_sequence;
    row.recorded_at_us = decision->recorded_at_us;
    row.occurred_at_us = decision->occurred_at_us;
    row.command = decision->command;
    row.command_id = decision->command_id;
    row.credential_id = decision->credential_id;
    row.operator_ = decision->operator_;
    row.subject_id = decision->subject_id;
    row.on_behalf_of = decision->on_behalf_of;
    row.actors = decision->actors;
    row.n_actors = decision->n_actors;
    row.elapsed = decision->elapsed;
    row.n_elapsed = decision->n_elapsed;
    row.constraints = decision->constraints;
    row.n_constraints = decision->n_constraints;
    row.authority = decision->authority;
    row.annotations = decision->annotations;
    row.n_annotations = decision->n_annotations;
    row.imported = decision->imported;
    row.method = decision->method;
    row.sequence = k->place->sequence;
    TRY(decision_commands(k->arena, decision, &row));
    ARENA_TRY(k->arena, row.changed,
              arena_alloc(k->arena, (k->fold->scratch.entities.count + 1) * sizeof(void *)));
    for (struct omap_entry *e = omap_lower_bound(&k->fold->scratch.entities, STR("")); e != NULL;
         e = omap_next(e)) {
        TRY(fold_changed(k, e, &row.changed[row.n_changed++]));
    }
    assert(row.n_changed == k->fold->scratch.entities.count);
    TRY(fold_put_subject(k, str_z(decision->subject_id)));
    TRY(fold_put_subject(k, str_z(decision->on_behalf_of)));
    for (size_t i = 0; i < decision->n_actors; i++) {
        TRY(fold_put_subject(k, str_z(decision->actors[i])));
    }
    struct str value;
    TRY(pb_pack(k->arena, &row.base, &value));
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_decision(&key, k->org_id, decision->org_sequence);
    return fold_note(k, &key, value);
}

/* What whoever has a keyring destroys, now and at each start. */
static struct status fold_put_erased(const struct fold_keeping *k, const Agency__V1__Event *event)
{
    char room[KEY_ROOM];
    struct str subject_id = { 0 };
    if ((unsigned)event->payload_case == EVENT_SUBJECT_ERASED) {
        subject_id = str_z(event->subject_erased->subject_id);
    } else if ((unsigned)event->payload_case != EVENT_ORG_ERASED) {
        return status_ok();
    }
    struct buf key = buf_in(room, sizeof room);
    key_erased(&key, k->place->sequence, k->org_id, subject_id);
    return fold_note(k, &key, STR(""));
}

static struct status fold_put_mark(void *keeping, const struct mark *mark)
{
    const struct fold_keeping *k = keeping;
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_mark(&key, mark, k->org_id, k->decision->org_sequence);
    return fold_note(k, &key, STR(""));
}

/* Each once: the same row twice in a batch would be no harm, but is none. */
static struct status fold_put_notes(struct fold_keeping *k)
{
    for (size_t i = 0; i < k->decision->n_annotations; i++) {
        const Agency__V1__Annotation *note = k->decision->annotations[i];
        const struct mark mark = mark_of_note(str_z(note->key), str_z(note->value));
        TRY(fold_put_mark(k, &mark));
    }
    return status_ok();
}

/* What the org says of itself, where that has changed. */
static struct status fold_put_org(struct fold_keeping *k)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_entity(&key, k->org_id, ENTITY_ORG, k->org_id);
    const struct omap_entry *entry = omap_find(&k->fold->scratch.entities, buf_str(&key));
    buf_release(&key);
    return entry == NULL ? status_ok()
                         : mark_org((const Agency__V1__Org *)(const void *)layer_entity(entry),
                                    fold_put_mark, k);
}

static struct status fold_put_rows(struct fold_keeping *k)
{
    TRY(fold_put_head(k));
    if (k->decision->n_elapsed == 0) {
        TRY(fold_put_answer(k));
    }
    if (k->decision->n_events == 0) {
        return status_ok();
    }
    for (size_t i = 0; i < k->decision->n_events; i++) {
        TRY(fold_put_erased(k, k->decision->events[i]));
    }
    TRY(fold_put_notes(k));
    TRY(fold_put_org(k));
    TRY(fold_put_time(k));
    return fold_put_row(k);
}

struct status fold_keep(struct fold *fold, struct arena *arena,
                        const Agency__V1__Decision *decision, const struct fold_place *place)
{
    struct fold_keeping keeping = { .fold = fold,
                                    .arena = arena,
                                    .decision = decision,
                                    .place = place,
                                    .org_id = str_z(decision->org_id) };
    size_t changes_count = fold->active_changes.count;
    assert(decision->n_events > 0 || fold_between_decisions(fold));
    struct status st;
    TRY_OUT(fold_put_rows(&keeping));
    TRY_OUT(changes_add(&fold->active_changes, &fold->scratch, decision->org_sequence));
    check_cache_changed(&fold->check_cache, &fold->scratch);
out:
    if (st.code != STATUS_OK) {
        changes_cut(&fold->active_changes, changes_count);
    }
    layer_reset(&fold->scratch);
    return st;
}

void fold_discard(struct fold *fold)
{
    layer_reset(&fold->scratch);
    assert(fold_between_decisions(fold));
}

/* ---- decisions read from the log ---- */

static struct status fold_check_org(const Agency__V1__OrgHead *head,
                                    const Agency__V1__Decision *decision)
{
    bool chained =
        head->decision_hash.len == decision->org_prev.len &&
        (head->decision_hash.len == 0 ||
         memcmp(head->decision_hash.data, decision->org_prev.data, head->decision_hash.len) == 0);
    if (!chained || (decision->n_events > 0 && decision->org_sequence != head->org_sequence + 1)) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the decision after number %" PRIu64 " of org '%s', but it is "
                            "number %" PRIu64 " or follows another one",
                            head->org_sequence, decision->org_id, decision->org_sequence);
    }
    return status_ok();
}

static struct status fold_events(struct fold *fold, struct arena *arena,
                                 const Agency__V1__Decision *decision)
{
    struct str org_id = str_z(decision->org_id);
    struct layer_org changes = { &fold->scratch, org_id };
    struct org_view org;
    org_view_init(&org, &fold->scratch.source, org_id);
    struct evolve evolve = { .view = &org.view,
                             .changes = &layer_changes,
                             .changes_self = &changes,
                             .arena = arena,
                             .org_sequence = decision->org_sequence,
                             .occurred_at_us = decision->occurred_at_us };
    for (size_t i = 0; i < decision->n_events; i++) {
        TRY(evolve_apply(&evolve, decision->events[i], NULL));
    }
    return status_ok();
}

struct status fold_apply(struct fold *fold, struct arena *arena,
                         const Agency__V1__Decision *decision, const struct fold_place *place)
{
    struct fold_place known = *place;
    assert(fold_between_decisions(fold));
    TRY(fold_head(fold, arena, str_z(decision->org_id), &known.head));
    TRY(fold_check_org(known.head, decision));
    struct status st = fold_events(fold, arena, decision);
    if (st.code != STATUS_OK) {
        fold_discard(fold);
        return st;
    }
    return fold_keep(fold, arena, decision, &known);
}

/* ---- hand-over to the store ---- */

/* Contents change places, links do not. */
void fold_freeze(struct fold *fold)
{
    struct changes *frozen = &fold->frozen_changes, *active = &fold->active_changes;
    assert(fold_between_decisions(fold));
    assert(frozen->count == 0);
    struct changes kept = *frozen;
    *frozen = *active;
    *active = kept;
    frozen->under = kept.under;
    active->under = &frozen->source;
    assert(active->count == 0 && active->decisions_count == 0);
}

void fold_thaw(struct fold *fold)
{
    changes_reset(&fold->frozen_changes);
    assert(fold->frozen_changes.count == 0);
}
