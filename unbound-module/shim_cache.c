/*
 * Unbound's caches: what of an answer is put there, and what is taken out. Nothing is decided here.
 */
#include "unbound-module/shim_unbound.h"

#include <string.h>

#include "services/cache/rrset.h"

/*
 * Messages in the cache hold no records, only references to those of the RRset cache, and anybody may put others in
 * their place. What is answered on the strength of a tunnel has RRsets of its own, which nobody else finds or
 * overwrites: their flags, by which they are looked up too, have a bit that Unbound does not use and a serial number.
 */
enum { while_up = 0x40000000, serial_shift = 8, serial_bits = 0x3fffff00 };

static void store(struct module_qstate* qstate, struct reply_info* rep, int rrsets_only, time_t leeway) {
#ifdef UNBOUND_STORE_TAKES_IS_VALREC
  const int stored = dns_cache_store(qstate->env, &qstate->qinfo, rep, rrsets_only, leeway, 0, NULL,
                                     qstate->query_flags, qstate->qstarttime, 0);
#else
  const int stored = dns_cache_store(qstate->env, &qstate->qinfo, rep, rrsets_only, leeway, 0, NULL,
                                     qstate->query_flags, qstate->qstarttime);
#endif
  if (!stored) log_err("latchkey: out of memory for the cache");
}

void lk_store(void* query, int with_message) {
  struct module_qstate* qstate = query;
  /* Messages are for the module in front of us to store, if there is one: it may make another answer of ours. */
  const int rrsets_only = !with_message || !(qstate->query_flags & BIT_RD) || our_place > 0;
  if (qstate->return_msg) store(qstate, qstate->return_msg->rep, rrsets_only, qstate->prefetch_leeway);
}

void lk_store_failure(void* query) {
  struct module_qstate* qstate = query;
  const struct query_info* about = &qstate->qinfo;
  struct reply_info failure;
  /* As Unbound does: with serve-expired, a message that has expired is there too, and better than none. */
  const time_t since = qstate->env->cfg->serve_expired ? 0 : *qstate->env->now;
  struct msgreply_entry* there;
  if (our_place > 0) return; /* RFC 6147 section 5.1.2: A is asked for after a failure too */
  there = msg_cache_lookup(qstate->env, about->qname, about->qname_len, about->qtype, about->qclass,
                           qstate->query_flags, since, 0);
  if (there) {
    lock_rw_unlock(&there->entry.lock);
    return;
  }
  memset(&failure, 0, sizeof(failure));
  failure.flags = (uint16_t)(BIT_QR | BIT_RA);
  FLAGS_SET_RCODE(failure.flags, LDNS_RCODE_SERVFAIL);
  failure.qdcount = 1;
  failure.ttl = failure.serve_expired_ttl = NORR_TTL;
  failure.prefetch_ttl = PREFETCH_TTL_CALC(failure.ttl);
  failure.security = sec_status_indeterminate;
  store(qstate, &failure, !(qstate->query_flags & BIT_RD), qstate->prefetch_leeway);
}

/* ---- while tunnels are up ---- */

/* A copy of one RRset under flags of its own; NULL: no memory, or there is one with these flags already. */
static struct ub_packed_rrset_key* own_copy(struct module_env* env, struct ub_packed_rrset_key* rrset, uint32_t ttl_s,
                                            uint32_t serial) {
  struct ub_packed_rrset_key* key = packed_rrset_copy_region(rrset, env->scratch, 0);
  struct ub_packed_rrset_key* there;
  if (!key) return NULL;
  key->rk.flags &= ~(uint32_t)(while_up | serial_bits);
  key->rk.flags |= while_up | ((serial << serial_shift) & serial_bits);
  key->entry.hash = rrset_key_hash(&key->rk);
  there = rrset_cache_lookup(env->rrset_cache, key->rk.dname, key->rk.dname_len, ntohs(key->rk.type),
                             ntohs(key->rk.rrset_class), key->rk.flags, 0, 0);
  if (there) {
    lock_rw_unlock(&there->entry.lock);
    return NULL;
  }
  cap_ttl((struct packed_rrset_data*)key->entry.data, ttl_s);
  return key;
}

void lk_store_while_up(void* query, uint32_t ttl_s, uint32_t serial) {
  struct module_qstate* qstate = query;
  struct module_env* env = qstate->env;
  struct reply_info* copy;
  if (!qstate->return_msg || !(qstate->query_flags & BIT_RD)) return;
  copy = regional_alloc_init(env->scratch, qstate->return_msg->rep, sizeof(*copy));
  if (!copy) return;
  copy->rrsets = regional_alloc(env->scratch, sizeof(*copy->rrsets) * (copy->rrset_count + 1));
  if (!copy->rrsets) return;
  for (size_t i = 0; i < copy->rrset_count; i++) {
    copy->rrsets[i] = own_copy(env, qstate->return_msg->rep->rrsets[i], ttl_s, serial);
    if (!copy->rrsets[i]) return;
  }
  if (copy->ttl > (time_t)ttl_s) copy->ttl = (time_t)ttl_s;
  copy->prefetch_ttl = copy->ttl + 1; /* never: what is fetched ahead is not looked at by us */
  copy->serve_expired_ttl = copy->ttl;
  store(qstate, copy, 0, 0);
}

/* Whether a message is one of these. Its RRsets' keys are stable memory, whose ids tell if they still are theirs. */
static int is_while_up(struct module_env* env, struct reply_info* rep) {
  int found = 0;
  if (!rrset_array_lock(rep->ref, rep->rrset_count, *env->now)) return 0;
  for (size_t i = 0; i < rep->rrset_count; i++) found |= (rep->ref[i].key->rk.flags & while_up) != 0;
  rrset_array_unlock(rep->ref, rep->rrset_count);
  return found;
}

/* ---- taking out ---- */

static void uncache(struct module_qstate* qstate, uint16_t type, uint16_t flags) {
  struct query_info* about = &qstate->qinfo;
  struct msgreply_entry* there =
      msg_cache_lookup(qstate->env, about->qname, about->qname_len, type, about->qclass, flags, *qstate->env->now, 0);
  if (there) {
    const int stays = is_while_up(qstate->env, (struct reply_info*)there->entry.data);
    lock_rw_unlock(&there->entry.lock);
    if (stays) return;
  }
  msg_cache_remove(qstate->env, about->qname, about->qname_len, type, about->qclass, flags);
}

void lk_uncache(void* query) {
  struct module_qstate* qstate = query;
  const uint16_t types[] = {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA, qstate->qinfo.qtype};
  for (size_t i = 0; i < 3; i++) {
    uncache(qstate, types[i], BIT_RD);
    uncache(qstate, types[i], BIT_RD | BIT_CD);
  }
}

/* The RRsets of such a message: they would still be there for one that `unbound-control load_cache` puts in its place.
 */
static void remove_own_rrsets(struct module_env* env, struct lk_bytes name, uint16_t type, uint16_t flags) {
  uint8_t* const qname = (uint8_t*)(uintptr_t)name.data;
  struct msgreply_entry* there = msg_cache_lookup(env, qname, name.size, type, LDNS_RR_CLASS_IN, flags, *env->now, 0);
  struct packed_rrset_key* own;
  struct reply_info* rep;
  size_t count = 0;
  if (!there) return;
  rep = (struct reply_info*)there->entry.data;
  own = regional_alloc(env->scratch, sizeof(*own) * (rep->rrset_count + 1));
  if (own && rrset_array_lock(rep->ref, rep->rrset_count, *env->now)) {
    for (size_t i = 0; i < rep->rrset_count; i++) {
      const struct packed_rrset_key* key = &rep->ref[i].key->rk;
      if (!(key->flags & while_up)) continue;
      own[count] = *key;
      own[count].dname = regional_alloc_init(env->scratch, key->dname, key->dname_len);
      if (own[count].dname) count++;
    }
    rrset_array_unlock(rep->ref, rep->rrset_count);
  }
  lock_rw_unlock(&there->entry.lock);
  for (size_t i = 0; i < count; i++)
    rrset_cache_remove(env->rrset_cache, own[i].dname, own[i].dname_len, ntohs(own[i].type), ntohs(own[i].rrset_class),
                       own[i].flags);
}

void* lk_cache(void* query) { return ((struct module_qstate*)query)->env; }

void lk_drop(void* cache, struct lk_bytes name) {
  struct module_env* env = cache;
  const uint16_t types[] = {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA};
  uint8_t* const qname = (uint8_t*)(uintptr_t)name.data; /* Unbound's signature; it is only read */
  for (size_t i = 0; i < 2; i++) {
    remove_own_rrsets(env, name, types[i], BIT_RD);
    remove_own_rrsets(env, name, types[i], BIT_RD | BIT_CD);
    msg_cache_remove(env, qname, name.size, types[i], LDNS_RR_CLASS_IN, BIT_RD);
    msg_cache_remove(env, qname, name.size, types[i], LDNS_RR_CLASS_IN, BIT_RD | BIT_CD);
  }
}

void lk_drop_all(void* cache) { slabhash_clear(((struct module_env*)cache)->msg_cache); }
