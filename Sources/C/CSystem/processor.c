#include "processor.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

bool csystem_has_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool csystem_has_avx512(void) {
  return csystem_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

bool csystem_has_avx512_bfloat16(void) {
  return csystem_has_avx512() && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
}

void csystem_processor_name(char name[49]) {
  memset(name, 0, 49);
  unsigned int words[12];
  if (__get_cpuid_max(0x80000000u, 0) < 0x80000004u) return;
  for (unsigned int part = 0; part < 3; part++) {
    __get_cpuid(0x80000002u + part, &words[4 * part], &words[4 * part + 1], &words[4 * part + 2], &words[4 * part + 3]);
  }
  memcpy(name, words, 48);
}

#else

bool csystem_has_avx2(void) { return false; }
bool csystem_has_avx512(void) { return false; }
bool csystem_has_avx512_bfloat16(void) { return false; }
void csystem_processor_name(char name[49]) { memset(name, 0, 49); }

#endif
