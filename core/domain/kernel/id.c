#include "core/domain/kernel/id.h"

#include "core/base/limits.h"

static bool id_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool id_valid(struct str id)
{
    if (id.size == 0 || id.size > ID_SIZE_MAX || !id_alphanumeric(id.data[0])) {
        return false;
    }
    for (size_t i = 1; i < id.size; i++) {
        if (!id_alphanumeric(id.data[i]) && memchr("._@:-", id.data[i], 5) == NULL) {
            return false;
        }
    }
    return !str_starts(id, STR("name:")) && !str_starts(id, STR("ext:"));
}
