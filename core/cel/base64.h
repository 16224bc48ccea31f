/* Base64 of RFC 4648 with the standard alphabet. */
#ifndef CORE_CEL_BASE64_H
#define CORE_CEL_BASE64_H

#include "core/cel/run.h"

/* With padding, in the run's arena. */
bool cel_base64_encode(struct cel_run *run, struct str bytes, struct str *text);

#endif
