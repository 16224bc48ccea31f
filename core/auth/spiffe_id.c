#include "core/auth/spiffe_id.h"

#include <ctype.h>
#include <strings.h>

#include "core/auth/shown.h"

static struct status spiffe_id_fail(struct str text, const char *expected)
{
    return status_error(STATUS_INVALID_ARGUMENT, "expected a SPIFFE ID %s, but it is '%s'",
                        expected, shown_make(text).text);
}

bool spiffe_id_claimed(struct str text)
{
    struct str scheme = STR("spiffe:");
    return text.size >= scheme.size && strncasecmp(text.data, scheme.data, scheme.size) == 0;
}

bool spiffe_trust_domain_valid(struct str name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (!islower(c) && !isdigit(c) && c != '.' && c != '-' && c != '_') {
            return false;
        }
    }
    return name.size > 0 && name.size <= SPIFFE_TRUST_DOMAIN_SIZE_MAX;
}

static bool spiffe_segment_valid(struct str segment)
{
    for (size_t i = 0; i < segment.size; i++) {
        unsigned char c = (unsigned char)segment.data[i];
        if (!isalnum(c) && c != '.' && c != '-' && c != '_') {
            return false;
        }
    }
    return segment.size > 0 && !str_eq(segment, STR(".")) && !str_eq(segment, STR(".."));
}

/* Each segment begins with a slash, so that a slash at the end begins an empty one. */
static bool spiffe_path_valid(struct str path)
{
    while (path.size > 0) {
        const char *next = memchr(path.data + 1, '/', path.size - 1);
        size_t size = next == NULL ? path.size : (size_t)(next - path.data);
        if (!spiffe_segment_valid(str_make(path.data + 1, size - 1))) {
            return false;
        }
        path = str_from(path, size);
    }
    return true;
}

struct status spiffe_id_read(struct str text, struct spiffe_id *id)
{
    struct str scheme = STR("spiffe://");
    if (text.size > SPIFFE_ID_SIZE_MAX) {
        return spiffe_id_fail(text, "of at most 2048 bytes");
    }
    if (!str_starts(text, scheme)) {
        return spiffe_id_fail(text, "that begins with spiffe://");
    }
    struct str rest = str_from(text, scheme.size);
    const char *slash = rest.size == 0 ? NULL : memchr(rest.data, '/', rest.size);
    size_t host = slash == NULL ? rest.size : (size_t)(slash - rest.data);
    id->trust_domain = str_make(rest.data, host);
    id->path = str_from(rest, host);
    if (!spiffe_trust_domain_valid(id->trust_domain)) {
        return spiffe_id_fail(text, "whose trust domain is 1 to 255 of a-z, 0-9, '.', '-', '_'");
    }
    if (!spiffe_path_valid(id->path)) {
        return spiffe_id_fail(text, "whose path is of segments of letters, digits, '.', '-', '_', "
                                    "none of them empty, '.' or '..'");
    }
    return status_ok();
}
