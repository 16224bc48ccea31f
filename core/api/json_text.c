#include "core/api/json_text.h"

#include <assert.h>

static void text_break(struct json_text *text)
{
    buf_byte(text->out, '\n');
    for (unsigned i = 0; i < text->depth; i++) {
        buf_append(text->out, STR("  "));
    }
}

/* Before each value: nothing behind its name, else a comma where one is needed, and a line. */
static void text_begin(struct json_text *text)
{
    if (!text->named && text->depth > 0) {
        buf_append(text->out, text->behind ? STR(",") : STR(""));
        text_break(text);
    }
    text->named = false;
    text->behind = true;
}

/* All that JSON must escape, and what ends lines in JavaScript is none of it. */
static void text_quote(struct str value, struct buf *out)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
            continue;
        }
        buf_append(out, c == '"' || c == '\\' ? STR("\\") : STR(""));
        buf_byte(out, c);
    }
    buf_byte(out, '"');
}

void json_text_open(struct json_text *text, char bracket)
{
    assert(text->depth < JSON_TEXT_DEPTH_MAX);
    text_begin(text);
    buf_byte(text->out, (uint8_t)bracket);
    text->open[text->depth++] = bracket;
    text->behind = false;
}

void json_text_close(struct json_text *text)
{
    bool empty = !text->behind;
    char bracket = text->open[--text->depth];
    if (!empty) {
        text_break(text);
    }
    buf_byte(text->out, bracket == '{' ? '}' : ']');
    text->behind = true;
}

void json_text_name(struct json_text *text, const char *name)
{
    text_begin(text);
    text_quote(str_z(name), text->out);
    buf_append(text->out, STR(": "));
    text->named = true;
}

void json_text_string(struct json_text *text, struct str value)
{
    text_begin(text);
    text_quote(value, text->out);
}

void json_text_members(struct json_text *text, const char *members)
{
    text_begin(text);
    buf_append(text->out, str_z(members));
}

void json_text_member(struct json_text *text, const char *name, struct str value)
{
    json_text_name(text, name);
    json_text_string(text, value);
}

void json_text_member_raw(struct json_text *text, const char *name, const char *value)
{
    json_text_name(text, name);
    json_text_members(text, value);
}

void json_text_object(struct json_text *text, const char *name)
{
    json_text_name(text, name);
    json_text_open(text, '{');
}

void json_text_array(struct json_text *text, const char *name)
{
    json_text_name(text, name);
    json_text_open(text, '[');
}
