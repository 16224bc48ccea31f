/* The area policy/: what must hold beside permissions. What the columns mean: registry.h. */
#ifndef CORE_DOMAIN_REGISTRY_POLICY_H
#define CORE_DOMAIN_REGISTRY_POLICY_H

#define POLICY_ENTITIES(X) \
    X(CONSTRAINT, Constraint, constraint, 1, "constraints", UNNAMED, INTERNAL)

#define POLICY_COMMANDS(X)                                                                        \
    X(PUT_CONSTRAINT, PutConstraint, put_constraint, CONSTRAINT, NONE | ACTIVE, OWN,              \
      CONSTRAINT_PUT, CONSTRAINT, CONSTRAINT_BELOW)                                               \
    X(REMOVE_CONSTRAINT, RemoveConstraint, remove_constraint, CONSTRAINT, ACTIVE | REMOVED, MOVE, \
      CONSTRAINT_REMOVED, ORG, ORG)

#define POLICY_EVENTS(X)                                                               \
    X(CONSTRAINT_PUT, ConstraintPut, constraint_put, CONSTRAINT, EITHER, ACTIVE, SETS) \
    X(CONSTRAINT_REMOVED, ConstraintRemoved, constraint_removed, CONSTRAINT, CHANGES, REMOVED, SETS)

/* What a constraint is for: a command's name, a kind as decimal text, or `*` for all. A
 * constraint without targets stands in CONSTRAINT_BY_ORG only, one with targets never. */
#define POLICY_INDEXES(X)                                                          \
    X(CONSTRAINT_BY_ORG, 70, CONSTRAINT, 1, MADE_MANY(constraint_of_org))          \
    X(CONSTRAINT_BY_GROUP, 71, CONSTRAINT, 1, MANY(Constraint, group_ids),         \
      MADE_MANY(constraint_for))                                                   \
    X(CONSTRAINT_BY_ASSET, 72, CONSTRAINT, 1, MANY(Constraint, asset_ids),         \
      MADE_MANY(constraint_for))                                                   \
    X(CONSTRAINT_BY_JOB_SPACE, 73, CONSTRAINT, 1, MANY(Constraint, job_space_ids), \
      MADE_MANY(constraint_for))                                                   \
    X(CONSTRAINT_BY_SUBJECT, 74, CONSTRAINT, 1, MANY(Constraint, subject_ids),     \
      MADE_MANY(constraint_for))

#define POLICY_OBJECT_RULES(X)                                             \
    X(CONSTRAINT, constraint, ALL, ITSELF,                                 \
      "what it is for, else the org; and the org, if it is there already") \
    X(CONSTRAINT_BELOW, constraint, ALL, BELOW,                            \
      "what it is for, else the org; and the org, if it is there already")

#endif
