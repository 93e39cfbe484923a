/* SHA-256 (FIPS 180-4), by libcrypto. */
#ifndef HC_BASE_SHA256_H
#define HC_BASE_SHA256_H

#include <stddef.h>

#define SHA256_HEX 65 /* with the terminator */

/* The hash of len bytes in small hexadecimal letters. */
void sha256_hex(const void *data, size_t len, char ret_hex[SHA256_HEX]);

#endif
