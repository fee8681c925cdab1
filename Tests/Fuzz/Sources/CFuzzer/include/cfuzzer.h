// libFuzzer's driver, which the linker gets from the toolchain.
#ifndef CFUZZER_H
#define CFUZZER_H
#include <stddef.h>
#include <stdint.h>

// Mutates inputs and calls `run` with them until a bound that `arguments` set is reached; see
// https://llvm.org/docs/LibFuzzer.html for them.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*run)(const uint8_t *, size_t));

#endif
