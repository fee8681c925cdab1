// HDF5's constants are macros over run-time variables, which Swift cannot import; its functions are
// versioned by macros as well. Each is a function here.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H
#include <hdf5.h>

static inline hid_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_std_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_string(void) { return H5T_C_S1; }
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
// Without the time of its making, as h5py does it: the same data give the same file.
static inline hid_t chdf5_dataset_creation(void) {
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(creation, 0);
  return creation;
}
static inline hid_t chdf5_all(void) { return H5S_ALL; }

// Room for all chunks when the dataset is made, and nothing written to it: later writes change
// their own bytes alone, so that a file that was flushed once stays sound if the writer dies.
static inline void chdf5_allocate_early(hid_t creation) {
  H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
}

// IEEE half precision, little-endian, as h5py names float16. The caller closes the type.
static inline hid_t chdf5_float16(void) {
  hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

// A file can name filters, and the library looks for these among plugins, which are code: none of
// what is read here needs any.
static inline void chdf5_forbid_plugins(void) { H5PLset_loading_state(0); }

// HDF5 prints its error stack to stderr by itself; the wrapper reports errors instead.
static inline void chdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

static inline hid_t chdf5_create_dataset(hid_t file, const char *name, hid_t type, hid_t space,
                                         hid_t creation) {
  return H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
}
static inline hid_t chdf5_open_dataset(hid_t file, const char *name) {
  return H5Dopen2(file, name, H5P_DEFAULT);
}
static inline hid_t chdf5_create_attribute(hid_t object, const char *name, hid_t type,
                                           hid_t space) {
  return H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
}

// What the wrapper needs of the error stack: the innermost message.
static herr_t chdf5_innermost(unsigned n, const H5E_error2_t *error, void *data) {
  if (n == 0) *(const char **)data = error->desc;
  return 0;
}
static inline const char *chdf5_error(void) {
  const char *message = NULL;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_innermost, &message);
  return message;
}
#endif
