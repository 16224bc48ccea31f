/* Comments stand beside the descriptors, by the path of numbers that leads to what they are about:
 * 4, 0, 2, 1 is field 1 of message 0. */
#include "core/api/schema.h"

#include "core/pb/message.h"

enum {
    SCHEMA_MEMORY_MAX = 64 << 20,
    SCHEMA_PATH_MAX = 4, /* no message stands in another here, but for entries of maps */
};

/* Numbers of the fields that paths go by (descriptor.proto). */
enum { FILE_MESSAGE = 4, FILE_ENUM = 5, FILE_SERVICE = 6, INNER = 2 };

typedef Google__Protobuf__FileDescriptorProto schema_file;
typedef Google__Protobuf__SourceCodeInfo__Location schema_location;

/* Made by the build (cmake/proto.cmake). */
extern const unsigned char api_descriptors[];
extern const size_t api_descriptors_size;

struct str api_schema_descriptors(void)
{
    return str_make(api_descriptors, api_descriptors_size);
}

/* "a b" for " a\n b\n". */
static struct str schema_line(struct arena *arena, const char *comment)
{
    char *line = arena_alloc(arena, strlen(comment) + 1);
    size_t size = 0;
    for (const char *at = comment; line != NULL && *at != '\0'; at++) {
        bool space = *at == ' ' || *at == '\n';
        if (!space) {
            line[size++] = *at;
        } else if (size > 0 && line[size - 1] != ' ') {
            line[size++] = ' ';
        }
    }
    size -= size > 0 && line[size - 1] == ' ';
    return str_make(line, size);
}

/* What a path leads to; empty for anything but messages, enums, services and what is in them. */
static struct str schema_name(struct arena *arena, const schema_file *file, const int32_t *path,
                              size_t size)
{
    const char *outer = NULL, *inner = NULL;
    bool deep = size == SCHEMA_PATH_MAX && path[2] == INNER;
    size_t at = size > 1 ? (size_t)path[1] : 0, in = deep ? (size_t)path[3] : 0;
    if (size != 2 && !deep) {
        return STR("");
    }
    if (path[0] == FILE_MESSAGE && at < file->n_message_type) {
        const api_message *message = file->message_type[at];
        outer = message->name;
        inner = deep && in < message->n_field ? message->field[in]->name : NULL;
    } else if (path[0] == FILE_ENUM && at < file->n_enum_type) {
        const api_enum *type = file->enum_type[at];
        outer = type->name;
        inner = deep && in < type->n_value ? type->value[in]->name : NULL;
    } else if (path[0] == FILE_SERVICE && at < file->n_service) {
        const api_service *service = file->service[at];
        outer = service->name;
        inner = deep && in < service->n_method ? service->method[in]->name : NULL;
    }
    if (outer == NULL || (deep && inner == NULL)) {
        return STR("");
    }
    return arena_printf(arena, "%s.%s%s%s", file->package, outer, deep ? "." : "",
                        deep ? inner : "");
}

static struct status schema_add(struct api_schema *schema, struct hmap *map, struct str name,
                                const void *value)
{
    if (name.data == NULL) {
        return arena_full(&schema->arena);
    }
    hmap_put(map, name, hmap_hash(name))->value = (void *)(uintptr_t)value;
    return status_ok();
}

static struct status schema_add_comment(struct api_schema *schema, const schema_file *file,
                                        const schema_location *location)
{
    const char *comment = location->leading_comments != NULL ? location->leading_comments
                                                             : location->trailing_comments;
    struct str name = schema_name(&schema->arena, file, location->path, location->n_path);
    if (comment == NULL || name.size == 0) {
        return status_ok();
    }
    struct str *line;
    ARENA_TRY(&schema->arena, line, arena_alloc(&schema->arena, sizeof *line));
    *line = schema_line(&schema->arena, comment);
    return schema_add(schema, &schema->comments, name, line);
}

static struct status schema_add_file(struct api_schema *schema, const schema_file *file)
{
    struct arena *arena = &schema->arena;
    for (size_t i = 0; i < file->n_message_type; i++) {
        const api_message *message = file->message_type[i];
        TRY(schema_add(schema, &schema->messages,
                       arena_printf(arena, "%s.%s", file->package, message->name), message));
    }
    for (size_t i = 0; i < file->n_enum_type; i++) {
        const api_enum *type = file->enum_type[i];
        TRY(schema_add(schema, &schema->enums,
                       arena_printf(arena, "%s.%s", file->package, type->name), type));
    }
    size_t comments = file->source_code_info == NULL ? 0 : file->source_code_info->n_location;
    for (size_t i = 0; i < comments; i++) {
        TRY(schema_add_comment(schema, file, file->source_code_info->location[i]));
    }
    return status_ok();
}

struct status api_schema_open(struct api_schema *schema, struct str set)
{
    *schema = (struct api_schema){ 0 };
    arena_init(&schema->arena, SCHEMA_MEMORY_MAX);
    TRY(pb_unpack(&schema->arena, &google__protobuf__file_descriptor_set__descriptor, set,
                  PB_STORED, &schema->files));
    for (size_t i = 0; i < schema->files->n_file; i++) {
        TRY(schema_add_file(schema, schema->files->file[i]));
    }
    return status_ok();
}

void api_schema_release(struct api_schema *schema)
{
    hmap_release(&schema->messages);
    hmap_release(&schema->enums);
    hmap_release(&schema->comments);
    arena_release(&schema->arena);
}

static const void *schema_find(const struct hmap *map, struct str name)
{
    const struct hmap_entry *entry = hmap_find(map, name, hmap_hash(name));
    return entry == NULL ? NULL : entry->value;
}

const api_message *api_schema_message(const struct api_schema *schema, const char *name)
{
    return schema_find(&schema->messages, str_z(name[0] == '.' ? name + 1 : name));
}

const api_enum *api_schema_enum(const struct api_schema *schema, const char *name)
{
    return schema_find(&schema->enums, str_z(name[0] == '.' ? name + 1 : name));
}

struct str api_schema_comment(const struct api_schema *schema, struct str name)
{
    const struct str *comment = schema_find(&schema->comments, name);
    return comment == NULL ? STR("") : *comment;
}

const api_field *api_message_field(const api_message *message, const char *name)
{
    for (size_t i = 0; i < message->n_field; i++) {
        if (strcmp(message->field[i]->name, name) == 0) {
            return message->field[i];
        }
    }
    return NULL;
}

bool api_field_is(const api_field *field, const char *type)
{
    return api_field_is_message(field) && strcmp(field->type_name, type) == 0;
}

bool api_field_is_plain(const api_field *field)
{
    return api_field_is_message(field) &&
           strncmp(field->type_name, ".google.protobuf.", strlen(".google.protobuf.")) != 0;
}
