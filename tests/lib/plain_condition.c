#include "tests/lib/plain_condition.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "tests/lib/test.h"

enum { PLAIN_CONTEXT_MORE = 8 }; /* so much more often than others it reads the context */
static const int64_t PLAIN_START_US = INT64_C(1767225600000000); /* 2026-01-01 */
static const int64_t PLAIN_HOUR_US = INT64_C(3600000000);

/* ---- making ---- */

static void plain_text(const struct plain_condition *condition, size_t at, struct buf *out);

static void plain_join_text(const struct plain_condition *condition, const struct plain_node *node,
                            struct buf *out)
{
    buf_append(out, node->kind == PLAIN_NOT ? STR("!(") : STR("("));
    plain_text(condition, node->left, out);
    if (node->kind != PLAIN_NOT) {
        buf_append(out, node->kind == PLAIN_AND ? STR(" && ") : STR(" || "));
        plain_text(condition, node->right, out);
    }
    buf_append(out, STR(")"));
}

static void plain_text(const struct plain_condition *condition, size_t at, struct buf *out)
{
    const struct plain_node *node = &condition->nodes[at];
    switch (node->kind) {
    case PLAIN_AND:
    case PLAIN_OR:
    case PLAIN_NOT:
        plain_join_text(condition, node, out);
        return;
    case PLAIN_CONTEXT:
        buf_printf(out, "context.a == %u", node->number);
        return;
    case PLAIN_CONTEXT_HAS:
        buf_append(out, STR("has(context.b)"));
        return;
    case PLAIN_SUBJECT:
        buf_printf(out, "subject.subject_id == 's%u'", node->number);
        return;
    case PLAIN_OBJECT:
        buf_printf(out, "object.id == 'a%u'", node->number);
        return;
    case PLAIN_ASSET:
        buf_append(out, STR("object.kind == ObjectKind.OBJECT_KIND_ASSET"));
        return;
    case PLAIN_ACTORS:
        buf_printf(out, "size(actors) < %u", node->number);
        return;
    case PLAIN_ACTOR:
        buf_printf(out, "actors.exists(a, a.subject_id == 's%u')", node->number);
        return;
    case PLAIN_PERMISSION:
        buf_append(out, STR("permission == 'read'"));
        return;
    case PLAIN_LATER:
        buf_printf(out, "now >= timestamp('2026-01-01T%02u:00:00Z')", node->number);
        return;
    case PLAIN_WRONG:
        buf_printf(out, "1 / 0 == %u", node->number);
        return;
    case PLAIN_KINDS:
        return;
    }
}

/* Adds a tree of so many levels at most; gives its node. */
static size_t plain_grow(struct random_state *random, struct plain_condition *condition,
                         unsigned levels)
{
    struct plain_node node = { .kind = (enum plain_kind)random_below(
                                   random, PLAIN_KINDS + PLAIN_CONTEXT_MORE),
                               .number = random_below(random, 4) };
    if (node.kind >= PLAIN_KINDS || (levels == 0 && node.kind <= PLAIN_NOT)) {
        node.kind = PLAIN_CONTEXT;
    }
    if (node.kind <= PLAIN_NOT) {
        node.left = plain_grow(random, condition, levels - 1);
        node.right = plain_grow(random, condition, levels - 1);
    }
    condition->nodes[condition->count] = node;
    return condition->count++;
}

void plain_condition_make(struct random_state *random, struct plain_condition *condition)
{
    *condition = (struct plain_condition){ 0 };
    size_t root = plain_grow(random, condition, 2);
    struct buf out = { 0 };
    plain_text(condition, root, &out);
    buf_byte(&out, '\0');
    assert_in_range(out.size, 1, sizeof condition->text);
    memcpy(condition->text, out.data, out.size);
    buf_release(&out);
}

/* ---- evaluating ---- */

static enum plain_truth plain_of(bool truth)
{
    return truth ? PLAIN_TRUE : PLAIN_FALSE;
}

/* An error is absorbed by what decides. */
static enum plain_truth plain_join(enum plain_truth left, enum plain_truth right,
                                   enum plain_truth decides)
{
    if (left == decides || right == decides) {
        return decides;
    }
    return left == PLAIN_ERROR || right == PLAIN_ERROR ? PLAIN_ERROR : left;
}

static bool plain_is(struct str id, char prefix, unsigned number)
{
    char text[16];
    snprintf(text, sizeof text, "%c%u", prefix, number);
    return str_eq(id, str_z(text));
}

static bool plain_acts(const struct check_question *question, unsigned number)
{
    bool acts = false;
    for (size_t i = 0; i < question->actors_count; i++) {
        acts = acts || plain_is(question->actors[i], 's', number);
    }
    return acts;
}

static enum plain_truth plain_leaf(const struct plain_node *node,
                                   const struct plain_question *given)
{
    const struct check_question *question = given->question;
    switch ((unsigned)node->kind) {
    case PLAIN_CONTEXT:
        return given->has_a ? plain_of(given->a == node->number) : PLAIN_ERROR;
    case PLAIN_CONTEXT_HAS:
        return plain_of(given->has_b);
    case PLAIN_SUBJECT:
        return plain_of(plain_is(question->subject_id, 's', node->number));
    case PLAIN_OBJECT:
        return plain_of(plain_is(question->object.id, 'a', node->number));
    case PLAIN_ASSET:
        return plain_of(question->object.kind == OBJECT_ASSET);
    case PLAIN_ACTORS:
        return plain_of(question->actors_count < node->number);
    case PLAIN_ACTOR:
        return plain_of(plain_acts(question, node->number));
    case PLAIN_PERMISSION:
        return plain_of(str_eq(question->permission, STR("read")));
    case PLAIN_LATER:
        return plain_of(given->at_us >= PLAIN_START_US + node->number * PLAIN_HOUR_US);
    }
    return PLAIN_ERROR;
}

static enum plain_truth plain_evaluate(const struct plain_condition *condition, size_t at,
                                       const struct plain_question *question)
{
    const struct plain_node *node = &condition->nodes[at];
    if (node->kind > PLAIN_NOT) {
        return plain_leaf(node, question);
    }
    enum plain_truth left = plain_evaluate(condition, node->left, question);
    if (node->kind == PLAIN_NOT) {
        return left == PLAIN_ERROR ? PLAIN_ERROR : plain_of(left == PLAIN_FALSE);
    }
    return plain_join(left, plain_evaluate(condition, node->right, question),
                      node->kind == PLAIN_AND ? PLAIN_FALSE : PLAIN_TRUE);
}

enum plain_truth plain_condition_evaluate(const struct plain_condition *condition,
                                          const struct plain_question *question)
{
    return plain_evaluate(condition, condition->count - 1, question);
}

/* What stands below a NOT is there once in the text, though its tree has it twice. */
static bool plain_needs_a(const struct plain_condition *condition, size_t at)
{
    const struct plain_node *node = &condition->nodes[at];
    bool needs = node->kind == PLAIN_CONTEXT;
    if (node->kind <= PLAIN_NOT) {
        needs = plain_needs_a(condition, node->left) ||
                (node->kind != PLAIN_NOT && plain_needs_a(condition, node->right));
    }
    return needs;
}

bool plain_condition_needs_a(const struct plain_condition *condition)
{
    return plain_needs_a(condition, condition->count - 1);
}
