/* A keyring in memory, which can be made to fail. For tests. */
#ifndef CORE_KEYRING_KEYRING_MEM_H
#define CORE_KEYRING_KEYRING_MEM_H

#include "core/keyring/keyring.h"

/* Opens an empty one. */
void keyring_mem_open(struct keyring *keyring);
/* The n-th operation from now on (0: the next) is UNAVAILABLE and does nothing; -1: none. */
void keyring_mem_fail_at(const struct keyring *keyring, long n);

#endif
