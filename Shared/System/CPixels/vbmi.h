// Rows resampled by AVX-512's byte permutations and byte products (VBMI and VNNI), on the processors
// that have them.
#ifndef CPIXELS_VBMI_H
#define CPIXELS_VBMI_H

#include "cpixels.h"

#if defined(__x86_64__)

typedef struct vbmi_plan vbmi_plan;

/// Whether this processor has the instructions.
int vbmi_is_here(void);

/// NULL when memory ran out or the samples of one step lie too far apart.
vbmi_plan *vbmi_plan_rows(size_t width, cpixels_axis axis);

void vbmi_free_plan(vbmi_plan *plan);

void vbmi_resample_rows(const vbmi_plan *plan, const uint8_t *source, size_t rows, uint8_t *target);

#endif
#endif
