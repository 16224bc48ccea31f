/* Must crash on its seed: proves that the other targets would be heard. */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (str_starts(str_make(data, size), STR("canary"))) {
        abort();
    }
    return 0;
}
