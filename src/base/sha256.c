#include "base/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

void sha256_hex(const void *data, size_t len, char ret_hex[SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	/* It can only fail where libcrypto itself cannot be used, as without memory. */
	if (!EVP_Digest(data, len, hash, &n, EVP_sha256(), NULL))
		abort();
	for (unsigned i = 0; i < n; i++) {
		ret_hex[2 * i] = digits[hash[i] >> 4];
		ret_hex[2 * i + 1] = digits[hash[i] & 15];
	}
	ret_hex[2 * n] = '\0';
}
