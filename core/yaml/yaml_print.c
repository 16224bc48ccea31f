/* The other way: values as YAML of the plainest form, which yaml_read reads as the same. */
#include "core/base/json_text.h"
#include "core/base/utf8.h"
#include "core/yaml/yaml.h"

#include <strings.h>

/* Characters that YAML takes for breaks of lines, or not at all. */
static bool yaml_is_odd(uint32_t c)
{
    return (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe ||
           c == 0xffff;
}

void yaml_escape(struct str json, struct buf *out)
{
    while (json.size > 0) {
        uint32_t c;
        size_t size = utf8_decode(json, &c);
        if (size > 0 && yaml_is_odd(c)) {
            buf_printf(out, "\\u%04x", (unsigned)c);
        } else {
            size = size > 0 ? size : 1;
            buf_append(out, str_make(json.data, size));
        }
        json = str_from(json, size);
    }
}

static bool yaml_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Words that some readers of YAML take for something else than texts. */
static bool yaml_is_word(struct str text)
{
    static const char *const words[] = { "true", "false", "null", "yes", "no", "on",
                                         "off",  "y",     "n",    "inf", "nan" };
    bool word = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && !word; i++) {
        word = strlen(words[i]) == text.size && strncasecmp(words[i], text.data, text.size) == 0;
    }
    return word;
}

static void yaml_print_text(struct str text, struct buf *out)
{
    bool plain = text.size > 0 && yaml_is_letter(text.data[0]) && !yaml_is_word(text);
    for (size_t i = 1; plain && i < text.size; i++) {
        char c = text.data[i];
        plain = yaml_is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
                c == '/';
    }
    if (plain) {
        buf_append(out, text);
    } else {
        struct buf json = { 0 };
        json_text(text, &json);
        yaml_escape(buf_str(&json), out);
        buf_release(&json);
    }
}

static bool yaml_has_children(const struct yaml *yaml, size_t at)
{
    return at + 1 < yaml->count && yaml->nodes[at + 1].parent == at;
}

static bool yaml_is_scalar(const struct yaml_node *node)
{
    return node->json.data[0] != '{' && node->json.data[0] != '[';
}

/* YAML finds the colon of a key in a line within 1,024 characters (spec 1.2, 7.4.2); one that might
 * be longer, escaped, stands behind a question mark. */
static void yaml_print_key(struct str key, unsigned indent, struct buf *out)
{
    enum { BRIEF_MAX = 1024 / 8 };
    const bool brief = key.size <= BRIEF_MAX;
    buf_append(out, brief ? STR("") : STR("? "));
    yaml_print_text(key, out);
    if (!brief) {
        buf_printf(out, "\n%*s", (int)indent, "");
    }
    buf_byte(out, ':');
}

/* One below the other; of a list behind dashes. */
static void yaml_print_children(const struct yaml *yaml, size_t at, unsigned indent,
                                struct buf *out);

static void yaml_print_value(const struct yaml *yaml, size_t at, unsigned indent, struct buf *out)
{
    const struct yaml_node *node = &yaml->nodes[at];
    if (!yaml_is_scalar(node) && yaml_has_children(yaml, at)) {
        buf_byte(out, '\n');
        yaml_print_children(yaml, at, indent + 2, out);
        return;
    }
    buf_byte(out, ' ');
    if (node->is_text) {
        yaml_print_text(node->text, out);
    } else {
        buf_append(out, node->json);
    }
    buf_byte(out, '\n');
}

static void yaml_print_children(const struct yaml *yaml, size_t at, unsigned indent,
                                struct buf *out)
{
    for (size_t i = at + 1; i < yaml->count && yaml->nodes[i].parent != i; i++) {
        if (yaml->nodes[i].parent != at) {
            continue;
        }
        buf_printf(out, "%*s", (int)indent, "");
        if (yaml->nodes[at].is_map) {
            yaml_print_key(yaml->nodes[i].key, indent, out);
        } else {
            buf_byte(out, '-');
        }
        yaml_print_value(yaml, i, indent, out);
    }
}

void yaml_print(const struct yaml *yaml, const struct yaml_node *map, unsigned indent,
                struct buf *out)
{
    yaml_print_children(yaml, (size_t)(map - yaml->nodes), indent, out);
}
