#include "core/base/random.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *out, size_t size)
{
    assert(size <= 256); /* up to here getrandom is neither cut nor interrupted */
    if (getrandom(out, size, 0) != (ssize_t)size) {
        abort();
    }
}
