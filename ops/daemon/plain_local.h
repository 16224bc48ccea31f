/* Whether a call comes from a program of this machine by itself. */
#ifndef OPS_DAEMON_PLAIN_LOCAL_H
#define OPS_DAEMON_PLAIN_LOCAL_H

#include "core/rpc/call.h"

/* False: from elsewhere, or through something that brings others along. */
bool plain_local_is(struct rpc_call *call);

#endif
