/*
 * The only file that includes Unbound's headers. Six entry points, which dynlib finds by name, and the functions of
 * shim.h that let the C++ side act on a question. Nothing is decided here.
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
#include "util/ub_event.h"
#include "validator/validator.h"

#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "latchkey-config.h"
#include "unbound-module/shim.h"

/* Our part of one question's state: module_qstate.minfo[]. */
struct hold {
  void* story;
  struct comm_timer* timer;
};

/* Our place among the modules; written by init() before any worker runs. */
static int our_place;

/* ---- conversions ---- */

static struct lk_bytes bytes_of(const uint8_t* data, size_t size) {
  struct lk_bytes bytes = {data, size};
  return bytes;
}

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

/* What a question has come to, in its environment's scratch memory. */
static struct lk_answer* answer_of(const struct module_qstate* qstate) {
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

/* ---- Unbound's side of shim.h ---- */

static struct hold* hold_of(struct module_qstate* qstate) { return (struct hold*)qstate->minfo[our_place]; }

static struct query_info question_about(struct module_qstate* qstate, struct lk_bytes name, uint16_t type) {
  struct query_info info;
  memset(&info, 0, sizeof(info));
  info.qname = (uint8_t*)regional_alloc_init(qstate->region, name.data, name.size);
  info.qname_len = name.size;
  info.qtype = type;
  info.qclass = qstate->qinfo.qclass;
  return info;
}

void lk_look_up_beside(void* query, struct lk_bytes name, uint16_t type) {
  struct module_qstate* qstate = query;
  struct query_info info = question_about(qstate, name, type);
  struct module_qstate* fresh = NULL;
  struct mesh_state* sub = NULL;
  if (!info.qname) return;
#ifdef UNBOUND_SUB_TAKES_CLIENT_INFO
  (void)(*qstate->env->add_sub)(qstate, &info, NULL, BIT_RD, 0, 0, &fresh, &sub);
#else
  (void)(*qstate->env->add_sub)(qstate, &info, BIT_RD, 0, 0, &fresh, &sub);
#endif
}

int lk_look_up(void* query, struct lk_bytes name, uint16_t type, int cd) {
  struct module_qstate* qstate = query;
  struct query_info info = question_about(qstate, name, type);
  struct module_qstate* fresh = NULL;
  const uint16_t flags = (uint16_t)(cd ? BIT_RD | BIT_CD : BIT_RD);
  if (!info.qname) return 0;
#ifdef UNBOUND_SUB_TAKES_CLIENT_INFO
  if (!(*qstate->env->attach_sub)(qstate, &info, NULL, flags, 0, 0, &fresh)) return 0;
#else
  if (!(*qstate->env->attach_sub)(qstate, &info, flags, 0, 0, &fresh)) return 0;
#endif
  /* Addresses of a protected name: never a message in the cache. */
  if (fresh && (type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_AAAA)) fresh->no_cache_store = 1;
  return 1;
}

const struct lk_answer* lk_current(void* query) {
  struct module_qstate* qstate = query;
  const struct lk_answer* answer = answer_of(qstate);
  /* There is an answer, but no memory to look at it: nobody gets it. */
  if (answer->rcode < 0 && qstate->return_rcode == LDNS_RCODE_NOERROR && qstate->return_msg)
    lk_refuse(query, "latchkey: out of memory");
  return answer;
}

int lk_clients(void* query) {
  const struct mesh_state* mesh = ((struct module_qstate*)query)->mesh_info;
  int found = mesh->reply_list || mesh->cb_list ? 1 : 0;
  for (const struct mesh_reply* r = mesh->reply_list; r; r = r->next)
    if (r->edns.edns_present && (r->edns.bits & EDNS_DO)) found |= 2;
  for (const struct mesh_cb* c = mesh->cb_list; c; c = c->next)
    if (c->edns.edns_present && (c->edns.bits & EDNS_DO)) found |= 2;
  return found;
}

/* A new client is put in front of those who wait already. */
struct lk_address lk_first_client(void* query) {
  const struct mesh_state* mesh = ((struct module_qstate*)query)->mesh_info;
  const struct sockaddr_storage* from = NULL;
  struct lk_address address;
  memset(&address, 0, sizeof(address));
  for (const struct mesh_reply* r = mesh->reply_list; r; r = r->next) from = &r->query_reply.client_addr;
  if (from && from->ss_family == AF_INET) {
    address.size = sizeof(struct in_addr);
    memcpy(address.octets, &((const struct sockaddr_in*)from)->sin_addr, address.size);
  } else if (from && from->ss_family == AF_INET6) {
    address.size = sizeof(struct in6_addr);
    memcpy(address.octets, &((const struct sockaddr_in6*)from)->sin6_addr, address.size);
  }
  return address;
}

void lk_store(void* query, int with_message) {
  struct module_qstate* qstate = query;
  const int rrsets_only = !with_message || !(qstate->query_flags & BIT_RD);
  if (!qstate->return_msg) return;
#ifdef UNBOUND_STORE_TAKES_IS_VALREC
  const int stored = dns_cache_store(qstate->env, &qstate->qinfo, qstate->return_msg->rep, rrsets_only,
                                     qstate->prefetch_leeway, 0, NULL, qstate->query_flags, qstate->qstarttime, 0);
#else
  const int stored = dns_cache_store(qstate->env, &qstate->qinfo, qstate->return_msg->rep, rrsets_only,
                                     qstate->prefetch_leeway, 0, NULL, qstate->query_flags, qstate->qstarttime);
#endif
  if (!stored) log_err("latchkey: out of memory for the cache");
}

void lk_store_failure(void* query) {
  struct module_qstate* qstate = query;
  const struct query_info* about = &qstate->qinfo;
  struct reply_info failure;
  struct dns_msg shell;
  struct dns_msg* const returned = qstate->return_msg;
  struct msgreply_entry* there = msg_cache_lookup(qstate->env, about->qname, about->qname_len, about->qtype,
                                                  about->qclass, qstate->query_flags, *qstate->env->now, 0);
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
  memset(&shell, 0, sizeof(shell));
  shell.rep = &failure;
  qstate->return_msg = &shell;
  lk_store(query, 1);
  qstate->return_msg = returned;
}

void lk_uncache(void* query) {
  struct module_qstate* qstate = query;
  const uint16_t types[] = {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA, qstate->qinfo.qtype};
  for (size_t i = 0; i < 3; i++)
    for (uint16_t cd = 0; cd < 2; cd++)
      msg_cache_remove(qstate->env, qstate->qinfo.qname, qstate->qinfo.qname_len, types[i], qstate->qinfo.qclass,
                       cd ? BIT_RD | BIT_CD : BIT_RD);
}

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
  for (size_t i = 0; i < data->count + data->rrsig_count; i++)
    if (data->rr_ttl[i] > (time_t)edit->ttl_cap_s) data->rr_ttl[i] = (time_t)edit->ttl_cap_s;
  if (data->ttl > (time_t)edit->ttl_cap_s) data->ttl = (time_t)edit->ttl_cap_s;
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

void lk_refuse(void* query, const char* why) {
  struct module_qstate* qstate = query;
  qstate->return_rcode = LDNS_RCODE_SERVFAIL;
  qstate->return_msg = NULL;
  qstate->no_cache_lookup = 1; /* the condition by which Unbound looks for an expired answer instead */
  errinf(qstate, why);
}

void lk_refuse_by_policy(void* query, const char* why) {
  lk_refuse(query, why);
  ((struct module_qstate*)query)->return_rcode = LDNS_RCODE_REFUSED;
}

int lk_set_timer(void* query, uint32_t ms) {
  struct module_qstate* qstate = query;
  struct hold* hold = hold_of(qstate);
  struct timeval tv;
  if (!hold) return 0;
  /* validate_suspend_timer_cb runs a question again; it is on Unbound's list of allowed callbacks. */
  if (!hold->timer) hold->timer = comm_timer_create(qstate->env->worker_base, &validate_suspend_timer_cb, qstate);
  if (!hold->timer) return 0;
  tv.tv_sec = (time_t)(ms / 1000);
  tv.tv_usec = (suseconds_t)(ms % 1000) * 1000;
  comm_timer_set(hold->timer, &tv);
  return 1;
}

void lk_clear_timer(void* query) {
  struct hold* hold = hold_of(query);
  if (hold && hold->timer) comm_timer_disable(hold->timer);
}

void lk_keep_uncached(void* query) { ((struct module_qstate*)query)->no_cache_store = 1; }

void lk_resume(void* query) {
  struct module_qstate* qstate = query;
  struct module_env* env = qstate->env;
  if (gettimeofday(env->now_tv, NULL) == 0) *env->now = env->now_tv->tv_sec;
  mesh_run(env->mesh, qstate->mesh_info, module_event_pass, NULL);
}

static void readable(int fd, short bits, void* worker) {
  (void)fd;
  (void)bits;
  lk_readable(worker);
}

void* lk_watch(void* query, int fd, void* worker) {
  struct module_qstate* qstate = query;
  struct ub_event_base* base = comm_base_internal(qstate->env->worker_base);
  struct ub_event* event;
  if (!base) return NULL; /* testbound */
  event = ub_event_new(base, fd, UB_EV_READ | UB_EV_PERSIST, &readable, worker);
  if (!event) return NULL;
  if (ub_event_add(event, NULL) != 0) {
    ub_event_free(event);
    return NULL;
  }
  return event;
}

void lk_unwatch(void* watch) {
  if (watch) ub_event_free(watch);
}

uint64_t lk_now_us(void* query) {
#ifdef LATCHKEY_REPLAY
  const struct timeval* now = ((struct module_qstate*)query)->env->now_tv;
  return (uint64_t)now->tv_sec * 1000000U + (uint64_t)now->tv_usec;
#else
  struct timespec now;
  (void)query;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
#endif
}

void lk_log(enum lk_level level, const char* line) {
  switch (level) {
    case LK_ERROR: log_err("%s", line); break;
    case LK_WARNING: log_warn("%s", line); break;
    case LK_INFO: log_info("%s", line); break;
  }
}

/* ---- the six entry points ---- */

int init(struct module_env* env, int id);
void deinit(struct module_env* env, int id);
void operate(struct module_qstate* qstate, enum module_ev event, int id, struct outbound_entry* entry);
void inform_super(struct module_qstate* qstate, int id, struct module_qstate* super);
void clear(struct module_qstate* qstate, int id);
size_t get_mem(struct module_env* env, int id);

/* Adds the reason to a SERVFAIL or REFUSED of ours; Unbound sends it if the client sent EDNS. */
static int explain(struct query_info* qinfo, struct module_qstate* qstate, struct reply_info* rep, int rcode,
                   struct edns_data* edns, struct edns_option** opt_list_out, struct comm_reply* repinfo,
                   struct regional* region, struct timeval* start_time, int id, void* callback) {
  struct hold* hold = qstate && id >= 0 && id < MAX_MODULE ? (struct hold*)qstate->minfo[id] : NULL;
  uint8_t option[2 + 160];
  const char* text = NULL;
  uint16_t code = 0;
  size_t length;
  (void)qinfo, (void)rep, (void)rcode, (void)repinfo, (void)start_time, (void)callback;
  if (!hold || !hold->story || !edns || !edns->edns_present) return 1;
  if (lk_extended_error(hold->story, &code, &text) != 0) return 1;
  length = text ? strlen(text) : 0;
  if (length > sizeof(option) - 2) length = sizeof(option) - 2;
  option[0] = (uint8_t)(code >> 8);
  option[1] = (uint8_t)code;
  if (length) memcpy(option + 2, text, length);
  return edns_opt_list_append(opt_list_out, LDNS_EDNS_EDE, length + 2, option, region);
}

/* Whether what we were compiled against is what we run in: the structs' shapes agree. */
static int shapes_agree(const struct module_env* env, int id) {
  const struct dynlibmod_env* loaded = (const struct dynlibmod_env*)env->modinfo[id];
  if (id < 0 || id >= MAX_MODULE || !loaded || loaded->func_init != &init) return 0;
  for (const struct config_strlist* file = env->cfg->dynlib_file; file; file = file->next)
    if (file->str == loaded->fname) return 1;
  return 0;
}

/* The build must have threads and libevent; config.h is that of the Unbound whose build-id has just been checked. */
static int build_is_fit(void) {
#ifdef THREADS_DISABLED
  log_err(
      "latchkey: this Unbound was built without threads: it forks its workers after the module has started its "
      "engine thread. Use one that is built with --with-pthreads.");
  return 0;
#elif defined(USE_MINI_EVENT)
  log_err("latchkey: this Unbound was built without libevent. Use one that is built with --with-libevent.");
  return 0;
#else
  return 1;
#endif
}

/* Appends who may ask. 0: more lines than there is room for. */
static int add_access(struct lk_facts* facts, struct lk_access* access, size_t room,
                      const struct config_str2list* lines, int interface) {
  for (; lines; lines = lines->next) {
    struct lk_access* line = &access[facts->access_count];
    if (facts->access_count == room) return 0;
    line->network = lines->str;
    line->action = lines->str2;
    line->interface = interface;
    facts->access_count++;
  }
  return 1;
}

/* Unbound answers from these before it asks any module. */
static void find_local_answers(const struct config_file* config, struct lk_facts* facts) {
  facts->local_data = config->local_data != NULL;
  for (const struct config_view* view = config->views; view; view = view->next)
    if (view->local_data) facts->local_data = 1;
  for (const struct config_auth* zone = config->auths; zone; zone = zone->next)
    if (zone->for_downstream && !zone->isrpz) facts->auth_zones = 1;
}

static int start(struct module_env* env, const char* loaded_as) {
  enum { most_access = 256 };
  struct lk_facts facts;
  struct lk_access access[most_access];
  memset(&facts, 0, sizeof(facts));
  facts.module_config = env->cfg->module_conf;
  facts.loaded_as = loaded_as;
  facts.discard_timeout_ms = env->cfg->discard_timeout;
  facts.wait_limit = env->cfg->wait_limit;
  facts.jostle_ms = env->cfg->jostle_time;
  facts.queries_per_thread = env->cfg->num_queries_per_thread;
  facts.threads = env->cfg->num_threads;
  facts.trust_anchors = env->cfg->trust_anchor_file_list || env->cfg->trust_anchor_list ||
                        env->cfg->auto_trust_anchor_file_list || env->cfg->trusted_keys_file_list;
  facts.permissive = env->cfg->val_permissive_mode;
  find_local_answers(env->cfg, &facts);
  facts.access = access;
  if (!add_access(&facts, access, most_access, env->cfg->acls, 0) ||
      !add_access(&facts, access, most_access, env->cfg->interface_actions, 1)) {
    log_err("latchkey: more access-control and interface-action lines than it can check");
    return 0;
  }
  return lk_start(&facts);
}

int init(struct module_env* env, int id) {
  struct dynlibmod_env* loaded;
  inplace_cb_reply_func_type* const explanation = &explain;
  void* callback;
  if (!lk_right_host() || !build_is_fit()) return 0;
  if (!shapes_agree(env, id)) {
    log_err("latchkey: this module was built for an Unbound with other data structures");
    return 0;
  }
  our_place = id;
  loaded = (struct dynlibmod_env*)env->modinfo[id];
  if (!start(env, loaded->fname)) return 0;
  memcpy(&callback, &explanation, sizeof(callback)); /* ISO C has no such cast */
  if (!(*loaded->inplace_cb_register_wrapped)(callback, inplace_cb_reply_servfail, NULL, env, id) ||
      !(*loaded->inplace_cb_register_wrapped)(callback, inplace_cb_reply, NULL, env, id)) {
    lk_stop();
    return 0;
  }
  return 1;
}

void deinit(struct module_env* env, int id) {
  struct dynlibmod_env* loaded = (struct dynlibmod_env*)env->modinfo[id];
  (*loaded->inplace_cb_delete_wrapped)(env, inplace_cb_reply_servfail, id);
  (*loaded->inplace_cb_delete_wrapped)(env, inplace_cb_reply, id);
  lk_stop();
}

static enum module_ext_state state_of(enum lk_next next) {
  switch (next) {
    case LK_PASS_ON: return module_wait_module;
    case LK_HOLD: return module_wait_reply;
    case LK_FINISHED: break;
  }
  return module_finished;
}

static enum lk_next begin(struct module_qstate* qstate, int id) {
  enum lk_next next = LK_PASS_ON;
  struct lk_question question;
  struct hold* hold = regional_alloc_zero(qstate->region, sizeof(*hold));
  if (!hold) {
    lk_refuse(qstate, "latchkey: out of memory");
    return LK_FINISHED;
  }
  qstate->minfo[id] = hold;
  memset(&question, 0, sizeof(question));
  question.name = bytes_of(qstate->qinfo.qname, qstate->qinfo.qname_len);
  question.type = qstate->qinfo.qtype;
  question.qclass = qstate->qinfo.qclass;
  question.recursion = (qstate->query_flags & BIT_RD) != 0;
  question.checking_disabled = (qstate->query_flags & BIT_CD) != 0;
  question.internal = qstate->is_priming;
  hold->story = lk_begin(qstate, &question, &next);
  return next;
}

void operate(struct module_qstate* qstate, enum module_ev event, int id, struct outbound_entry* entry) {
  struct hold* hold = (struct hold*)qstate->minfo[id];
  enum lk_next next = LK_FINISHED;
  (void)entry;
  if (&qstate->mesh_info->s != qstate) fatal_exit("latchkey: built for an Unbound with other data structures");
  switch (event) {
    case module_event_new:
    case module_event_pass:
      if (!hold)
        next = begin(qstate, id);
      else if (hold->story)
        next = lk_again(hold->story);
      break;
    case module_event_moddone:
      if (hold && hold->story) next = lk_resolved(hold->story);
      break;
    default:
      if (hold && hold->story)
        lk_refuse(qstate, "latchkey: the next module failed");
      else
        qstate->return_rcode = LDNS_RCODE_SERVFAIL;
      break;
  }
  qstate->ext_state[id] = state_of(next);
}

void inform_super(struct module_qstate* qstate, int id, struct module_qstate* super) {
  struct hold* hold = (struct hold*)super->minfo[id];
  if (!hold || !hold->story) return;
  lk_looked_up(hold->story, bytes_of(qstate->qinfo.qname, qstate->qinfo.qname_len), qstate->qinfo.qtype,
               answer_of(qstate));
}

void clear(struct module_qstate* qstate, int id) {
  struct hold* hold = qstate ? (struct hold*)qstate->minfo[id] : NULL;
  if (!hold) return;
  if (hold->timer) comm_timer_delete(hold->timer);
  if (hold->story) lk_end(hold->story);
  qstate->minfo[id] = NULL;
}

size_t get_mem(struct module_env* env, int id) {
  (void)env;
  (void)id;
  return lk_memory();
}
