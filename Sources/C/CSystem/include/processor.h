// Which instruction sets the processor and the operating system offer. Every function may be called on any x86-64,
// and says no on other architectures.
#ifndef CSYSTEM_PROCESSOR_H
#define CSYSTEM_PROCESSOR_H

#include <stdbool.h>

// AVX2 and FMA.
bool csystem_has_avx2(void);
// AVX-512 F, BW, VL and DQ.
bool csystem_has_avx512(void);
// The above, AVX512_BF16, and AVX512_VNNI, which no processor with BF16 lacks.
bool csystem_has_avx512_bfloat16(void);
// Fills in the processor's name, always terminated; empty where it does not tell.
void csystem_processor_name(char name[49]);

#endif
