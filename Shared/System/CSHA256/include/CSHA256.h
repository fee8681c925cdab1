// The inner loop of SHA-256, in C so that unoptimised builds, which tests and the processes that
// they start are, do not take seconds to identify a weight file.
#ifndef CAPTIONMESH_CSHA256_H
#define CAPTIONMESH_CSHA256_H

#include <stddef.h>
#include <stdint.h>

// Adds `count` blocks of 64 bytes to the hash (NIST FIPS 180-4, section 6.2.2).
void captionmesh_sha256_compress(uint32_t state[8], const uint8_t *blocks, size_t count);

#endif
