#include "core/api/json_out.h"

#include <assert.h>

#include "core/base/json_text.h"

static void text_break(struct json_out *text)
{
    buf_byte(text->out, '\n');
    for (unsigned i = 0; i < text->depth; i++) {
        buf_append(text->out, STR("  "));
    }
}

/* Before each value: nothing behind its name, else a comma where one is needed, and a line. */
static void text_begin(struct json_out *text)
{
    if (!text->named && text->depth > 0) {
        buf_append(text->out, text->behind ? STR(",") : STR(""));
        text_break(text);
    }
    text->named = false;
    text->behind = true;
}

void json_out_open(struct json_out *text, char bracket)
{
    assert(text->depth < JSON_OUT_DEPTH_MAX);
    text_begin(text);
    buf_byte(text->out, (uint8_t)bracket);
    text->open[text->depth++] = bracket;
    text->behind = false;
}

void json_out_close(struct json_out *text)
{
    bool empty = !text->behind;
    char bracket = text->open[--text->depth];
    if (!empty) {
        text_break(text);
    }
    buf_byte(text->out, bracket == '{' ? '}' : ']');
    text->behind = true;
}

void json_out_name(struct json_out *text, const char *name)
{
    text_begin(text);
    json_text(str_z(name), text->out);
    buf_append(text->out, STR(": "));
    text->named = true;
}

void json_out_string(struct json_out *text, struct str value)
{
    text_begin(text);
    json_text(value, text->out);
}

void json_out_members(struct json_out *text, const char *members)
{
    text_begin(text);
    buf_append(text->out, str_z(members));
}

void json_out_member(struct json_out *text, const char *name, struct str value)
{
    json_out_name(text, name);
    json_out_string(text, value);
}

void json_out_member_raw(struct json_out *text, const char *name, const char *value)
{
    json_out_name(text, name);
    json_out_members(text, value);
}

void json_out_object(struct json_out *text, const char *name)
{
    json_out_name(text, name);
    json_out_open(text, '{');
}

void json_out_array(struct json_out *text, const char *name)
{
    json_out_name(text, name);
    json_out_open(text, '[');
}
