/* A JSON text written from left to right: commas and line breaks come by themselves. */
#ifndef CORE_API_JSON_TEXT_H
#define CORE_API_JSON_TEXT_H

#include "core/base/buf.h"

enum { JSON_TEXT_DEPTH_MAX = 32 };

/* Starts as { .out = out }. */
struct json_text {
    struct buf *out;
    char open[JSON_TEXT_DEPTH_MAX]; /* the brackets to close */
    unsigned depth;
    bool behind; /* something stands before in this one */
    bool named;  /* a name waits for its value */
};

/* '{' or '['. */
void json_text_open(struct json_text *text, char bracket);
void json_text_close(struct json_text *text);
/* The name of what comes next. */
void json_text_name(struct json_text *text, const char *name);
void json_text_string(struct json_text *text, struct str value);

/* Members of the object that is open: one or several as they are, or by name. */
void json_text_members(struct json_text *text, const char *members);
void json_text_member(struct json_text *text, const char *name, struct str value);
/* The value as it is: a number, true, an array. */
void json_text_member_raw(struct json_text *text, const char *name, const char *value);
void json_text_object(struct json_text *text, const char *name);
void json_text_array(struct json_text *text, const char *name);

#endif
