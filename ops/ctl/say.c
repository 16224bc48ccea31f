#include "ops/ctl/say.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/utf8.h"

void say(const char *format, ...)
{
    enum { SAY_SIZE_MAX = 2048 };
    char text[SAY_SIZE_MAX];
    struct buf line = { 0 };
    va_list args;
    va_start(args, format);
    utf8_print(text, sizeof text, format, args);
    va_end(args);
    utf8_show(str_z(text), &line);
    buf_byte(&line, '\n');
    fwrite(line.data, 1, line.size, stderr);
    buf_release(&line);
}

void say_status(const char *program, const struct status *status)
{
    say("%s: %s: %s", program, status_code_name(status->code), status->msg);
}
