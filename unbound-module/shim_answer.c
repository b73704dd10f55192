/*
 * Answers in Unbound's form: what they say, and how they are changed before they are given out. Nothing is decided
 * here.
 */
#include "unbound-module/shim_unbound.h"

#include <string.h>

/* ---- reading ---- */

static enum lk_security security_of(enum sec_status status) {
  switch (status) {
    case sec_status_bogus: return LK_BOGUS;
    case sec_status_secure:
    case sec_status_secure_sentinel_fail: return LK_SECURE;
    default: return LK_INSECURE;
  }
}

static uint32_t seconds(time_t ttl) { return ttl < 0 ? 0 : ttl > 0x7fffffff ? 0x7fffffff : (uint32_t)ttl; }

/* The time that signatures are held against: the clock's, or what val-override-date says (-1: ignore dates). */
static int signature_clock(const struct module_env* env, uint32_t* now) {
  const int32_t fixed = env->cfg->val_date_override;
  if (fixed == -1) return 0;
  *now = fixed ? (uint32_t)fixed : (uint32_t)*env->now;
  return 1;
}

/* Seconds until the first of the set's RRSIGs ends (RFC 4034 section 3.1.5: serial arithmetic). */
static uint32_t signed_for(const struct module_env* env, const struct packed_rrset_data* data) {
  enum { expiration = 2 + 8, needed = expiration + 4 };
  uint32_t least = UINT32_MAX, now;
  if (!signature_clock(env, &now)) return least;
  for (size_t i = data->count; i < data->count + data->rrsig_count; i++) {
    if (data->rr_len[i] < needed) continue;
    const uint8_t* at = data->rr_data[i] + expiration;
    const uint32_t ends = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    const int32_t left = (int32_t)(ends - now);
    if (left < 0) return 0;
    if ((uint32_t)left < least) least = (uint32_t)left;
  }
  return least;
}

static int fill_rrset(const struct module_env* env, const struct ub_packed_rrset_key* key, enum lk_section section,
                      struct lk_rrset* out) {
  const struct packed_rrset_data* data = (const struct packed_rrset_data*)key->entry.data;
  struct lk_bytes* rdata = regional_alloc(env->scratch, sizeof(*rdata) * (data->count ? data->count : 1));
  if (!rdata) return 0;
  for (size_t i = 0; i < data->count; i++) /* each begins with its length in two octets */
    rdata[i] = data->rr_len[i] < 2 ? bytes_of(NULL, 0) : bytes_of(data->rr_data[i] + 2, data->rr_len[i] - 2);
  out->owner = bytes_of(key->rk.dname, key->rk.dname_len);
  out->type = ntohs(key->rk.type);
  out->section = section;
  out->security = security_of(data->security);
  out->ttl_s = seconds(data->ttl);
  out->signed_for_s = signed_for(env, data);
  out->count = data->count;
  out->rdata = rdata;
  return 1;
}

static enum lk_section section_of(const struct reply_info* rep, size_t i) {
  if (i < rep->an_numrrsets) return LK_ANSWER;
  return i < rep->an_numrrsets + rep->ns_numrrsets ? LK_AUTHORITY : LK_ADDITIONAL;
}

struct lk_answer* answer_of(const struct module_qstate* qstate) {
  static struct lk_answer nothing = {-1, LK_INSECURE, 0, NULL};
  struct module_env* env = qstate->env;
  struct lk_answer* answer = regional_alloc_zero(env->scratch, sizeof(*answer));
  if (!answer) return &nothing;
  answer->rcode = -1;
  if (qstate->return_rcode != LDNS_RCODE_NOERROR || !qstate->return_msg || !qstate->return_msg->rep) return answer;
  const struct reply_info* rep = qstate->return_msg->rep;
  struct lk_rrset* rrsets = regional_alloc(env->scratch, sizeof(*rrsets) * (rep->rrset_count + 1));
  if (!rrsets) return answer;
  for (size_t i = 0; i < rep->rrset_count; i++)
    if (!fill_rrset(env, rep->rrsets[i], section_of(rep, i), &rrsets[i])) return answer;
  answer->rcode = (int)FLAGS_GET_RCODE(rep->flags);
  answer->security = security_of(rep->security);
  answer->count = rep->rrset_count;
  answer->rrsets = rrsets;
  return answer;
}

const struct lk_answer* lk_current(void* query) {
  struct module_qstate* qstate = query;
  const struct lk_answer* answer = answer_of(qstate);
  /* There is an answer, but no memory to look at it: nobody gets it. */
  if (answer->rcode < 0 && qstate->return_rcode == LDNS_RCODE_NOERROR && qstate->return_msg)
    lk_refuse(query, "latchkey: out of memory");
  return answer;
}

/* ---- changing ---- */

/* Drops the records that `keep` leaves out, in place; signatures move up or, of a changed set, go. */
static void keep_some(struct packed_rrset_data* data, const uint8_t* keep, int drop_signatures) {
  size_t to = 0, kept = 0;
  for (size_t i = 0; i < data->count + data->rrsig_count; i++) {
    const int is_signature = i >= data->count;
    if (is_signature ? drop_signatures : keep && !keep[i]) continue;
    data->rr_len[to] = data->rr_len[i];
    data->rr_ttl[to] = data->rr_ttl[i];
    data->rr_data[to] = data->rr_data[i];
    to++;
    if (!is_signature) kept++;
  }
  data->rrsig_count = to - kept;
  data->count = kept;
}

static int replace_rdata(struct regional* region, struct packed_rrset_data* data, const struct lk_bytes* replace) {
  for (size_t i = 0; i < data->count; i++) {
    uint8_t* rdata = regional_alloc(region, replace[i].size + 2);
    if (!rdata) return 0;
    rdata[0] = (uint8_t)(replace[i].size >> 8);
    rdata[1] = (uint8_t)replace[i].size;
    memcpy(rdata + 2, replace[i].data, replace[i].size);
    data->rr_data[i] = rdata;
    data->rr_len[i] = replace[i].size + 2;
  }
  return 1;
}

static int apply_edit(struct regional* region, const struct lk_edit* edit, struct ub_packed_rrset_key* key) {
  struct packed_rrset_data* data = (struct packed_rrset_data*)key->entry.data;
  const int changed = edit->keep || edit->replace;
  if (changed) keep_some(data, edit->keep, 1);
  if (edit->replace && !replace_rdata(region, data, edit->replace)) return 0;
  if (changed) data->security = sec_status_insecure;
  cap_ttl(data, edit->ttl_cap_s);
  return 1;
}

static const struct lk_edit* edit_for(const struct lk_edit* edits, size_t count, size_t rrset) {
  for (size_t i = 0; i < count; i++)
    if (edits[i].rrset == rrset) return &edits[i];
  return NULL;
}

/* A copy of the question's answer without RRsets, with room for all of them. */
static struct reply_info* empty_copy(struct module_qstate* qstate) {
  const struct reply_info* rep = qstate->return_msg->rep;
  struct reply_info* copy = regional_alloc_init(qstate->region, rep, sizeof(*rep));
  if (!copy) return NULL;
  copy->rrsets = regional_alloc(qstate->region, sizeof(*copy->rrsets) * (rep->rrset_count + 1));
  copy->an_numrrsets = copy->ns_numrrsets = copy->ar_numrrsets = copy->rrset_count = 0;
  return copy->rrsets ? copy : NULL;
}

static void put_rrset(struct reply_info* rep, struct ub_packed_rrset_key* key, enum lk_section section) {
  rep->rrsets[rep->rrset_count++] = key;
  if (section == LK_ANSWER) rep->an_numrrsets++;
  if (section == LK_AUTHORITY) rep->ns_numrrsets++;
  if (section == LK_ADDITIONAL) rep->ar_numrrsets++;
}

static int give_answer(struct module_qstate* qstate, struct reply_info* rep) {
  struct dns_msg* msg = regional_alloc_init(qstate->region, qstate->return_msg, sizeof(*msg));
  if (!msg) return 0;
  msg->rep = rep;
  qstate->return_msg = msg;
  return 1;
}

int lk_rewrite(void* query, const struct lk_edit* edits, size_t count, int altered) {
  struct module_qstate* qstate = query;
  if (!qstate->return_msg) return 0;
  const struct reply_info* rep = qstate->return_msg->rep;
  struct reply_info* copy = empty_copy(qstate);
  if (!copy) return 0;
  for (size_t i = 0; i < rep->rrset_count; i++) {
    const struct lk_edit* edit = edit_for(edits, count, i);
    if (edit && edit->drop) continue;
    struct ub_packed_rrset_key* key = packed_rrset_copy_region(rep->rrsets[i], qstate->region, 0);
    if (!key || (edit && !apply_edit(qstate->region, edit, key))) return 0;
    if (edit && copy->ttl > (time_t)edit->ttl_cap_s) copy->ttl = (time_t)edit->ttl_cap_s;
    put_rrset(copy, key, section_of(rep, i));
  }
  if (altered && copy->security == sec_status_secure) copy->security = sec_status_insecure;
  return give_answer(qstate, copy);
}

int lk_no_data(void* query, uint32_t ttl_s) {
  struct module_qstate* qstate = query;
  if (!qstate->return_msg) return 0;
  const struct reply_info* rep = qstate->return_msg->rep;
  const struct lk_edit cap = {0, 0, ttl_s, NULL, NULL};
  struct reply_info* copy = empty_copy(qstate);
  if (!copy) return 0;
  for (size_t i = 0; i < rep->an_numrrsets; i++) {
    if (ntohs(rep->rrsets[i]->rk.type) == qstate->qinfo.qtype) continue; /* aliases stay */
    struct ub_packed_rrset_key* key = packed_rrset_copy_region(rep->rrsets[i], qstate->region, 0);
    if (!key || !apply_edit(qstate->region, &cap, key)) return 0;
    put_rrset(copy, key, LK_ANSWER);
  }
  copy->ttl = (time_t)ttl_s;
  copy->security = sec_status_insecure;
  return give_answer(qstate, copy);
}
