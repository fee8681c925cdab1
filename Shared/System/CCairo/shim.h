// Cairo's core with its PNG and SVG surfaces. It belongs to the manifest's pkgConfig to find the
// headers, which lie in a folder of their own.
#ifndef CAPTIONMESH_CCAIRO_H
#define CAPTIONMESH_CCAIRO_H

#include <cairo-svg.h>
#include <cairo.h>

#endif
