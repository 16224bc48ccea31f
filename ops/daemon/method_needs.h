/* What each method of the API needs of who calls it. A method without a row is refused to
 * everybody, and a test names it. */
#ifndef OPS_DAEMON_METHOD_NEEDS_H
#define OPS_DAEMON_METHOD_NEEDS_H

#include <stddef.h>

#include "core/base/str.h"

enum method_need {
    METHOD_OPEN,    /* nothing: it says nothing of any org */
    METHOD_COMMAND, /* a principal, or nobody with a signed command; the decision judges it */
    METHOD_READ,    /* a principal; its service asks reader_may where it reads */
    METHOD_OPERATE, /* an operator of this installation */
};

struct method_needs {
    const char *method; /* as rpc_call_method has it; with a '/' at its end all of a service */
    enum method_need need;
};

extern const struct method_needs method_needs[];
extern const size_t method_needs_count;

/* NULL: nobody may call it. */
const struct method_needs *method_needs_find(struct str method);

#endif
