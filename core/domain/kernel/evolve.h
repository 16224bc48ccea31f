/* evolve: the only code that changes state, live, in replay and in tests. (state, event) -> state
 * of that entity and nothing else: no policy, no clock, no diagnostics. An event that cannot be
 * applied is DATA_LOSS. */
#ifndef CORE_DOMAIN_KERNEL_EVOLVE_H
#define CORE_DOMAIN_KERNEL_EVOLVE_H

#include "core/domain/kernel/index.h"
#include "core/domain/kernel/view.h"

/* Where changes go: the scratch layer of a decider, or the batch of a fold. */
struct change_ops {
    /* The new state of an entity; borrowed for the call, together with all it points to. */
    struct status (*put_entity)(void *self, enum entity_kind kind, struct str id,
                                const ProtobufCMessage *entity);
    struct status (*put_row)(void *self, const struct index_row *row, struct str id);
    struct status (*delete_row)(void *self, const struct index_row *row, struct str id);
};

/* What an event is applied with. */
struct evolve {
    const struct view *view; /* must see what earlier events of the same decision changed */
    const struct change_ops *changes;
    void *changes_self;
    struct arena *arena;    /* for the new state, until it is put */
    uint64_t org_sequence;  /* of the decision: the new version */
    int64_t occurred_at_us; /* of the decision */
};

/* What an event did. */
struct evolved {
    enum entity_kind kind;
    struct str id;
    const ProtobufCMessage *before; /* NULL: there was none */
    const ProtobufCMessage *after;  /* lies in the arena */
    size_t rows_count;              /* of indexes, put or deleted */
};

/* Applies one event: evolves its entity and puts it with the differences of its index rows.
 * DATA_LOSS if it cannot be applied; what the view and the changes return otherwise. `evolved` may
 * be NULL. */
MUST_USE struct status evolve_apply(const struct evolve *evolve, const Agency__V1__Event *event,
                                    struct evolved *evolved);

/* The id of an entity, or of that which an event or command carries or names by its first fields;
 * composite parts joined by `~`. A single-part id is borrowed from the message, a composite one
 * lies in the arena. DATA_LOSS where the entity to be carried is not set. */
MUST_USE struct status evolve_entity_id(struct arena *arena, enum entity_kind kind,
                                        const ProtobufCMessage *message, struct str *id);

/* The entity that an event is about. DATA_LOSS where it is none that is known. */
MUST_USE struct status evolve_event_entity(struct arena *arena, const Agency__V1__Event *event,
                                           enum entity_kind *kind, struct str *id);

/* Copies the key of an entity from it, or from a command or event of its kind, to an entity or to
 * an event that only names it: key fields have the same numbers and types in all of them
 * (tests/unit/domain/test_registry.c). Borrows. */
void evolve_copy_key(enum entity_kind kind, const ProtobufCMessage *from, ProtobufCMessage *to);

/* What an event of which the registry says OWN does to its entity: `entity` is a copy of the
 * present state (or fresh, with its key set) whose fields may be assigned, but not what they point
 * to. Status, times, version and key are set by evolve_apply. */
#define EVOLVES_SETS(pascal, snake)
#define EVOLVES_MASKS(pascal, snake)
#define EVOLVES_OWN(pascal, snake)                                     \
    MUST_USE struct status evolve_##snake(const struct evolve *evolve, \
                                          const Agency__V1__##pascal *event, void *entity);
#define X(upper, pascal, snake, kind, presence, to, how) EVOLVES_##how(pascal, snake)
EVENTS(X)
#undef X

/* Calls the function of an event's own; at the door (core/domain/own.c), as kinds stand above. */
MUST_USE struct status evolve_own(const struct evolve *evolve, const Agency__V1__Event *event,
                                  ProtobufCMessage *entity);

#endif
