// OpenBLAS as Debian ships it (libopenblas-dev, pthread variant).
#include <cblas.h>
