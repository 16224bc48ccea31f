"""Holes that the attacker must find: each a small change of the source that opens one.

A hole is a text that must stand exactly once in core/domain, in whatever file, and what stands
there instead; of a header also the sources that must be compiled anew. When the code moves on and a
hole no longer applies, the suite fails: say it again for the code as it is."""

import collections

Hole = collections.namedtuple("Hole", "name old new units", defaults=[()])

# What uses the rules about objects, and the rows of commands.
RULES = ROWS = ("core/domain/registry/registry.c",)

PLANTED = [
    # The holes of which this suite was made (A, B, C, H), and their like.
    Hole("A: moves, restores, archives ask only about what is named",
         "X(BELOW, self, ALL, BELOW,", "X(BELOW, self, ALL, ITSELF,", RULES),
    Hole("A: a grant asks only about what it is on, not what it covers",
         "X(GRANT_BELOW, grant, ALL, BELOW,", "X(GRANT_BELOW, grant, ALL, ITSELF,", RULES),
    Hole("A: what is held by job space or type counts for what lies below",
         "if (i == 0 || !beside) {", "if (i == 0 || beside || !beside) {"),
    Hole("B: the last owner is looked for among a subject's first seats",
         "TRY_ACCEPTED(d, rules_scan(d, INDEX_ASSIGNMENT_BY_TYPE, owner_type, 2, &ids, &count));\n"
         "    for (size_t i = 0; i < count && !*holds; i++) {\n"
         "        const Agency__V1__Assignment *held;\n"
         "        TRY(rules_get_assignment(d->view, ids[i], &held));\n"
         "        *holds = str_eq(str_z(held->subject_id), subject_id);",
         "TRY(view_ids(d->view, d->arena, INDEX_ASSIGNMENT_BY_SUBJECT, &subject_id, 1, 1024,\n"
         "                 &ids, &count));\n"
         "    for (size_t i = 0; i < count && !*holds; i++) {\n"
         "        const Agency__V1__Assignment *held;\n"
         "        TRY(rules_get_assignment(d->view, ids[i], &held));\n"
         "        *holds = str_eq(str_z(held->role_type), owner_type[0]);"),
    Hole("C: a deleted group no longer protects its joint seats",
         "kept ? seat_add_kept(d, id, targets)", "false ? seat_add_kept(d, id, targets)"),
    Hole("H: a credential that will expire keeps an owner",
         "*has = credential->expires_at == NULL;",
         "*has = !decide_expired(d, credential->expires_at);"),
    # The last owner.
    Hole("an owner that was suspended counts",
         "return subject->status == LIFE_ACTIVE ? owner_has_credential",
         "return true ? owner_has_credential"),
    Hole("an owner's seat that will expire counts",
         "held->n_group_ids > 0 || held->expires_at != NULL", "held->n_group_ids > 0"),
    Hole("nobody looks whether a credential was the last one",
         "return owner_lost_credential(d, event->credential_revoked->credential_id, loses);",
         "return status_ok();"),
    # Who acts.
    Hole("an expired credential still acts",
         "found != NULL && fields_expired(found->expires_at, at_us)", "false"),
    Hole("a suspended subject still acts",
         "if (subject == NULL || subject->status != LIFE_ACTIVE) {\n        return decide_reject",
         "if (subject == NULL) {\n        return decide_reject"),
    Hole("acting for another needs no act_as",
         "TRY_ACCEPTED(d, authority_need_links(d));",
         "if (false) TRY_ACCEPTED(d, authority_need_links(d));"),
    Hole("only the first link of those who act needs act_as",
         "i <= d->actors_count; i++) {\n        struct str to = i < d->actors_count",
         "i == 0; i++) {\n        struct str to = i < d->actors_count"),
    Hole("the past is written without import",
         "return !decide_says_time(d->command)", "return true"),
    # Batches.
    Hole("behind its first command a batch asks for no permission",
         "struct status st = judge(one);",
         "struct decide_context free = *one->context;\n"
         "    Agency__V1__Principal admin = AGENCY__V1__PRINCIPAL__INIT;\n"
         "    admin.operator_ = \"admin\";\n"
         "    free.principal = place == 0 ? free.principal : &admin;\n"
         "    one->context = &free;\n"
         "    struct status st = judge(one);"),
    Hole("a batch goes on behind what was rejected",
         "i < count && d->rejection == NULL; i++", "i < count; d->rejection = NULL, i++"),
    # Conditions.
    Hole("a condition that is false holds",
         "*holds = known->result == CONDITION_HOLDS;", "*holds = true;"),
    Hole("the condition of a role type is not looked at",
         "return condition_of_type(search->lookup->arena, read, &type->condition);",
         "return status_ok();"),
    # Erasing.
    Hole("an OPEN org waives what cannot be undone",
         "open && !authority_is_erasure(type)", "open"),
    Hole("what was said of an erased subject stays",
         "fields_erase(&subject->base, registry_entity(ENTITY_SUBJECT)->key_parts);", ""),
    Hole("an erased subject keeps its sealed profile",
         "agency__v1__profile__init(subject->profile);\n    subject->profile->erased = true;",
         "agency__v1__profile__init(subject->profile);\n    subject->profile->erased = true;\n"
         "    subject->profile->sealed.data = (uint8_t *)(uintptr_t) \"sealed\";\n"
         "    subject->profile->sealed.len = 6;"),
    Hole("an erased org takes commands",
         "org != NULL && fields_status(&org->base) == LIFE_ERASED", "false"),
    Hole("an erased subject comes back",
         "RestoreSubject, restore_subject, SUBJECT, REMOVED | ACTIVE, MOVE,",
         "RestoreSubject, restore_subject, SUBJECT, REMOVED | ERASED | ACTIVE, MOVE,", ROWS),
    # What is asked about.
    Hole("delegate is not asked",
         "TRY_ACCEPTED(d, targets_of(d, type->delegate, &targets));", "targets.count = 0;"),
    Hole("an OPEN org waives delegate, too",
         "TRY_ACCEPTED(d, targets_of(d, type->delegate, &targets));",
         "bool waived;\n    TRY(authority_is_open(d, &waived));\n    targets.count = 0;\n"
         "    if (!waived) {\n"
         "        TRY_ACCEPTED(d, targets_of(d, type->delegate, &targets));\n    }"),
    Hole("only the first of the objects is asked about",
         "for (size_t i = 0; i < targets->count; i++) {\n"
         "        TRY_ACCEPTED(d, authority_need_target",
         "for (size_t i = 0; i < targets->count && i < 1; i++) {\n"
         "        TRY_ACCEPTED(d, authority_need_target"),
    Hole("a seat asks about its first group only",
         "for (size_t i = 0; i < seat->n_group_ids; i++) {",
         "for (size_t i = 0; i < seat->n_group_ids && i < 1; i++) {"),
    Hole("a seat does not ask where its type's permissions hold",
         "if (type->n_permissions > 0 ||", "if ("),
    Hole("parents give without being asked",
         "targets_add(targets, (struct object){ OBJECT_SUBJECT, str_z(parent_id) });", ""),
    Hole("a credential is bound without delegate on its subject",
         "TRY(targets_subject(d, targets));\n    if (", "if ("),
    Hole("a restored subject is not asked about",
         "SUBJECT_RESTORED, SELF, SELF)", "SUBJECT_RESTORED, SELF, NONE)", ROWS),
    Hole("a group is included without being asked", "INCLUSION, SELF)", "SELF, SELF)", ROWS),
    # What a client may give.
    Hole("what the system derives is the client's to give",
         "if (field->id >= FIELD_VERSION && pb_field_has(message, field)) {",
         "if (field->id >= FIELD_VERSION && field->id <= FIELD_UPDATED_AT &&\n"
         "        pb_field_has(message, field)) {"),
    Hole("whoever registers a subject says what it inherits from",
         "if (field->id >= FIELD_VERSION && pb_field_has(message, field)) {",
         "if (field->id >= FIELD_VERSION && pb_field_has(message, field) &&\n"
         "        strcmp(field->name, \"parent_subject_ids\") != 0) {"),
    # What ends with something else.
    Hole("a removed subject leaves its grants",
         "X(SUBJECT, GRANT_BY_GRANTEE, GRANTEE(SUBJECT), PERMISSION_REVOKED, always)",
         "X(SUBJECT, GRANT_BY_GRANTEE, GRANTEE(GROUP), PERMISSION_REVOKED, always)",
         ("core/domain/kernel/cascade.c",)),
    Hole("what ends takes nothing with it",
         "TRY(cascade_emit_one(cascade->d, rows[row].event, cascade->ended[row].items[i]));", ""),
    # What begins and ends by time.
    Hole("what begins later counts at once",
         "if (types[i].kind == kind && index_waiting(&types[i]) != none) {",
         "if (types[i].kind == kind) {"),
    Hole("what is given for later needs no delegate",
         "TRY_ACCEPTED(d, targets_of(d, type->delegate, &targets));",
         "TRY_ACCEPTED(d, targets_of(d, type->delegate, &targets));\n"
         "    if ((unsigned)d->command->payload_case == COMMAND_ASSIGN_ROLE &&\n"
         "        d->command->assign_role->assignment->starts_at != NULL) {\n"
         "        targets.count = 0;\n    }"),
    Hole("a seat that is given for later is held at once",
         "bool waits = rules_begins_later(d, wanted->starts_at);", "bool waits = false;"),
    Hole("who begins later needs no place",
         "TRY_ACCEPTED(d, assignment_check_holders(d, role, role_type, assignment->subject_id));",
         ""),
    Hole("the same grant may begin while the first is there",
         "strcmp(other->grant_id, grant->grant_id) != 0 && grants_meet(d, other, grant)",
         "strcmp(other->grant_id, grant->grant_id) != 0 && other->status == LIFE_ACTIVE &&\n"
         "            !decide_expired(d, other->expires_at) && grants_meet(d, other, grant)"),
    Hole("what waits stays when its holder goes",
         "X(SUBJECT, ASSIGNMENT_WAITING_BY_SUBJECT, 0, ROLE_REVOKED, always)", "",
         ("core/domain/kernel/cascade.c",)),
    Hole("what waits stays when its grantee goes",
         "X(SUBJECT, GRANT_WAITING_BY_GRANTEE, GRANTEE(SUBJECT), PERMISSION_REVOKED, always)", "",
         ("core/domain/kernel/cascade.c",)),
    Hole("what has begun never ends",
         "X(GRANT, Grant, grant, expires_at, SCHEDULED | ACTIVE)",
         "X(GRANT, Grant, grant, expires_at, SCHEDULED)", ("core/domain/kernel/due.c",)),
    Hole("the beginning of a grant is never due",
         "X(GRANT, Grant, grant, starts_at, SCHEDULED)",
         "X(GRANT, Grant, grant, expires_at, SCHEDULED)", ("core/domain/kernel/due.c",)),
    Hole("what is due at one moment is due later",
         "due = (struct due){ .field = rows[i].field, .time_us = fields_time_us(time) };",
         "due = (struct due){ .field = rows[i].field,\n"
         "                                .time_us = fields_time_us(time) + 30000000 };"),
    # What schedules carry.
    Hole("whoever may put schedules acts as anybody",
         "if (!others || !itself) {", "if (!others) {"),
    Hole("what is carried is not asked about",
         "TRY_ACCEPTED(d, authority_need_command(d, d->on_behalf_of));\n"
         "    ARENA_TRY(d->arena, origin",
         "TRY(authority_record(d, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_OPEN,\n"
         "                         &d->authority));\n"
         "    ARENA_TRY(d->arena, origin"),
    Hole("a suspended subject is acted as",
         "TRY_ACCEPTED(d, authority_need_active(d, d->on_behalf_of));\n"
         "    TRY_ACCEPTED(d, authority_need_command(d, d->on_behalf_of));\n"
         "    ARENA_TRY",
         "TRY_ACCEPTED(d, authority_need_command(d, d->on_behalf_of));\n"
         "    ARENA_TRY"),
    # What Check answers.
    Hole("expired assignments count", "if (end_us > search->lookup->at_us) {", "if (true) {"),
    Hole("suspended parents give",
         "if (subject->status == LIFE_ACTIVE) {\n            lineage->items",
         "if (subject->status != LIFE_REMOVED) {\n            lineage->items"),
    Hole("a seat that has ended counts",
         "if (held == NULL || held->status != LIFE_ACTIVE) {", "if (held == NULL) {"),
    Hole("what lies below an archived thing serves",
         "status == LIFE_ARCHIVED && objects->state == OBJECT_LIVE",
         "status == LIFE_ARCHIVED && objects->count == 0"),
    # What Check costs.
    Hole("all seats of a subject are read to find that of one type",
         "TRY(lookup_rows(search->lookup, &range, &rows, &count));\n"
         "    int64_t end_us = count == 0",
         "struct str *all;\n    size_t all_count;\n"
         "    TRY(lookup_ids(search->lookup, INDEX_ASSIGNMENT_BY_SUBJECT, parts, 1, &all,\n"
         "                   &all_count));\n"
         "    TRY(lookup_charge(search->lookup, all_count));\n"
         "    TRY(lookup_rows(search->lookup, &range, &rows, &count));\n"
         "    int64_t end_us = count == 0"),
]
