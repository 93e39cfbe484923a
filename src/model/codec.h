/* Samples of one series as bytes: differences of whole numbers as zigzag varints, runs of equal
 * samples in one byte, other numbers as the bytes in which they differ from the one before (the
 * idea of Gorilla, VLDB 2015, in bytes instead of bits). */
#ifndef HC_MODEL_CODEC_H
#define HC_MODEL_CODEC_H

#include <stddef.h>
#include <stdint.h>

/* The most bytes that one sample takes. */
#define CODEC_SAMPLE_BYTES 11

/* Writes n samples; *state is the sample before them, 0.0 at the start of a block, and is moved
 * on, so that what follows may be appended later. Returns the bytes written. */
size_t codec_encode(double *state, const double *values, size_t n, uint8_t *out);

/* Reads the first n samples of a block that was written from state 0.0, bit for bit; the codes of
 * at least n samples must be there. */
void codec_decode(const uint8_t *in, size_t n, double *out);

#endif
