/* A JSON text written from left to right: commas and line breaks come by themselves. */
#ifndef CORE_API_JSON_OUT_H
#define CORE_API_JSON_OUT_H

#include "core/base/buf.h"

enum { JSON_OUT_DEPTH_MAX = 32 };

/* Starts as { .out = out }. */
struct json_out {
    struct buf *out;
    char open[JSON_OUT_DEPTH_MAX]; /* the brackets to close */
    unsigned depth;
    bool behind; /* something stands before in this one */
    bool named;  /* a name waits for its value */
};

/* '{' or '['. */
void json_out_open(struct json_out *text, char bracket);
void json_out_close(struct json_out *text);
/* The name of what comes next. */
void json_out_name(struct json_out *text, const char *name);
void json_out_string(struct json_out *text, struct str value);

/* Members of the object that is open: one or several as they are, or by name. */
void json_out_members(struct json_out *text, const char *members);
void json_out_member(struct json_out *text, const char *name, struct str value);
/* The value as it is: a number, true, an array. */
void json_out_member_raw(struct json_out *text, const char *name, const char *value);
void json_out_object(struct json_out *text, const char *name);
void json_out_array(struct json_out *text, const char *name);

#endif
