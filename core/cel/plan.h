/* What the parts of the planner share. */
#ifndef CORE_CEL_PLAN_H
#define CORE_CEL_PLAN_H

#include "core/cel/program.h"

struct cel_planner {
    struct cel_compilation *c;
    bool traced;
    bool failed; /* the arena is full, or the program too long */
    struct cel_op *ops;
    uint16_t *op_handlers, *op_nodes;
    bool *jumps; /* per op: `number` is a place to jump to */
    uint32_t op_count, op_max;
    struct cel_handler *handlers; /* `jump` not yet known: the place is in handler_places */
    uint32_t *handler_places;
    uint32_t handler_count, handler_max;
    uint32_t *bases;  /* per node: first register of a loop or bind */
    uint32_t *places; /* per node: place of a bind's first instruction */
    uint16_t handler; /* of what is planned now */
    uint32_t landed;  /* where a jump landed last: what stands before is not changed any more */
    uint32_t high;    /* highest register used */
};

/* Appends an instruction; its place. */
uint32_t cel_plan_op(struct cel_planner *p, const struct cel_node *node, cel_op_run *run,
                     struct cel_op op);
/* Appends one that jumps; cel_plan_land tells it where. */
uint32_t cel_plan_jump(struct cel_planner *p, const struct cel_node *node, cel_op_run *run,
                       struct cel_op op);
/* The jump at `place` goes to the next instruction, or to `target`. */
void cel_plan_land(struct cel_planner *p, uint32_t place);
void cel_plan_land_at(struct cel_planner *p, uint32_t place, uint32_t target);
/* Failures of what is planned from now on go into r[to]; gives the handler around, for _handled. */
uint16_t cel_plan_handle(struct cel_planner *p, uint32_t to);
/* Ends that: they go on at the next instruction. */
void cel_plan_handled(struct cel_planner *p, uint16_t around);
/* The kind that values of the type surely have, else CEL_DYN. */
uint8_t cel_plan_kind(const struct cel_type *type);

/* Plans the node's value into r[to]; registers above are scratch. */
void cel_plan_node(struct cel_planner *p, const struct cel_node *node, uint32_t to);
/* What the loop walks over is in r[to] already. */
void cel_plan_loop(struct cel_planner *p, const struct cel_node *node, uint32_t to);
void cel_plan_bind(struct cel_planner *p, const struct cel_node *node, uint32_t to);

/* Like cel_plan_op for a field at a path's end, and for a comparison or `in` of r[to] with a
 * constant; what loaded r[to] becomes part of them. False: the call is none of these. */
void cel_plan_path_op(struct cel_planner *p, const struct cel_node *node, uint32_t to,
                      struct cel_path *path);
bool cel_plan_compare(struct cel_planner *p, const struct cel_node *node, uint32_t to);
/* What is planned into r[to] is an operand of the && or || (the last one) that comes next: if a
 * comparison gives it, that does both. */
void cel_plan_then(struct cel_planner *p, uint32_t to, bool or, bool last);

/* Registers of a loop, from its base. */
enum {
    CEL_LOOP_RANGE,
    CEL_LOOP_INDEX,
    CEL_LOOP_RESULT,
    CEL_LOOP_FIRST,
    CEL_LOOP_SECOND,
    CEL_LOOP_BODY,
};

static inline void cel_plan_use(struct cel_planner *p, uint32_t reg)
{
    p->high = reg > p->high ? reg : p->high;
}

#endif
