// How fast one core multiplies and adds in its registers: the limit of any convolution.
#ifndef CAPTIONMESH_CPEAK_H
#define CAPTIONMESH_CPEAK_H

// Operations a second (a product and its addition are two), of one core in this moment; 0 where the
// processor has no instruction for such numbers.
double peak_float32(void);
double peak_bfloat16(void);
double peak_int8(void);

#endif
