// The element-by-element loops of the decoders, in C so that one source is compiled for three
// instruction sets (baseline x86-64, AVX2, AVX-512) and the fastest that the machine has is picked
// once. Swift code calls them through Compute, which checks every extent first.
//
// Matrices are row-major; `ld…` is the distance between rows in elements. Every function exists
// for float (`…_f32`) and double (`…_f64`); the double ones serve finite-difference tests.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>

#define CK_DECLARE(REAL, S)                                                                       \
  typedef struct {                                                                                \
    void (*fill)(long rows, long n, REAL a, REAL *y, long ldy);                                   \
    /* y = a·y */                                                                                 \
    void (*scale)(long rows, long n, REAL a, REAL *y, long ldy);                                  \
    /* y = keep·y + (1 − keep)·x */                                                               \
    void (*average)(long rows, long n, REAL keep, const REAL *x, long ldx, REAL *y, long ldy);    \
    /* y = a·x + y */                                                                             \
    void (*axpy)(long n, REAL a, const REAL *x, REAL *y);                                         \
    /* y[r] += bias for each row */                                                               \
    void (*add_bias)(long rows, long n, const REAL *bias, REAL *y, long ldy);                     \
    /* sum[j] += Σ_r x[r][j] */                                                                   \
    void (*add_column_sums)(long rows, long n, const REAL *x, long ldx, REAL *sum);               \
    void (*sigmoid)(long rows, long n, REAL *x, long ldx);                                        \
    void (*tanh)(long rows, long n, REAL *x, long ldx);                                           \
    /* dx = dy ⊙ (1 − y²) for y = tanh(x); dx may be dy. */                                       \
    void (*tanh_backward)(long rows, long n, const REAL *y, long ldy, const REAL *dy, long lddy,  \
                          REAL *dx, long lddx);                                                   \
    void (*log)(long rows, long n, REAL *x, long ldx);                                            \
    void (*relu)(long rows, long n, REAL *x, long ldx);                                           \
    /* dx = dy where y = relu(x) is positive, else 0; dx may be dy. */                            \
    void (*relu_backward)(long rows, long n, const REAL *y, long ldy, const REAL *dy, long lddy,  \
                          REAL *dx, long lddx);                                                   \
    /* z = x ⊙ y */                                                                               \
    void (*multiply)(long rows, long n, const REAL *x, long ldx, const REAL *y, long ldy,         \
                     REAL *z, long ldz);                                                          \
    /* dx = dy ⊙ gate, dgate (before the sigmoid) = dy ⊙ x ⊙ gate ⊙ (1 − gate) */                 \
    void (*gate_backward)(long rows, long n, const REAL *dy, long lddy, const REAL *x, long ldx,  \
                          const REAL *gate, long ldg, REAL *dx, long lddx, REAL *dgate,           \
                          long lddg);                                                             \
    /* gates: [rows, 4h] in the order i f g o, before activation; activated in place. */          \
    void (*lstm_forward)(long rows, long h, REAL *gates, long ldg, const REAL *c_previous,        \
                         long ldcp, REAL *c, long ldc, REAL *out, long ldo);                      \
    /* dc: in ∂c, out ∂c_previous; dgates: gradient before activation. */                         \
    void (*lstm_backward)(long rows, long h, const REAL *gates, long ldg, const REAL *c_previous, \
                          long ldcp, const REAL *c, long ldc, const REAL *dh, long lddh,          \
                          REAL *dc, long lddc, REAL *dgates, long lddg);                          \
    /* gates: [rows, 4h]: r, z and the input's part of n, before activation, and the hidden state's\
       part of n, which r multiplies; the first three are activated in place. */                  \
    void (*gru_forward)(long rows, long h, REAL *gates, long ldg, const REAL *h_previous,         \
                        long ldhp, REAL *out, long ldo);                                          \
    /* dhp: what of ∂h reaches h_previous past the gates; dgates: gradient before activation. */  \
    void (*gru_backward)(long rows, long h, const REAL *gates, long ldg, const REAL *h_previous,  \
                         long ldhp, const REAL *dh, long lddh, REAL *dhp, long lddhp,             \
                         REAL *dgates, long lddg);                                                \
    /* In place, each row. */                                                                     \
    void (*softmax)(long rows, long n, REAL *x, long ldx);                                        \
    /* sums[r] = log Σ_j exp(x[r][j]) */                                                          \
    void (*log_sum_exp)(long rows, long n, const REAL *x, long ldx, REAL *sums);                  \
    /* The `count` ≤ n largest of one row and where they are, largest first, equal ones by        \
       place. */                                                                                  \
    void (*largest)(long n, const REAL *x, long count, REAL *values, long *places);               \
    /* dx = y ⊙ (dy − Σ y ⊙ dy), each row; y is the softmax. */                                   \
    void (*softmax_backward)(long rows, long n, const REAL *y, long ldy, const REAL *dy,          \
                             long lddy, REAL *dx, long lddx);                                     \
    /* logits become (softmax − target)·scale, the target being one-hot smoothed by `smoothing`   \
       over all n, times weights[r] where weights are given; returns the weighted sum of the      \
       smoothed cross-entropies, and counts rows whose target                                     \
       is among the five most likely in *top5. */                                                 \
    double (*cross_entropy)(long rows, long n, REAL *logits, long ld, const int32_t *targets,     \
                            const REAL *weights, REAL smoothing, REAL scale, long *top5);         \
    /* scores[r][p] = w · relu(keys[p] + queries[r]) + bias, p < cells. */                        \
    void (*attention_scores)(long rows, long cells, long n, const REAL *keys, long ldk,           \
                             const REAL *queries, long ldq, const REAL *w, REAL bias,             \
                             REAL *scores, long lds);                                             \
    /* The gradient of the above for one query: dkeys, dquery and dw are added to. */             \
    void (*attention_scores_backward)(long cells, long n, const REAL *keys, long ldk,             \
                                      const REAL *query, const REAL *w, const REAL *dscores,      \
                                      REAL *dkeys, long lddk, REAL *dquery, REAL *dw);            \
    /* The same with tanh in place of relu. */                                                    \
    void (*attention_scores_tanh)(long rows, long cells, long n, const REAL *keys, long ldk,      \
                                  const REAL *queries, long ldq, const REAL *w, REAL bias,        \
                                  REAL *scores, long lds);                                        \
    void (*attention_scores_tanh_backward)(long cells, long n, const REAL *keys, long ldk,        \
                                           const REAL *query, const REAL *w,                      \
                                           const REAL *dscores, REAL *dkeys, long lddk,           \
                                           REAL *dquery, REAL *dw);                               \
    /* y[r] = Σ_p weights[r][p]·values[p], added to y where `accumulate` is not 0. */             \
    void (*weighted_sums)(long rows, long cells, long n, const REAL *weights, long ldw,           \
                          const REAL *values, long ldv, long accumulate, REAL *y, long ldy);      \
    /* y = x ⊙ mask/keep, the mask drawn from (seed, row·n + column); x and y may be one. */      \
    void (*dropout)(long rows, long n, const REAL *x, long ldx, REAL *y, long ldy, REAL keep,     \
                    uint64_t seed);                                                               \
    /* Adam (Kingma and Ba 2015) on one slice; g is clipped to ±clip first where clip > 0. */     \
    void (*adam)(long n, REAL *w, const REAL *g, REAL *m, REAL *v, REAL rate, REAL beta1,         \
                 REAL beta2, REAL epsilon, REAL correction1, REAL correction2, REAL clip,         \
                 REAL decay);                                                                     \
    /* Elements that `outputs` × `inputs` weights take once packed. */                            \
    long (*packed_count)(long outputs, long inputs);                                              \
    /* Lays out weights, w[output·output_stride + input·input_stride], for the next function. */  \
    void (*pack)(long outputs, long inputs, const REAL *w, long output_stride, long input_stride, \
                 REAL *packed);                                                                   \
    /* y[r][j] = Σ_i x[r][i]·w[j][i], added to y where `accumulate` is not 0; w is packed. */     \
    void (*packed_product)(long rows, long outputs, long inputs, const REAL *x, long ldx,         \
                           const REAL *packed, long accumulate, REAL *y, long ldy);               \
  } CKernels_##S;                                                                                 \
  const CKernels_##S *ck_kernels_##S(void);

CK_DECLARE(float, f32)
CK_DECLARE(double, f64)
#undef CK_DECLARE

typedef struct {
  void (*to_f32)(long n, const uint16_t *x, float *y);
  void (*from_f32)(long n, const float *x, uint16_t *y);
} CKernels_f16;

/// IEEE half precision to and from float; rounds to nearest, ties to even.
const CKernels_f16 *ck_kernels_f16(void);

/// A window that slides over images, and the distances between images in floats.
typedef struct {
  long images, height, width, out_height, out_width;
  /// 3, 5 or 7 rows and columns.
  long kernel, stride;
  /// Rows and columns of padding before the image.
  long top, left;
  long image_stride, out_image_stride;
} CKernels_window;

/// The gradient of a depthwise convolution by the weights dw, [channels][kernel][kernel], and the
/// biases db, of one block of channels: x is [images][height][width][channels] and the gradient by
/// the results, g, is [images][out_height][out_width][channels]. One function for blocks of 8
/// channels and one for 16.
typedef struct {
  void (*block8)(const CKernels_window *w, const float *x, const float *g, float *dw, float *db);
  void (*block16)(const CKernels_window *w, const float *x, const float *g, float *dw, float *db);
} CKernels_depthwise;

const CKernels_depthwise *ck_kernels_depthwise(void);

/// y[r][c] = min(max(x[r][c]·scale[c] + shift[c], 0), 255), rounded to the nearest integer, ties to
/// even: one function for x in float and one for the upper halves of floats (bfloat16).
typedef struct {
  void (*f32)(long rows, long n, const float *x, const float *scale, const float *shift, uint8_t *y);
  void (*bf16)(long rows, long n, const uint16_t *x, const float *scale, const float *shift,
               uint8_t *y);
} CKernels_preactivation;

const CKernels_preactivation *ck_kernels_preactivation(void);

#endif
