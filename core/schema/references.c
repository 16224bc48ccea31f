/* What `$ref` means: the document itself ("#"), a place in it ("#/$defs/a"), or a schema with that
 * `$anchor` ("#a"); before the '#' may stand the document's own `$id`. */
#include "core/schema/compile.h"

static int reference_hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* After '%': a byte, and not 0; -1 for what is none. */
static int reference_escape(const char *digits)
{
    int high = reference_hex(digits[0]), low = high < 0 ? -1 : reference_hex(digits[1]);
    return low < 0 || high + low == 0 ? -1 : high * 16 + low;
}

/* "%25" becomes "%", in place; false for what is no escape. */
static bool reference_decode(char *text)
{
    char *out = text;
    while (*text != '\0') {
        int byte = *text == '%' ? reference_escape(text + 1) : *text;
        if (*text == '%' && byte < 0) {
            return false;
        }
        text += *text == '%' ? 3 : 1;
        *out++ = (char)byte;
    }
    *out = '\0';
    return true;
}

/* The part of a JSON Pointer up to the next '/', decoded in place: "a~1b" becomes "a/b". Gives what
 * comes after the '/', or NULL. */
static char *reference_token(char *token)
{
    char *next = strchr(token, '/'), *out = token;
    if (next != NULL) {
        *next++ = '\0';
    }
    for (; *token != '\0'; token++) {
        bool escape = *token == '~' && (token[1] == '0' || token[1] == '1');
        *out++ = !escape ? *token : token[1] == '0' ? '~' : '/';
        token += escape;
    }
    *out = '\0';
    return next;
}

/* "0", "12"; what is no index is beyond any list. */
static size_t reference_index(const char *token)
{
    size_t index = 0;
    if (token[0] == '\0' || (token[0] == '0' && token[1] != '\0') || strlen(token) > 9) {
        return SIZE_MAX;
    }
    for (; *token >= '0' && *token <= '9'; token++) {
        index = index * 10 + (size_t)(*token - '0');
    }
    return *token == '\0' ? index : SIZE_MAX;
}

/* One step into the document; NULL when there is nothing. */
static const Google__Protobuf__Value *reference_step(const Google__Protobuf__Value *value,
                                                     const char *token, size_t *index)
{
    if (schema_kind(value) == SCHEMA_OBJECT) {
        return schema_value_member(value->struct_value, token);
    }
    *index = reference_index(token);
    bool there = schema_kind(value) == SCHEMA_LIST && *index < value->list_value->n_values;
    return there ? value->list_value->values[*index] : NULL;
}

/* `pointer` begins behind the first '/'; *found NULL when it leads nowhere. */
static bool reference_follow(struct schema_compiler *compiler, char *pointer,
                             const Google__Protobuf__Value **found, struct schema_place *place)
{
    *found = compiler->document;
    *place = (struct schema_place){ 0 };
    while (pointer != NULL && *found != NULL) {
        char *token = pointer;
        size_t index = 0;
        const struct schema_place *up =
            schema_place_keep(compiler, place->up, place->name, place->index);
        pointer = reference_token(token);
        bool named = schema_kind(*found) == SCHEMA_OBJECT;
        *found = reference_step(*found, token, &index);
        if (up == NULL) {
            return false;
        }
        *place = (struct schema_place){ up, named ? token : NULL, (uint32_t)index };
    }
    return true;
}

/* The part behind the '#', decoded, as a copy; NULL data when the reference leads outside. */
static bool reference_fragment(struct schema_compiler *compiler, const char *text, char **fragment)
{
    const char *hash = strchr(text, '#');
    size_t before = hash == NULL ? strlen(text) : (size_t)(hash - text);
    size_t own = compiler->id == NULL ? 0 : strcspn(compiler->id, "#");
    bool here = before == 0 ||
                (compiler->id != NULL && own == before && memcmp(compiler->id, text, own) == 0);
    struct str rest = str_z(hash == NULL ? "" : hash + 1);
    char *copy = cel_alloc(&compiler->run, rest.size + 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, rest.data, rest.size);
    copy[rest.size] = '\0';
    *fragment = here && text[0] != '\0' && reference_decode(copy) ? copy : NULL;
    return true;
}

static bool reference_find(struct schema_compiler *compiler, char *fragment,
                           struct schema_node **node)
{
    const Google__Protobuf__Value *found;
    struct schema_place place;
    *node = NULL;
    if (fragment[0] != '\0' && fragment[0] != '/') {
        struct str name = str_z(fragment);
        struct hmap_entry *entry = hmap_find(&compiler->anchors, name, hmap_hash(name));
        *node = entry == NULL ? NULL : entry->value;
        return true;
    }
    char *pointer = fragment[0] == '/' ? fragment + 1 : NULL;
    return reference_follow(compiler, pointer, &found, &place) &&
           (found == NULL || schema_node_make(compiler, place, found, node));
}

static bool reference_resolve(struct schema_compiler *compiler,
                              const struct schema_pending *pending)
{
    Google__Protobuf__Value text = GOOGLE__PROTOBUF__VALUE__INIT;
    struct schema_node *node;
    char *fragment;
    text.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
    text.string_value = (char *)(uintptr_t)pending->text;
    if (!reference_fragment(compiler, pending->text, &fragment)) {
        return false;
    }
    if (fragment == NULL) {
        return schema_compile_fail(compiler, pending->place, "$ref",
                                   "a reference inside of the document ('#...'; others are never "
                                   "fetched)",
                                   &text);
    }
    if (!reference_find(compiler, fragment, &node)) {
        return false;
    }
    *pending->node = node;
    return node != NULL || schema_compile_fail(compiler, pending->place, "$ref",
                                               "a place or '$anchor' of the document", &text);
}

/* Schemas that nothing but a reference leads to may hold further references. */
bool schema_references_resolve(struct schema_compiler *compiler)
{
    while (compiler->pending != NULL) {
        const struct schema_pending *pending = compiler->pending;
        compiler->pending = pending->next;
        if (!reference_resolve(compiler, pending)) {
            return false;
        }
    }
    return true;
}
