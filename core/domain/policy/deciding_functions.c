/* The functions over state. Each reads the org as it was before the command, as of the command's
 * time, within the gas that is left, and charges for what it has read. */
#include <stdio.h>

#include "agency/v1/capability.pb-c.h"
#include "agency/v1/config.pb-c.h"
#include "core/base/limits.h"
#include "core/cel/ast.h"
#include "core/cel/generated.h"
#include "core/domain/check/check.h"
#include "core/domain/check/grantees.h"
#include "core/domain/check/holders.h"
#include "core/domain/check/implied.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/life.h"
#include "core/domain/kernel/limit.h"
#include "core/domain/policy/counting.h"
#include "core/domain/policy/deciding.h"
#include "core/pb/field.h"

/* Items of what a function lists, at most: for the estimate of loops over them. */
enum { DECIDING_ITEMS_MAX = LIST_ITEMS_MAX };

static struct deciding *deciding_of(const struct cel_run *run)
{
    assert(run->host != NULL);
    return run->host;
}

/* What a look-up came to: an error of the expression; or no answer at all, which is kept. */
static bool deciding_fails(struct cel_run *run, struct status st)
{
    if (st.code == STATUS_UNAVAILABLE || st.code == STATUS_DATA_LOSS ||
        st.code == STATUS_INTERNAL) {
        deciding_of(run)->failed = st;
    }
    return cel_fail(run, "%s", st.msg);
}

bool deciding_charge(struct cel_run *run, size_t lookups)
{
    return cel_charge(run, (uint64_t)lookups * DECIDING_LOOKUP_GAS);
}

/* A budget of as many look-ups as there is gas for. */
static struct lookup deciding_lookup(const struct cel_run *run)
{
    const struct deciding *deciding = deciding_of(run);
    uint64_t left = run->gas.left / DECIDING_LOOKUP_GAS;
    return (struct lookup){ .view = deciding->view,
                            .arena = deciding->d->arena,
                            .at_us = deciding->d->occurred_at_us,
                            .left = left < CHECK_LOOKUPS_MAX ? (size_t)left : CHECK_LOOKUPS_MAX };
}

/* Charges for what a look-up has used since it began with `before`. */
static bool deciding_settle(struct cel_run *run, size_t before, const struct lookup *lookup)
{
    return deciding_charge(run, before - lookup->left);
}

/* A list of different ids. */
static bool deciding_list(struct cel_run *run, struct ids *ids, struct cel_value *result)
{
    struct cel_value *items;
    ids_sort(ids);
    if (ids->count > DECIDING_ITEMS_MAX) {
        return cel_fail(run, "expected at most %d to be listed, but there are %zu",
                        DECIDING_ITEMS_MAX, ids->count);
    }
    if (!cel_list_new(run, (uint32_t)ids->count, &items, result)) {
        return false;
    }
    for (size_t i = 0; i < ids->count; i++) {
        items[i] = cel_string(ids->items[i]);
    }
    return true;
}

/* ---- what people write: kind:id ---- */

/* The part before the first colon; the rest in *id. */
static struct str deciding_word(struct str text, struct str *id)
{
    const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    size_t size = colon == NULL ? text.size : (size_t)(colon - text.data);
    *id = colon == NULL ? STR("") : str_from(text, size + 1);
    return str_make(text.data, size);
}

static bool deciding_object_of(struct cel_run *run, struct str text, struct object *object)
{
    struct str id, word = deciding_word(text, &id);
    for (unsigned kind = OBJECT_ORG; kind <= OBJECT_SUBJECT; kind++) {
        const bool org = kind == OBJECT_ORG;
        if (kind != OBJECT_ASSET_TYPE &&
            str_eq(word, str_z(object_kind_word((enum object_kind)kind))) &&
            (org ? text.size == word.size : id.size > 0)) {
            *object = (struct object){ (enum object_kind)kind, id };
            return true;
        }
    }
    return cel_fail(run,
                    "expected an object: 'org', 'asset:ID', 'group:ID', 'job-space:ID' or "
                    "'subject:ID', but it is '%.*s'",
                    STR_ARG(utf8_cut(text, 60)));
}

static bool deciding_held_of(struct cel_run *run, struct str text, enum entity_kind *kind,
                             struct str *id)
{
    static const struct {
        struct str word;
        enum entity_kind kind;
    } words[] = { { { "role", 4 }, ENTITY_ROLE },
                  { { "role-type", 9 }, ENTITY_ROLE_TYPE },
                  { { "group", 5 }, ENTITY_GROUP } };
    struct str word = deciding_word(text, id);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_eq(word, words[i].word) && id->size > 0) {
            *kind = words[i].kind;
            return true;
        }
    }
    return cel_fail(run, "expected 'role:ID', 'role-type:NAME' or 'group:ID', but it is '%.*s'",
                    STR_ARG(utf8_cut(text, 60)));
}

/* Of a name that is of nothing every answer is no, and behind a '!' always yes: it is a mistake. */
static bool deciding_is_there(struct cel_run *run, enum entity_kind kind, struct str id)
{
    const ProtobufCMessage *entity;
    char noun[LIFE_NOUN_SIZE];
    if (!deciding_charge(run, 1)) {
        return false;
    }
    struct status st = view_get(deciding_of(run)->view, kind, id, &entity);
    if (st.code != STATUS_OK) {
        return deciding_fails(run, st);
    }
    return entity != NULL || cel_fail(run, "expected an id of kind '%s', but there is no '%.*s'",
                                      life_noun(kind, noun), STR_ARG(utf8_cut(id, 60)));
}

/* ---- access ---- */

/* An operator is a subject without an id, who has nothing. */
static bool deciding_may_ask(struct cel_run *run, const struct check_question *question)
{
    const struct str permission = question->permission;
    return (question->subject_id.size == 0 ||
            deciding_is_there(run, ENTITY_SUBJECT, question->subject_id)) &&
           (permission_is_reserved(permission) || permission_is_command(permission) ||
            deciding_is_there(run, ENTITY_PERMISSION, permission)) &&
           (question->object.kind == OBJECT_ORG ||
            deciding_is_there(run, object_entity(question->object.kind), question->object.id));
}

/* check(subject, permission, object): with an empty context, and without explaining. */
static bool deciding_check(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    struct deciding *deciding = deciding_of(run);
    struct check_question question = { .subject_id = cel_str(args[0]),
                                       .permission = cel_str(args[1]),
                                       .gas_used = &deciding->d->gas_used };
    struct check_answer answer;
    if (!deciding_object_of(run, cel_str(args[2]), &question.object) ||
        !deciding_may_ask(run, &question)) {
        return false;
    }
    struct status st =
        check(deciding->view, deciding->d->arena, deciding->d->occurred_at_us, &question, &answer);
    if (st.code != STATUS_OK) {
        return deciding_fails(run, st);
    }
    *result = cel_bool(answer.allowed);
    return deciding_charge(run, answer.lookups);
}

/* holders(what): of a seat, of the seats of a role type, the members of a group. */
static bool deciding_holders(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    struct lookup lookup = deciding_lookup(run);
    const size_t budget = lookup.left;
    struct ids ids = { .arena = lookup.arena };
    enum entity_kind kind = ENTITY_ANY;
    struct str id;
    struct holder *holders;
    size_t count = 0;
    if (!deciding_held_of(run, cel_str(args[0]), &kind, &id)) {
        return false;
    }
    struct status st = holders_find(&lookup, kind, id, &holders, &count);
    for (size_t i = 0; st.code == STATUS_OK && i < count; i++) {
        st = ids_add(&ids, holders[i].subject_id);
    }
    if (st.code != STATUS_OK) {
        return deciding_fails(run, st);
    }
    return deciding_settle(run, budget, &lookup) && deciding_list(run, &ids, result);
}

/* What a subject counts as: seats or groups, its own and those of whom it inherits from. None of
 * one that is not ACTIVE, which has no access either. */
static struct status deciding_counts_as(struct lookup *lookup, struct str subject_id,
                                        enum grantee_kind kind, struct ids *ids)
{
    const Agency__V1__Subject *subject;
    struct grantees grantees;
    TRY(lookup_subject(lookup, subject_id, &subject));
    if (subject == NULL) {
        return status_error(STATUS_NOT_FOUND, "expected a subject, but there is no '%.*s'",
                            STR_ARG(subject_id));
    }
    if (subject->status != LIFE_ACTIVE) {
        return status_ok();
    }
    TRY(grantees_of(lookup, subject, 0, kind == GRANTEE_GROUP, &grantees));
    for (const struct grantee *one = grantees.first; one != NULL; one = one->next) {
        if (one->kind == kind && one->role_type.size == 0) {
            TRY(ids_add(ids, one->id));
        }
    }
    return status_ok();
}

static bool deciding_grantees(struct cel_run *run, struct str subject_id, enum grantee_kind kind,
                              struct cel_value *result)
{
    struct lookup lookup = deciding_lookup(run);
    const size_t budget = lookup.left;
    struct ids ids = { .arena = lookup.arena };
    struct status st = deciding_counts_as(&lookup, subject_id, kind, &ids);
    if (st.code != STATUS_OK) {
        return deciding_fails(run, st);
    }
    return deciding_settle(run, budget, &lookup) && deciding_list(run, &ids, result);
}

static bool deciding_roles(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    return deciding_grantees(run, cel_str(args[0]), GRANTEE_ROLE, result);
}

static bool deciding_groups(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    return deciding_grantees(run, cel_str(args[0]), GRANTEE_GROUP, result);
}

/* ---- entities ---- */

/* Finds an entity by a message that has its key. */
static bool deciding_get(struct cel_run *run, enum entity_kind kind, const ProtobufCMessage *key,
                         const ProtobufCMessage **entity)
{
    struct deciding *deciding = deciding_of(run);
    struct str id;
    if (!deciding_charge(run, 1)) {
        return false;
    }
    struct status st = evolve_entity_id(deciding->d->arena, kind, key, &id);
    if (st.code == STATUS_OK) {
        st = view_get(deciding->view, kind, id, entity);
    }
    return st.code == STATUS_OK || deciding_fails(run, st);
}

static bool deciding_text(struct cel_run *run, struct cel_value value, char **text)
{
    struct str s = cel_str(value);
    *text = cel_alloc(run, s.size + 1);
    if (*text != NULL && s.size > 0) {
        memcpy(*text, s.data, s.size);
    }
    if (*text != NULL) {
        (*text)[s.size] = '\0';
    }
    return *text != NULL;
}

/* capability(subject, name): as optional; none where it has ended or expired. */
static bool deciding_capability(struct cel_run *run, const struct cel_value *args,
                                struct cel_value *result)
{
    Agency__V1__Capability key = AGENCY__V1__CAPABILITY__INIT;
    const ProtobufCMessage *found;
    if (!deciding_text(run, args[0], &key.subject_id) ||
        !deciding_text(run, args[1], &key.capability) ||
        !deciding_is_there(run, ENTITY_SUBJECT, str_z(key.subject_id)) ||
        !deciding_get(run, ENTITY_CAPABILITY, &key.base, &found)) {
        return false;
    }
    const Agency__V1__Capability *capability = (const Agency__V1__Capability *)(const void *)found;
    if (capability == NULL || capability->status != LIFE_ACTIVE ||
        fields_expired(capability->expires_at, deciding_of(run)->d->occurred_at_us)) {
        *result = cel_optional(NULL);
        return true;
    }
    return cel_optional_new(run, cel_generated_value(found), result);
}

/* config(key): of the org. */
static bool deciding_config(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    Agency__V1__Config key = AGENCY__V1__CONFIG__INIT;
    const ProtobufCMessage *found;
    key.kind = AGENCY__V1__ENTITY_KIND__ENTITY_KIND_ORG;
    if (!deciding_text(run, args[0], &key.key) ||
        !deciding_get(run, ENTITY_CONFIG, &key.base, &found)) {
        return false;
    }
    const Agency__V1__Config *config = (const Agency__V1__Config *)(const void *)found;
    if (config == NULL || config->status != LIFE_ACTIVE || config->value == NULL) {
        return cel_fail(run, "expected the org to have a config '%.*s'",
                        STR_ARG(utf8_cut(cel_str(args[0]), 60)));
    }
    return run->provider->adapt(run->provider->self, run, config->value, result);
}

/* changed(field): whether the entity is another there after the command; of one that is made:
 * whether it is set. */
static bool deciding_changed(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    const struct deciding *deciding = deciding_of(run);
    const ProtobufCMessage *after = deciding->after, *before = deciding->before;
    bool equal;
    if (after == NULL) {
        return cel_fail(run, "expected an entity after the command, but there is none");
    }
    const ProtobufCFieldDescriptor *field = pb_field_find(after->descriptor, cel_str(args[0]));
    assert(field != NULL); /* deciding_check_call */
    if (!cel_charge_bytes(run, protobuf_c_message_get_packed_size(after))) {
        return false;
    }
    if (before == NULL) {
        *result = cel_bool(pb_field_has(after, field));
        return true;
    }
    struct status st = fields_equal(deciding->d->arena, before, after, field, &equal);
    if (st.code != STATUS_OK) {
        return deciding_fails(run, st);
    }
    *result = cel_bool(!equal);
    return true;
}

/* count(kind, fields): how many entities an index finds by these fields. */
static bool deciding_count(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    const struct deciding *deciding = deciding_of(run);
    struct counting counting;
    struct str *ids;
    struct ids found = { .arena = deciding->d->arena };
    size_t count;
    if (!counting_of_values(run, cel_str(args[0]), args[1].map, &counting) ||
        !deciding_charge(run, 1)) {
        return false;
    }
    struct status st = view_ids(deciding->view, deciding->d->arena, counting.index, counting.parts,
                                counting.count, DECIDING_ROWS_MAX + 1, &ids, &count);
    if (st.code == STATUS_OK) {
        st = ids_add_all(&found, ids, count);
    }
    if (st.code != STATUS_OK) {
        return deciding_fails(run, st);
    }
    if (count > DECIDING_ROWS_MAX) {
        return cel_fail(run, "expected to count at most %d, but there are more", DECIDING_ROWS_MAX);
    }
    ids_sort(&found);
    *result = cel_int((int64_t)found.count);
    return deciding_charge(run, count);
}

/* ---- the table ---- */

static const struct cel_type deciding_capability_type = { .kind = CEL_MESSAGE,
                                                          .name = { "agency.v1.Capability", 20 } };
static const struct cel_type deciding_optional_capability = {
    .kind = CEL_OPTIONAL, .name = { "optional_type", 13 }, .params = { &deciding_capability_type }
};
static const struct cel_type deciding_fields = { .kind = CEL_MAP,
                                                 .name = { "map", 3 },
                                                 .params = { &cel_type_string, &cel_type_dyn } };

/* What the estimate counts: a call in an org of usual size. A run is charged what it reads. */
static const struct cel_reading deciding_asked = { .gas = 500 };
static const struct cel_reading deciding_listed = { .gas = 1000,
                                                    .size_max = DECIDING_ITEMS_MAX,
                                                    .item_max = ID_SIZE_MAX };
static const struct cel_reading deciding_read = { .gas = 100 };
static const struct cel_reading deciding_read_data = { .gas = 1000, .data_max = 1024 };
static const struct cel_reading deciding_compared = { .gas = 1 + EVENT_SIZE_MAX / CEL_GAS_BYTES };
static const struct cel_reading deciding_counted = { .gas =
                                                         DECIDING_ROWS_MAX * DECIDING_LOOKUP_GAS };

#define FUNCTION(word, snake, how, given, ...)                                                 \
    {                                                                                          \
        .name = word, .id = "decision_" word, .function = deciding_##snake, .reading = &(how), \
        .result = (given), .params = {                                                         \
            __VA_ARGS__                                                                        \
        }                                                                                      \
    }
const struct cel_overload deciding_functions[] = {
    FUNCTION("check", check, deciding_asked, &cel_type_bool, &cel_type_string, &cel_type_string,
             &cel_type_string),
    FUNCTION("holders", holders, deciding_listed, &cel_type_list_string, &cel_type_string),
    FUNCTION("roles", roles, deciding_listed, &cel_type_list_string, &cel_type_string),
    FUNCTION("groups", groups, deciding_listed, &cel_type_list_string, &cel_type_string),
    FUNCTION("capability", capability, deciding_read, &deciding_optional_capability,
             &cel_type_string, &cel_type_string),
    FUNCTION("config", config, deciding_read_data, &cel_type_dyn, &cel_type_string),
    FUNCTION("count", count, deciding_counted, &cel_type_int, &cel_type_string, &deciding_fields),
    FUNCTION("changed", changed, deciding_compared, &cel_type_bool, &cel_type_string),
};
#undef FUNCTION
static_assert(sizeof deciding_functions / sizeof deciding_functions[0] == DECIDING_FUNCTIONS,
              "all are there, changed last");

/* ---- when they are put ---- */

static bool deciding_check_changed(unsigned command, const struct cel_node *name, char *msg,
                                   size_t msg_size)
{
    const ProtobufCMessageDescriptor *type =
        registry_entity(registry_command(command)->entity)->descriptor;
    const bool text = name->kind == CEL_NODE_CONST && name->constant.kind == CEL_STRING;
    const ProtobufCFieldDescriptor *field =
        text ? pb_field_find(type, cel_str(name->constant)) : NULL;
    if (field != NULL && !limit_hides(field)) {
        return true;
    }
    struct str said = text ? utf8_cut(cel_str(name->constant), 60) : STR("?");
    snprintf(msg, msg_size, "expected the name of a field of %s as text, but '%.*s' is none",
             type->short_name, STR_ARG(said));
    return false;
}

bool deciding_check_call(unsigned command, const struct cel_node *node, char *msg, size_t msg_size)
{
    if (node->kind != CEL_NODE_CALL || node->overload == NULL) {
        return true;
    }
    if (node->overload->function == deciding_changed) {
        return deciding_check_changed(command, node->args[0], msg, msg_size);
    }
    return node->overload->function != deciding_count ||
           counting_check(node->args[0], node->args[1], msg, msg_size);
}
