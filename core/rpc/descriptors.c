/* The few fields of descriptor.proto that names and imports are in, read from the bytes themselves:
 * the rest is only passed on. */
#include "core/rpc/descriptors.h"

#include <stdlib.h>

#include "core/base/buf.h"

enum { DESCRIPTORS_MEMORY_MAX = 64 * 1024 * 1024, DESCRIPTORS_FILES_MAX = 4096 };

enum { SET_FILE = 1 };
enum { FILE_NAME = 1, FILE_PACKAGE = 2, FILE_IMPORT = 3, FILE_MESSAGE = 4, FILE_ENUM = 5 };
enum { FILE_SERVICE = 6, FILE_EXTENSION = 7 };
enum { ANY_NAME = 1, MESSAGE_NESTED = 3, MESSAGE_ENUM = 4, MESSAGE_EXTENSION = 6 };
enum { SERVICE_METHOD = 2, EXTENSION_EXTENDEE = 2, EXTENSION_NUMBER = 3 };

struct wire_field {
    uint32_t number;
    uint64_t varint;
    struct str bytes;
};

static bool wire_varint(struct str *rest, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && rest->size > 0; shift += 7) {
        uint8_t byte = (uint8_t)rest->data[0];
        *rest = str_from(*rest, 1);
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

/* Takes a field; false at the end, or where there is none (`rest` is then not empty). */
static bool wire_next(struct str *rest, struct wire_field *field)
{
    uint64_t tag, size;
    struct str at = *rest;
    if (at.size == 0 || !wire_varint(&at, &tag)) {
        return false;
    }
    *field = (struct wire_field){ .number = (uint32_t)(tag >> 3) };
    if ((tag & 7) == 0) {
        if (!wire_varint(&at, &field->varint)) {
            return false;
        }
    } else if ((tag & 7) == 2 && wire_varint(&at, &size) && size <= at.size) {
        field->bytes = str_make(at.data, (size_t)size);
        at = str_from(at, (size_t)size);
    } else {
        return false;
    }
    *rest = at;
    return true;
}

static struct str wire_get(struct str message, uint32_t number)
{
    struct wire_field field;
    while (wire_next(&message, &field)) {
        if (field.number == number) {
            return field.bytes;
        }
    }
    return (struct str){ 0 };
}

static struct status descriptors_put(struct descriptors *descriptors, struct hmap *map,
                                     struct str key, struct descriptors_file *file)
{
    if (key.data == NULL) {
        return arena_full(&descriptors->arena);
    }
    struct hmap_entry *entry = hmap_put(map, key, hmap_hash(key));
    if (entry->value == NULL) {
        entry->value = file;
    }
    return status_ok();
}

/* "scope.name", or "name" where there is no scope. */
static struct str descriptors_join(struct descriptors *descriptors, struct str scope,
                                   struct str name)
{
    struct str parts[] = { scope, scope.size > 0 ? STR(".") : STR(""), name };
    return arena_join(&descriptors->arena, parts, 3);
}

static struct status descriptors_add_extension(struct descriptors *descriptors, struct str scope,
                                               struct str extension, struct descriptors_file *file)
{
    struct wire_field field;
    struct str type = wire_get(extension, EXTENSION_EXTENDEE), rest = extension;
    uint64_t number = 0;
    while (wire_next(&rest, &field)) {
        number = field.number == EXTENSION_NUMBER ? field.varint : number;
    }
    type = type.size > 0 && type.data[0] == '.' ? str_from(type, 1) : type;
    struct str key = arena_printf(&descriptors->arena, "%.*s %u", STR_ARG(type), (unsigned)number);
    TRY(descriptors_put(descriptors, &descriptors->by_extension, key, file));
    return descriptors_put(descriptors, &descriptors->by_symbol,
                           descriptors_join(descriptors, scope, wire_get(extension, ANY_NAME)),
                           file);
}

static struct status descriptors_add_named(struct descriptors *descriptors, struct str scope,
                                           struct str named, struct descriptors_file *file)
{
    return descriptors_put(descriptors, &descriptors->by_symbol,
                           descriptors_join(descriptors, scope, wire_get(named, ANY_NAME)), file);
}

static struct status descriptors_add_service(struct descriptors *descriptors, struct str scope,
                                             struct str service, struct descriptors_file *file)
{
    struct wire_field field;
    struct str name = descriptors_join(descriptors, scope, wire_get(service, ANY_NAME));
    TRY(descriptors_put(descriptors, &descriptors->by_symbol, name, file));
    while (wire_next(&service, &field)) {
        if (field.number == SERVICE_METHOD) {
            TRY(descriptors_add_named(descriptors, name, field.bytes, file));
        }
    }
    return status_ok();
}

/* Nesting is as deep as the schema, which protoc has bounded. */
static struct status descriptors_add_message(struct descriptors *descriptors, struct str scope,
                                             struct str message, struct descriptors_file *file)
{
    struct wire_field field;
    struct str name = descriptors_join(descriptors, scope, wire_get(message, ANY_NAME));
    TRY(descriptors_put(descriptors, &descriptors->by_symbol, name, file));
    while (wire_next(&message, &field)) {
        if (field.number == MESSAGE_NESTED) {
            TRY(descriptors_add_message(descriptors, name, field.bytes, file));
        } else if (field.number == MESSAGE_ENUM) {
            TRY(descriptors_add_named(descriptors, name, field.bytes, file));
        } else if (field.number == MESSAGE_EXTENSION) {
            TRY(descriptors_add_extension(descriptors, name, field.bytes, file));
        }
    }
    return status_ok();
}

static struct status descriptors_add_symbols(struct descriptors *descriptors,
                                             struct descriptors_file *file)
{
    struct wire_field field;
    struct str rest = file->bytes, package = wire_get(rest, FILE_PACKAGE);
    while (wire_next(&rest, &field)) {
        struct status st = status_ok();
        if (field.number == FILE_MESSAGE) {
            st = descriptors_add_message(descriptors, package, field.bytes, file);
        } else if (field.number == FILE_ENUM) {
            st = descriptors_add_named(descriptors, package, field.bytes, file);
        } else if (field.number == FILE_SERVICE) {
            st = descriptors_add_service(descriptors, package, field.bytes, file);
        } else if (field.number == FILE_EXTENSION) {
            st = descriptors_add_extension(descriptors, package, field.bytes, file);
        }
        TRY(st);
    }
    return status_ok();
}

static struct status descriptors_add_file(struct descriptors *descriptors, struct str bytes)
{
    struct descriptors_file *file = &descriptors->files[descriptors->files_count];
    file->index = descriptors->files_count++;
    file->bytes = bytes;
    file->name = wire_get(bytes, FILE_NAME);
    TRY(descriptors_put(descriptors, &descriptors->by_name, file->name, file));
    return descriptors_add_symbols(descriptors, file);
}

static struct status descriptors_read(struct descriptors *descriptors, struct str set)
{
    struct wire_field field;
    size_t size = DESCRIPTORS_FILES_MAX * sizeof *descriptors->files;
    ARENA_TRY(&descriptors->arena, descriptors->files, arena_zalloc(&descriptors->arena, size));
    while (wire_next(&set, &field)) {
        if (field.number == SET_FILE && descriptors->files_count < DESCRIPTORS_FILES_MAX) {
            TRY(descriptors_add_file(descriptors, field.bytes));
        }
    }
    return set.size == 0 ? status_ok()
                         : status_error(STATUS_DATA_LOSS, "expected a FileDescriptorSet");
}

struct status descriptors_open(struct descriptors *descriptors, struct str set)
{
    *descriptors = (struct descriptors){ 0 };
    arena_init(&descriptors->arena, DESCRIPTORS_MEMORY_MAX);
    struct status st = descriptors_read(descriptors, set);
    if (st.code != STATUS_OK) {
        descriptors_release(descriptors);
    }
    return st;
}

void descriptors_release(struct descriptors *descriptors)
{
    hmap_release(&descriptors->by_name);
    hmap_release(&descriptors->by_symbol);
    hmap_release(&descriptors->by_extension);
    arena_release(&descriptors->arena);
    *descriptors = (struct descriptors){ 0 };
}

static const struct descriptors_file *descriptors_find(const struct hmap *map, struct str key)
{
    const struct hmap_entry *entry = hmap_find(map, key, hmap_hash(key));
    return entry == NULL ? NULL : entry->value;
}

const struct descriptors_file *descriptors_by_name(const struct descriptors *descriptors,
                                                   struct str name)
{
    return descriptors_find(&descriptors->by_name, name);
}

const struct descriptors_file *descriptors_by_symbol(const struct descriptors *descriptors,
                                                     struct str symbol)
{
    return descriptors_find(&descriptors->by_symbol, symbol);
}

const struct descriptors_file *descriptors_by_extension(const struct descriptors *descriptors,
                                                        struct str type, int32_t number)
{
    struct buf key = { 0 };
    buf_printf(&key, "%.*s %u", STR_ARG(type), (unsigned)number);
    const struct descriptors_file *file =
        descriptors_find(&descriptors->by_extension, buf_str(&key));
    buf_release(&key);
    return file;
}

bool descriptors_next_extension(const struct descriptors *descriptors, struct str type, size_t *at,
                                int32_t *number)
{
    const struct hmap_entry *entry;
    while ((entry = hmap_next(&descriptors->by_extension, at)) != NULL) {
        struct str key = entry->key;
        if (str_starts(key, type) && key.size > type.size && key.data[type.size] == ' ') {
            *number = (int32_t)strtol(key.data + type.size + 1, NULL, 10);
            return true;
        }
    }
    return false;
}

struct descriptors_walk {
    const struct descriptors *descriptors;
    void (*take)(void *context, const struct descriptors_file *file);
    void *context;
    uint64_t seen[DESCRIPTORS_FILES_MAX / 64];
};

/* As deep as imports go, which know no circles. */
static void descriptors_visit(struct descriptors_walk *walk, const struct descriptors_file *file)
{
    struct wire_field field;
    struct str rest = file == NULL ? (struct str){ 0 } : file->bytes;
    if (file == NULL || (walk->seen[file->index / 64] & UINT64_C(1) << file->index % 64) != 0) {
        return;
    }
    walk->seen[file->index / 64] |= UINT64_C(1) << file->index % 64;
    while (wire_next(&rest, &field)) {
        if (field.number == FILE_IMPORT) {
            descriptors_visit(walk, descriptors_by_name(walk->descriptors, field.bytes));
        }
    }
    walk->take(walk->context, file);
}

void descriptors_with_imports(const struct descriptors *descriptors,
                              const struct descriptors_file *file,
                              void (*take)(void *context, const struct descriptors_file *file),
                              void *context)
{
    struct descriptors_walk walk = { .descriptors = descriptors, .take = take, .context = context };
    descriptors_visit(&walk, file);
}
