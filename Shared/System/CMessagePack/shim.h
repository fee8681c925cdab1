#ifndef CAPTIONMESH_CMESSAGEPACK_SHIM_H
#define CAPTIONMESH_CMESSAGEPACK_SHIM_H

#include <stddef.h>
#include <msgpack.h>

// MessagePackValue reads the bytes of a str and of a bin in the same way.
_Static_assert(
    offsetof(msgpack_object, via.str.ptr) == offsetof(msgpack_object, via.bin.ptr)
        && offsetof(msgpack_object, via.str.size) == offsetof(msgpack_object, via.bin.size),
    "str and bin lie alike in msgpack_object");

#endif
