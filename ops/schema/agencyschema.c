/* Writes the schema of the service Entities, whose methods are Get and List of each kind: a kind
 * has them by its row of the registry. Runs while this is built:
 *
 *     agencyschema DESCRIPTORS > entities_service.proto
 *
 * DESCRIPTORS is the FileDescriptorSet of proto/, which knows where each message is declared. */
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/memory.h"
#include "core/domain/kernel/life.h"
#include "core/rpc/descriptors.h"

enum { SCHEMA_FILE_MAX = 16 << 20 };

/* "job-spaces" as "JobSpaces". */
static void schema_pascal(const char *words, struct buf *out)
{
    bool first = true;
    for (; *words != '\0'; words++) {
        if (*words == '-') {
            first = true;
            continue;
        }
        bool raise = first && *words >= 'a' && *words <= 'z';
        buf_byte(out, (uint8_t)(raise ? *words - 'a' + 'A' : *words));
        first = false;
    }
}

/* "an org" */
static void schema_noun(unsigned kind, struct buf *out)
{
    char noun[LIFE_NOUN_SIZE];
    life_noun((enum entity_kind)kind, noun);
    buf_printf(out, "%s %s", strchr("aeiou", noun[0]) != NULL ? "an" : "a", noun);
}

static const char *schema_type(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_ENUM
               ? ((const ProtobufCEnumDescriptor *)field->descriptor)->name
               : "string";
}

/* ---- one kind ---- */

static void schema_org(struct buf *out)
{
    buf_append(out, STR("  // The org.\n  string org_id = 1;\n"));
}

static void schema_when(struct buf *out)
{
    buf_append(out, STR("  // As in CheckRequest.\n  string as_of = 10;\n"
                        "  // As in CheckRequest.\n  string at_least = 11;\n"));
}

static void schema_mask(struct buf *out)
{
    buf_append(out,
               STR("  // The fields that are wanted, also those of messages: on.id; unset: all.\n"
                   "  google.protobuf.FieldMask read_mask = 14;\n}\n\n"));
}

/* What finds one beside its id. */
static const char *schema_other_ways(const struct entity_type *type)
{
    return type->external_at > 0 ? "; or name:X, or ext:SYSTEM:VALUE"
           : type->named         ? "; or name:X"
                                 : "";
}

static void schema_get(unsigned kind, const struct entity_type *type, struct buf *out)
{
    buf_append(out, STR("// Names "));
    schema_noun(kind, out);
    buf_printf(out, ".\nmessage Get%sRequest {\n", type->name);
    schema_org(out);
    for (unsigned i = 0; i < type->key_parts; i++) {
        const ProtobufCFieldDescriptor *field = &type->descriptor->fields[i];
        if (strcmp(field->name, "org_id") != 0) {
            buf_printf(out, "  // As in %s%s.\n  %s %s = %u;\n", type->name,
                       schema_other_ways(type), schema_type(field), field->name, i + 2);
        }
    }
    schema_when(out);
    schema_mask(out);
}

static void schema_list(unsigned kind, const struct entity_type *type, struct buf *out)
{
    if (kind == ENTITY_ORG) {
        return; /* an org has one; which there are, Query/ListOrgs says */
    }
    buf_append(out, STR("// Which of them.\nmessage List"));
    schema_pascal(type->plural, out);
    buf_append(out, STR("Request {\n"));
    schema_org(out);
    buf_append(out, STR("  // Each as FIELD=VALUE, such as status=ACTIVE, or without=FIELD for what"
                        " has none; all of\n  // them must hold.\n"
                        "  repeated string filters = 2;\n"
                        "  // Also what was removed, has ended or expired, and what is set on "
                        "that.\n"
                        "  bool all = 3;\n"
                        "  // An expression over the fields, such as name.startsWith('a') && "
                        "version > 3u; it must hold,\n  // too (docs/cel.md).\n"
                        "  string filter = 4;\n"
                        "  // A field by which they are put in order, such as name; -name or "
                        "name desc: from the last to\n  // the first.\n"
                        "  string order_by = 5;\n"));
    schema_when(out);
    buf_append(out, STR("  // Items at most; 0: 100. At most 1000.\n  uint32 page_size = 12;\n"
                        "  // As the answer before gave it, with all else unchanged; empty: the "
                        "first page.\n"
                        "  string page_token = 13;\n"));
    schema_mask(out);
    buf_append(out, STR("// They, in the order asked for; without one by their ids, or as the "
                        "index has them.\nmessage List"));
    schema_pascal(type->plural, out);
    buf_printf(out,
               "Response {\n  // The entities.\n  repeated %s items = 1;\n"
               "  // Asks for the next page; empty: this is the last.\n"
               "  string next_page_token = 2;\n"
               "  // The index that found them; empty: all of the kind were looked at.\n"
               "  string index = 3;\n"
               "  // Rows that were looked at.\n"
               "  uint64 looked = 4;\n"
               "  // True where not its size but the budget of rows and of the filter's cost ended "
               "the page: it\n  // has few items, or none, and the next one goes on.\n"
               "  bool cut = 5;\n"
               "  // When.\n  Moment at = 9;\n}\n\n",
               type->name);
}

static void schema_methods(unsigned kind, const struct entity_type *type, struct buf *out)
{
    buf_append(out, STR("  // Gives "));
    schema_noun(kind, out);
    buf_printf(out, ".\n  rpc Get%s(Get%sRequest) returns (%s);\n", type->name, type->name,
               type->name);
    if (kind == ENTITY_ORG) {
        return;
    }
    buf_append(out, STR("  // All of the kind, or some, page by page.\n  rpc List"));
    schema_pascal(type->plural, out);
    buf_append(out, STR("(List"));
    schema_pascal(type->plural, out);
    buf_append(out, STR("Request) returns (List"));
    schema_pascal(type->plural, out);
    buf_append(out, STR("Response);\n"));
}

/* ---- the file ---- */

typedef void schema_part(unsigned kind, const struct entity_type *type, struct buf *out);

static void schema_each(schema_part *part, struct buf *out)
{
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type != NULL) {
            part(kind, type, out);
        }
    }
}

/* Each file once: several kinds can be declared in one. */
static struct status schema_imports(const struct descriptors *descriptors, struct buf *out)
{
    bool *imported = mem_zalloc(descriptors->files_count, sizeof *imported);
    struct status st = status_ok();
    for (unsigned kind = 0; kind < ENTITY_KINDS_END && st.code == STATUS_OK; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type == NULL) {
            continue;
        }
        const struct descriptors_file *file =
            descriptors_by_symbol(descriptors, str_z(type->descriptor->name));
        if (file == NULL) {
            st = status_error(STATUS_NOT_FOUND, "expected descriptors that have %s",
                              type->descriptor->name);
        } else if (!imported[file->index]) {
            imported[file->index] = true;
            buf_printf(out, "import \"%.*s\";\n", STR_ARG(file->name));
        }
    }
    mem_free(imported);
    return st;
}

static struct status schema_write(const struct descriptors *descriptors, struct buf *out)
{
    buf_append(out, STR("// Get and List of each kind of entity, as of any moment. Made from the "
                        "registry of kinds when\n// this is built (ops/schema).\n"
                        "syntax = \"proto3\";\npackage agency.v1;\n\n"
                        "import \"agency/v1/common.proto\";\nimport \"agency/v1/query.proto\";\n"
                        "import \"google/protobuf/field_mask.proto\";\n"));
    TRY(schema_imports(descriptors, out));
    buf_append(out, STR("\n// The entities of an org, kind by kind. What Query says of moments and "
                        "headers holds here, too.\nservice Entities {\n"));
    schema_each(schema_methods, out);
    buf_append(out, STR("}\n\n"));
    schema_each(schema_get, out);
    schema_each(schema_list, out);
    return status_ok();
}

static struct status schema_run(const char *path, struct buf *set, struct buf *out)
{
    struct descriptors descriptors;
    char *room = buf_reserve(set, SCHEMA_FILE_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return status_error(STATUS_NOT_FOUND, "expected a file '%s'", path);
    }
    set->size = fread(room, 1, SCHEMA_FILE_MAX, file);
    fclose(file);
    TRY(descriptors_open(&descriptors, buf_str(set)));
    struct status st = schema_write(&descriptors, out);
    descriptors_release(&descriptors);
    return st;
}

int main(int argc, char **argv)
{
    struct buf set = { 0 }, out = { 0 };
    struct status st = argc == 2
                           ? schema_run(argv[1], &set, &out)
                           : status_error(STATUS_INVALID_ARGUMENT, "expected a descriptor set");
    if (st.code == STATUS_OK && fwrite(out.data, 1, out.size, stdout) != out.size) {
        st = status_error(STATUS_UNAVAILABLE, "expected to write the schema");
    }
    if (st.code != STATUS_OK) {
        fprintf(stderr, "agencyschema: %s\n", st.msg);
    }
    buf_release(&set);
    buf_release(&out);
    return st.code == STATUS_OK ? 0 : 1;
}
