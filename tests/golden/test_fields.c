/* Whose the fields of entities are, as a table: tests/golden/fields.txt. A field in the wrong line
 * is a hole: what decide derives must not be the client's to give. With GOLDEN_UPDATE=1 in the
 * environment the file is rewritten. */
#include "core/base/buf.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/registry/registry.h"
#include "tests/lib/golden_tool.h"
#include "tests/lib/test.h"

static const struct {
    const char *whose;
    unsigned from;
    unsigned to;
} owners[] = {
    { "at creation", 1, FIELD_CLIENT_MIN - 1 },
    { "then, and by mask", FIELD_CLIENT_MIN, FIELD_CLIENT_MAX },
    { "by none of these", FIELD_VERSION, UINT32_MAX },
};

/* "1 role_id 2 role_type", the four that evolve stamps left out. */
static void fields_print_range(const ProtobufCMessageDescriptor *entity, unsigned from, unsigned to,
                               struct buf *out)
{
    for (unsigned f = 0; f < entity->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &entity->fields[f];
        bool stamped = field->id >= FIELD_VERSION && field->id <= FIELD_UPDATED_AT;
        if (!stamped && field->id >= from && field->id <= to) {
            buf_printf(out, " %u %s", field->id, field->name);
        }
    }
}

static void fields_print_kind(const struct entity_type *entity, struct buf *out)
{
    buf_printf(out, "%s\n", entity->name);
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        struct buf range = { 0 };
        fields_print_range(entity->descriptor, owners[i].from, owners[i].to, &range);
        if (range.size > 0) {
            buf_printf(out, "  %-17s%.*s\n", owners[i].whose, STR_ARG(buf_str(&range)));
        }
        buf_release(&range);
    }
}

TEST(fields, are_whose_the_golden_says)
{
    struct buf actual = { 0 };
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        if (registry_entity(kind) != NULL) {
            fields_print_kind(registry_entity(kind), &actual);
        }
    }
    golden_tool_check(SOURCE_DIR "/tests/golden/fields.txt", buf_str(&actual));
    buf_release(&actual);
}
