// libFuzzer's driver, which the linker gets from the toolchain, and a file without a name for
// parsers that take a path.
#ifndef CFUZZER_H
#define CFUZZER_H
#include <stddef.h>
#include <stdint.h>

// Mutates inputs and calls `run` with them until a bound that `arguments` set is reached; see
// https://llvm.org/docs/LibFuzzer.html for them.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*run)(const uint8_t *, size_t));

// Opens a file in memory; a negative number where there is none.
int cfuzzer_memory_file(void);

#endif
