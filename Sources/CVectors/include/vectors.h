// What Swift's SIMD types do lane by lane or not at all, for vectors of 8 and 16 floats. Swift sees them as SIMD8 and SIMD16; every
// function is inlined into its caller and compiled for the caller's processor.
#ifndef CVECTORS_VECTORS_H
#define CVECTORS_VECTORS_H

#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define VECTOR_FUNCTION static inline __attribute__((always_inline))

// Asks for a cache line that will be read soon.
VECTOR_FUNCTION void vector_prefetch(const float *_Nonnull address) { __builtin_prefetch(address, 0, 3); }

// Asks for a cache line that will be written soon.
VECTOR_FUNCTION void vector_prefetch_write(const float *_Nonnull address) { __builtin_prefetch(address, 1, 3); }

typedef float vector8 __attribute__((ext_vector_type(8)));
typedef int32_t vector8_bits __attribute__((ext_vector_type(8)));

VECTOR_FUNCTION vector8 vector8_larger(vector8 a, vector8 b) {
  vector8_bits mask = a > b;
  return (vector8)(((vector8_bits)a & mask) | ((vector8_bits)b & ~mask));
}

VECTOR_FUNCTION vector8 vector8_smaller(vector8 a, vector8 b) {
  vector8_bits mask = a < b;
  return (vector8)(((vector8_bits)a & mask) | ((vector8_bits)b & ~mask));
}

// Negative lanes times their slope; the others as they are.
VECTOR_FUNCTION vector8 vector8_activated(vector8 value, vector8 slope) {
  vector8_bits mask = value < 0;
  return (vector8)(((vector8_bits)(value * slope) & mask) | ((vector8_bits)value & ~mask));
}

// 2 to the power of the whole number n in each lane, where `shifted` is n + 1.5 · 2²³; zero where `x` is below `least`.
VECTOR_FUNCTION vector8 vector8_power_of_two(vector8 shifted, vector8 x, float least) {
  vector8_bits mask = x >= least;
  return (vector8)((((vector8_bits)shifted + 127) << 23) & mask);
}

typedef float vector16 __attribute__((ext_vector_type(16)));
typedef int32_t vector16_bits __attribute__((ext_vector_type(16)));

VECTOR_FUNCTION vector16 vector16_larger(vector16 a, vector16 b) {
  vector16_bits mask = a > b;
  return (vector16)(((vector16_bits)a & mask) | ((vector16_bits)b & ~mask));
}

VECTOR_FUNCTION vector16 vector16_smaller(vector16 a, vector16 b) {
  vector16_bits mask = a < b;
  return (vector16)(((vector16_bits)a & mask) | ((vector16_bits)b & ~mask));
}

// Negative lanes times their slope; the others as they are.
VECTOR_FUNCTION vector16 vector16_activated(vector16 value, vector16 slope) {
  vector16_bits mask = value < 0;
  return (vector16)(((vector16_bits)(value * slope) & mask) | ((vector16_bits)value & ~mask));
}

// 2 to the power of the whole number n in each lane, where `shifted` is n + 1.5 · 2²³; zero where `x` is below `least`.
VECTOR_FUNCTION vector16 vector16_power_of_two(vector16 shifted, vector16 x, float least) {
  vector16_bits mask = x >= least;
  return (vector16)((((vector16_bits)shifted + 127) << 23) & mask);
}

// The first `count` lanes from memory, zeros in the others: nothing behind them is touched.
VECTOR_FUNCTION vector8 vector8_load_first(const float *_Nonnull address, int64_t count) {
#if defined(__AVX2__)
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return (vector8)_mm256_maskload_ps(address, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane));
#else
  vector8 value = 0;
  for (int64_t lane = 0; lane < count; lane++) value[lane] = address[lane];
  return value;
#endif
}

VECTOR_FUNCTION void vector8_store_first(float *_Nonnull address, vector8 value, int64_t count) {
#if defined(__AVX2__)
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(address, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane), (__m256)value);
#else
  for (int64_t lane = 0; lane < count; lane++) address[lane] = value[lane];
#endif
}

VECTOR_FUNCTION vector16 vector16_load_first(const float *_Nonnull address, int64_t count) {
#if defined(__AVX512F__)
  return (vector16)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1u), address);
#else
  vector16 value = 0;
  for (int64_t lane = 0; lane < count; lane++) value[lane] = address[lane];
  return value;
#endif
}

VECTOR_FUNCTION void vector16_store_first(float *_Nonnull address, vector16 value, int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(address, (__mmask16)((1u << count) - 1u), (__m512)value);
#else
  for (int64_t lane = 0; lane < count; lane++) address[lane] = value[lane];
#endif
}

#endif
