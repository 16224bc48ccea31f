/* The port of fetch.h on files and, by libcurl, on the network: https (certificates and names are
 * checked), http to this machine only, no redirects, one try, little time. */
#ifndef CORE_AUTH_FETCH_CURL_H
#define CORE_AUTH_FETCH_CURL_H

#include "core/auth/fetch.h"

/* A document takes an issuer a fraction of a second; longer, and the callers that wait for its keys
 * would give up. */
enum { FETCH_CURL_CONNECT_MS_MAX = 3000, FETCH_CURL_MS_MAX = 5000 };

struct fetch_curl;

/* `authorities` names a file of PEM certificates to trust instead of the system's; NULL: the
 * system's. Copies it. The first call of a process must come before other threads start. */
struct fetch_curl *fetch_curl_open(const char *authorities);
/* NULL is fine. */
void fetch_curl_close(struct fetch_curl *curl);
/* The port; borrows. One thread at a time. */
struct fetch fetch_curl_port(struct fetch_curl *curl);

#endif
