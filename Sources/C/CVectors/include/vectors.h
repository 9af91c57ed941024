// What Swift's SIMD types do lane by lane or not at all, for vectors of 8 and 16 floats. Swift sees them as SIMD8 and SIMD16; every
// function is inlined into its caller and compiled for the caller's processor. Vectors go in and out by address: by value they would be
// cut to pieces that fit the C calling convention, and be put together again.
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

// Multiplies with 2 to the power of the whole number n in each lane, where `shifted` is n + 1.5 · 2²³.
VECTOR_FUNCTION void vector8_multiply_by_power_of_two(void *_Nonnull value, const void *_Nonnull shifted) {
  *(vector8 *)value *= (vector8)((*(const vector8_bits *)shifted + 127) << 23);
}

typedef float vector16 __attribute__((ext_vector_type(16)));
typedef int32_t vector16_bits __attribute__((ext_vector_type(16)));

// Multiplies with 2 to the power of the whole number n in each lane, where `shifted` is n + 1.5 · 2²³.
VECTOR_FUNCTION void vector16_multiply_by_power_of_two(void *_Nonnull value, const void *_Nonnull shifted) {
  *(vector16 *)value *= (vector16)((*(const vector16_bits *)shifted + 127) << 23);
}

// The sum and the largest of all lanes.
VECTOR_FUNCTION float vector8_sum(const void *_Nonnull address) {
  const float *a = (const float *)address;
  return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

VECTOR_FUNCTION float vector8_largest(const void *_Nonnull address) {
  const float *a = (const float *)address;
  float best = a[0];
  for (int lane = 1; lane < 8; lane++) best = a[lane] > best ? a[lane] : best;
  return best;
}

VECTOR_FUNCTION float vector16_sum(const void *_Nonnull address) {
#if defined(__AVX512F__)
  return _mm512_reduce_add_ps(*(const __m512 *)address);
#else
  return vector8_sum(address) + vector8_sum((const float *)address + 8);
#endif
}

VECTOR_FUNCTION float vector16_largest(const void *_Nonnull address) {
#if defined(__AVX512F__)
  return _mm512_reduce_max_ps(*(const __m512 *)address);
#else
  float low = vector8_largest(address), high = vector8_largest((const float *)address + 8);
  return high > low ? high : low;
#endif
}

// The first `count` lanes from memory, zeros in the others: nothing behind them is touched.
VECTOR_FUNCTION void vector8_load_first(const float *_Nonnull address, int64_t count, void *_Nonnull value) {
#if defined(__AVX2__)
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  *(vector8 *)value = (vector8)_mm256_maskload_ps(address, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane));
#else
  vector8 result = 0;
  for (int64_t lane = 0; lane < count; lane++) result[lane] = address[lane];
  *(vector8 *)value = result;
#endif
}

VECTOR_FUNCTION void vector8_store_first(float *_Nonnull address, const void *_Nonnull value, int64_t count) {
#if defined(__AVX2__)
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(address, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane), (__m256)*(const vector8 *)value);
#else
  for (int64_t lane = 0; lane < count; lane++) address[lane] = (*(const vector8 *)value)[lane];
#endif
}

VECTOR_FUNCTION void vector16_load_first(const float *_Nonnull address, int64_t count, void *_Nonnull value) {
#if defined(__AVX512F__)
  *(vector16 *)value = (vector16)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1u), address);
#else
  vector16 result = 0;
  for (int64_t lane = 0; lane < count; lane++) result[lane] = address[lane];
  *(vector16 *)value = result;
#endif
}

VECTOR_FUNCTION void vector16_store_first(float *_Nonnull address, const void *_Nonnull value, int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(address, (__mmask16)((1u << count) - 1u), (__m512)*(const vector16 *)value);
#else
  for (int64_t lane = 0; lane < count; lane++) address[lane] = (*(const vector16 *)value)[lane];
#endif
}

// Reads 8 floats at `offset` of each of 8 rows and writes them as columns, times `scale`: lines of 8, `stride` floats apart.
VECTOR_FUNCTION void vector8_transpose(
    const float *_Nonnull const *_Nonnull rows, int64_t offset, float *_Nonnull target, int64_t stride, float scale) {
#if defined(__AVX2__)
  __m256 factor = _mm256_set1_ps(scale), row[8], pair[8], four[8];
  for (int i = 0; i < 8; i++) row[i] = _mm256_mul_ps(_mm256_loadu_ps(rows[i] + offset), factor);
  for (int i = 0; i < 4; i++) {
    pair[2 * i] = _mm256_unpacklo_ps(row[2 * i], row[2 * i + 1]);
    pair[2 * i + 1] = _mm256_unpackhi_ps(row[2 * i], row[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++) {
    four[4 * i] = _mm256_shuffle_ps(pair[4 * i], pair[4 * i + 2], 0x44);
    four[4 * i + 1] = _mm256_shuffle_ps(pair[4 * i], pair[4 * i + 2], 0xee);
    four[4 * i + 2] = _mm256_shuffle_ps(pair[4 * i + 1], pair[4 * i + 3], 0x44);
    four[4 * i + 3] = _mm256_shuffle_ps(pair[4 * i + 1], pair[4 * i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    _mm256_storeu_ps(target + i * stride, _mm256_permute2f128_ps(four[i], four[i + 4], 0x20));
    _mm256_storeu_ps(target + (i + 4) * stride, _mm256_permute2f128_ps(four[i], four[i + 4], 0x31));
  }
#else
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < 8; j++) target[j * stride + i] = rows[i][offset + j] * scale;
  }
#endif
}

// The same for 16 floats of 16 rows.
VECTOR_FUNCTION void vector16_transpose(
    const float *_Nonnull const *_Nonnull rows, int64_t offset, float *_Nonnull target, int64_t stride, float scale) {
#if defined(__AVX512F__)
  __m512 factor = _mm512_set1_ps(scale), pair[16], four[16];
  for (int i = 0; i < 8; i++) {
    __m512 a = _mm512_mul_ps(_mm512_loadu_ps(rows[2 * i] + offset), factor);
    __m512 b = _mm512_mul_ps(_mm512_loadu_ps(rows[2 * i + 1] + offset), factor);
    pair[2 * i] = _mm512_unpacklo_ps(a, b);
    pair[2 * i + 1] = _mm512_unpackhi_ps(a, b);
  }
  // four[4 i + j]: column 4 l + j of rows 4 i … 4 i + 3 in the l-th quarter.
  for (int i = 0; i < 4; i++) {
    four[4 * i] = (__m512)_mm512_unpacklo_pd((__m512d)pair[4 * i], (__m512d)pair[4 * i + 2]);
    four[4 * i + 1] = (__m512)_mm512_unpackhi_pd((__m512d)pair[4 * i], (__m512d)pair[4 * i + 2]);
    four[4 * i + 2] = (__m512)_mm512_unpacklo_pd((__m512d)pair[4 * i + 1], (__m512d)pair[4 * i + 3]);
    four[4 * i + 3] = (__m512)_mm512_unpackhi_pd((__m512d)pair[4 * i + 1], (__m512d)pair[4 * i + 3]);
  }
  for (int j = 0; j < 4; j++) {
    __m512 even0 = _mm512_shuffle_f32x4(four[j], four[4 + j], 0x88), even1 = _mm512_shuffle_f32x4(four[8 + j], four[12 + j], 0x88);
    __m512 odd0 = _mm512_shuffle_f32x4(four[j], four[4 + j], 0xdd), odd1 = _mm512_shuffle_f32x4(four[8 + j], four[12 + j], 0xdd);
    _mm512_storeu_ps(target + j * stride, _mm512_shuffle_f32x4(even0, even1, 0x88));
    _mm512_storeu_ps(target + (4 + j) * stride, _mm512_shuffle_f32x4(odd0, odd1, 0x88));
    _mm512_storeu_ps(target + (8 + j) * stride, _mm512_shuffle_f32x4(even0, even1, 0xdd));
    _mm512_storeu_ps(target + (12 + j) * stride, _mm512_shuffle_f32x4(odd0, odd1, 0xdd));
  }
#else
  for (int i = 0; i < 16; i++) {
    for (int j = 0; j < 16; j++) target[j * stride + i] = rows[i][offset + j] * scale;
  }
#endif
}

// Only where the compiler may use AVX512_BF16; each float holds a pair of bfloat16.
#if defined(__AVX512BF16__)

// Adds to each lane the products of its two pairs.
VECTOR_FUNCTION void vector16_add_bfloat16_products(void *_Nonnull sum, const void *_Nonnull a, const void *_Nonnull b) {
  *(__m512 *)sum = _mm512_dpbf16_ps(*(__m512 *)sum, *(const __m512bh *)a, *(const __m512bh *)b);
}

// 32 floats as pairs of bfloat16, rounded to nearest even.
VECTOR_FUNCTION void vector16_round_to_bfloat16(const void *_Nonnull low, const void *_Nonnull high, void *_Nonnull pairs) {
  *(__m512bh *)pairs = _mm512_cvtne2ps_pbh(*(const __m512 *)high, *(const __m512 *)low);
}

#endif

#endif
