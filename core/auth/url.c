#include "core/auth/url.h"

#include <ctype.h>

#include "core/auth/shown.h"

enum { URL_PORT_DIGITS_MAX = 5 };

static size_t url_span(struct str text, size_t at, const char *others)
{
    size_t start = at;
    while (at < text.size && (isalnum((unsigned char)text.data[at]) ||
                              (text.data[at] != '\0' && strchr(others, text.data[at]) != NULL))) {
        at++;
    }
    return at - start;
}

/* A name or an IPv4 address, or an IPv6 address in brackets, at the start of the text. */
static size_t url_host_size(struct str text)
{
    if (text.size > 0 && text.data[0] == '[') {
        size_t size = url_span(text, 1, ":.");
        return size > 0 && 1 + size < text.size && text.data[1 + size] == ']' ? size + 2 : 0;
    }
    return url_span(text, 0, "-.");
}

static size_t url_port_size(struct str text)
{
    size_t digits = 0;
    if (text.size == 0 || text.data[0] != ':') {
        return 0;
    }
    while (1 + digits < text.size && isdigit((unsigned char)text.data[1 + digits])) {
        digits++;
    }
    return digits > 0 && digits <= URL_PORT_DIGITS_MAX ? 1 + digits : 0;
}

/* Four numbers of which the first is 127: a name such as 127.example.org is somebody else's. */
static bool url_is_loopback_ipv4(struct str host)
{
    size_t dots = 0;
    for (size_t i = 0; i < host.size; i++) {
        dots += host.data[i] == '.';
        if (host.data[i] != '.' && !isdigit((unsigned char)host.data[i])) {
            return false;
        }
    }
    return dots == 3 && str_starts(host, STR("127."));
}

static bool url_is_loopback(struct str host)
{
    return str_eq(host, STR("localhost")) || str_eq(host, STR("[::1]")) ||
           url_is_loopback_ipv4(host);
}

static bool url_path_is_plain(struct str path)
{
    return path.size == 0 ||
           (path.data[0] == '/' && url_span(path, 0, "-._~%!$&'()*+,;=:@/?") == path.size);
}

struct status url_read(struct str text, struct url *url)
{
    struct str https = STR("https://"), http = STR("http://");
    bool secure = str_starts(text, https);
    size_t scheme = secure ? https.size : str_starts(text, http) ? http.size : 0;
    size_t host = scheme == 0 ? 0 : url_host_size(str_from(text, scheme));
    size_t port = host == 0 ? 0 : url_port_size(str_from(text, scheme + host));
    size_t origin = scheme + host + port;
    url->loopback = !secure && host > 0 && url_is_loopback(str_make(text.data + scheme, host));
    if (text.size > URL_SIZE_MAX || host == 0 || (!secure && !url->loopback) ||
        !url_path_is_plain(str_from(text, origin))) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an address such as https://host/path (http only to "
                            "localhost, 127.0.0.1 or [::1]), but it is '%s'",
                            shown_make(text).text);
    }
    url->origin = str_make(text.data, origin);
    url->path = str_from(text, origin);
    url->query = url->path.size > 0 && memchr(url->path.data, '?', url->path.size) != NULL;
    return status_ok();
}
