/* The codes of gRPC as the Connect protocol writes them (connectrpc.com/docs/protocol). Pure. */
#ifndef CORE_RPC_PROTOCOL_CONNECT_CODE_H
#define CORE_RPC_PROTOCOL_CONNECT_CODE_H

#include "core/base/status.h"
#include "core/base/str.h"

/* "not_found". */
struct str connect_code_name(enum status_code code);
/* The code of an error by its name; UNKNOWN where it is none. */
enum status_code connect_code_named(struct str name);
/* The status of HTTP that goes with it. */
unsigned connect_code_http(enum status_code code);

#endif
