#include "ccurl.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
  const ccurl_request *request = context;
  return request->on_header(bytes, size * count, request->context) ? size * count : 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  const ccurl_request *request = context;
  return request->on_body(bytes, size * count, request->context) ? size * count : 0;
}

static ccurl_status status_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return ccurl_ok;
    case CURLE_WRITE_ERROR: return ccurl_stopped;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT: return ccurl_bad_address;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return ccurl_unreachable;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return ccurl_untrusted;
    case CURLE_OPERATION_TIMEDOUT: return ccurl_stalled;
    default: return ccurl_broken;
  }
}

ccurl_status ccurl_get(ccurl_request request, char *message, size_t message_size) {
  char words[CURL_ERROR_SIZE] = "";
  CURL *curl = curl_easy_init();
  struct curl_slist *headers = NULL;
  if (request.range != NULL) headers = curl_slist_append(headers, request.range);
  if (request.if_range != NULL) headers = curl_slist_append(headers, request.if_range);
  CURLcode code = CURLE_OUT_OF_MEMORY;
  if (curl != NULL) {
    int is_secure = strncmp(request.address, "https:", 6) == 0;
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(curl, CURLOPT_URL, request.address);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "captionmesh");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, request.connect_seconds);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, request.stall_seconds);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &request);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &request);
    code = curl_easy_perform(curl);
  }
  snprintf(message, message_size, "%s", words[0] != 0 ? words : curl_easy_strerror(code));
  curl_slist_free_all(headers);
  if (curl != NULL) curl_easy_cleanup(curl);
  return status_of(code);
}
