/* What the parts of the checker share. */
#ifndef CORE_CEL_CHECK_H
#define CORE_CEL_CHECK_H

#include "core/cel/infer.h"

/* A loop or bind around what is being checked. */
struct cel_scope {
    const struct cel_scope *outer;
    struct cel_node *node;
};

struct cel_checker {
    struct cel_compilation *c;
    struct cel_infer infer;
    const struct cel_scope *scope;
    uint32_t loops; /* around what is being checked */
};

/* Gives an IDENT, or a SELECT that spells a qualified name, its meaning: a local, a variable, a
 * type or an enum's value. False: it is none of them. */
bool cel_resolve(struct cel_checker *checker, struct cel_node *node);
/* Whether functions of that name exist, with the container's prefixes tried; *full is the name. */
bool cel_resolve_function(struct cel_checker *checker, struct str name, struct str *full);
/* The message type of that name, with the container's prefixes tried; NULL: none. *full its name.
 */
const struct cel_message_type *cel_resolve_message(struct cel_checker *checker, struct str name,
                                                   struct str *full);
/* Says that the name means nothing, and which name is near. */
void cel_resolve_problem(struct cel_checker *checker, const struct cel_node *node);

/* All overloads of a name, in the order of the tables: iterate with *at = 0 until NULL. */
const struct cel_overload *cel_overload_next(const struct cel_env *env, struct str name,
                                             uint32_t *table, uint32_t *row);

/* Gives a CALL its type and overloads; its args have been checked. */
void cel_check_call(struct cel_checker *checker, struct cel_node *node);

/* Gives a node, and all under it, its type. */
void cel_check_node(struct cel_checker *checker, struct cel_node *node);
void cel_check_list(struct cel_checker *checker, struct cel_node *node);
void cel_check_map(struct cel_checker *checker, struct cel_node *node);
void cel_check_message(struct cel_checker *checker, struct cel_node *node);
/* The node's type must fit; `what` says what it is for. */
void cel_check_expect(struct cel_checker *checker, const struct cel_node *node,
                      const struct cel_type *type, const char *what);
/* The type, or dyn with the compilation marked when the arena was full. */
const struct cel_type *cel_check_made(struct cel_checker *checker, const struct cel_type *type);
/* The field of a message; NULL: there is none, which cel_check_no_field says with the nearest name.
 */
const struct cel_field *cel_check_field(struct cel_checker *checker,
                                        const struct cel_message_type *message, struct str name);
void cel_check_no_field(struct cel_checker *checker, const struct cel_node *node,
                        const struct cel_message_type *message);

/* A type as text for a message: "list(int)". */
struct str cel_type_text(struct cel_checker *checker, const struct cel_type *type);

#endif
