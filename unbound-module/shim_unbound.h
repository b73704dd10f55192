#ifndef LATCHKEY_SHIM_UNBOUND_H
#define LATCHKEY_SHIM_UNBOUND_H
/*
 * What the shim's sources have in common: Unbound's headers, which nothing else includes, and their structures as those
 * of shim.h.
 */
#include "config.h" /* Unbound's */
#undef PACKAGE
#undef PACKAGE_BUGREPORT
#undef PACKAGE_NAME
#undef PACKAGE_STRING
#undef PACKAGE_TARNAME
#undef PACKAGE_URL
#undef PACKAGE_VERSION
#undef VERSION
#undef LT_OBJDIR

#include "dynlibmod/dynlibmod.h"
#include "services/cache/dns.h"
#include "services/mesh.h"
#include "services/modstack.h"
#include "util/config_file.h"
#include "util/data/msgencode.h"
#include "util/data/msgreply.h"
#include "util/data/packed_rrset.h"
#include "util/log.h"
#include "util/module.h"
#include "util/net_help.h"
#include "util/netevent.h"
#include "util/regional.h"
#include "util/storage/slabhash.h"
#include "util/ub_event.h"
#include "validator/validator.h"

#include "latchkey-config.h"
#include "unbound-module/shim.h"

static inline struct lk_bytes bytes_of(const uint8_t* data, size_t size) {
  struct lk_bytes bytes = {data, size};
  return bytes;
}

/* Our part of one question's state: module_qstate.minfo[]. */
struct hold {
  void* story;
  struct comm_timer* timer;
  int given_on;        /* what a module in front of us makes of the answer may be given out */
  int kept;            /* and kept */
  int withheld;        /* what was made here of another question's answer may not; why: */
  uint16_t error_code; /* an Extended DNS Error */
  const char* error_text;
};

/* Our place among the modules; written by init() before any worker runs. */
extern int our_place;

static inline struct hold* hold_of(const struct module_qstate* qstate) {
  return (struct hold*)qstate->minfo[our_place];
}

/* No TTL of the set, nor of its signatures, is above. */
static inline void cap_ttl(struct packed_rrset_data* data, uint32_t most_s) {
  for (size_t i = 0; i < data->count + data->rrsig_count; i++)
    if (data->rr_ttl[i] > (time_t)most_s) data->rr_ttl[i] = (time_t)most_s;
  if (data->ttl > (time_t)most_s) data->ttl = (time_t)most_s;
}

/* What a question has come to, in its environment's scratch memory. */
struct lk_answer* answer_of(const struct module_qstate* qstate);

/* Before an answer of ours goes to a module in front of us: what may not be kept has no TTL as a message, though its
 * records have theirs; what may not be given on is withheld there. */
void hand_to_the_front(struct module_qstate* qstate, const struct hold* hold);

#endif
