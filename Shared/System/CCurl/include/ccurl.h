// A face for libcurl that Swift can call: its options are set through variadic functions, which
// cannot be imported.
#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>

/// How a transfer ended.
typedef enum __attribute__((enum_extensibility(closed))) : int {
  /// The server's answer is complete.
  ccurl_ok,
  /// A callback wanted no more.
  ccurl_stopped,
  /// The address is none that is taken.
  ccurl_bad_address,
  /// There was no connection.
  ccurl_unreachable,
  /// The other side is not who it says.
  ccurl_untrusted,
  /// Nothing came for too long.
  ccurl_stalled,
  /// The connection broke before the answer was complete.
  ccurl_broken,
} ccurl_status;

/// Takes `count` bytes; returns whether more is wanted.
typedef int (*ccurl_receiver)(const char *bytes, size_t count, void *context);

/// What to get and how long to wait for it.
typedef struct {
  /// http or https. Redirections are followed, never from https to http.
  const char *address;
  /// Two header lines to send, each may be NULL.
  const char *range;
  const char *if_range;
  long connect_seconds;
  /// After this many seconds without a byte the transfer is given up.
  long stall_seconds;
  /// Takes each header line, those of redirections as well.
  ccurl_receiver on_header;
  /// Takes the body.
  ccurl_receiver on_body;
  void *context;
} ccurl_request;

/// Makes one GET request and returns when it is over. `message` gets libcurl's own words of what
/// went wrong, in at most `message_size` bytes.
ccurl_status ccurl_get(ccurl_request request, char *message, size_t message_size);

#endif
