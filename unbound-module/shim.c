/*
 * Our life in Unbound: six entry points, which dynlib finds by name, and the functions of shim.h that let the C++ side
 * act on a question. Others of these are in shim_answer.c (what an answer says and how it is changed), shim_cache.c and
 * shim_front.c. Nothing is decided here.
 */
#include "unbound-module/shim_unbound.h"

#include <string.h>
#include <sys/time.h>
#include <time.h>

int our_place;

/* ---- Unbound's side of shim.h ---- */

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

void lk_look_in_no_cache(void* query) { ((struct module_qstate*)query)->no_cache_lookup = 1; }

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

/* Makes an answer that is about to be written a SERVFAIL. */
static void empty(struct reply_info* rep) {
  FLAGS_SET_RCODE(rep->flags, LDNS_RCODE_SERVFAIL);
  rep->security = sec_status_insecure;
  rep->an_numrrsets = rep->ns_numrrsets = rep->ar_numrrsets = rep->rrset_count = 0;
}

/* Unbound calls it for each reply that no cache hit gives, before it is written. A reply that a module in front of us
 * has made of what was withheld becomes SERVFAIL here, by our changing it. Then the reason is added to a SERVFAIL or
 * REFUSED of ours, if the client sent EDNS. */
static int explain(struct query_info* qinfo, struct module_qstate* qstate, struct reply_info* rep, int rcode,
                   struct edns_data* edns, struct edns_option** opt_list_out, struct comm_reply* repinfo,
                   struct regional* region, struct timeval* start_time, int id, void* callback) {
  struct hold* hold = qstate && id >= 0 && id < MAX_MODULE ? (struct hold*)qstate->minfo[id] : NULL;
  uint8_t option[2 + 160];
  const char* text = NULL;
  uint16_t code = 0;
  size_t length;
  (void)qinfo, (void)repinfo, (void)start_time, (void)callback;
  if (!hold) return 1;
  if (hold->withheld && rcode == LDNS_RCODE_NOERROR && rep) empty(rep);
  if (!edns || !edns->edns_present) return 1;
  if (hold->withheld) {
    code = hold->error_code;
    text = hold->error_text;
  } else if (!hold->story || lk_extended_error(hold->story, &code, &text) != 0) {
    return 1;
  }
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
  facts->local_data = config->local_data || config->acl_tag_datas || config->interface_tag_datas;
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
  facts.trust_anchors = env->cfg->trust_anchor_file_list || env->cfg->trust_anchor_list ||
                        env->cfg->auto_trust_anchor_file_list || env->cfg->trusted_keys_file_list;
  facts.permissive = env->cfg->val_permissive_mode;
  facts.serve_expired = env->cfg->serve_expired;
  facts.serve_original_ttl = env->cfg->serve_original_ttl;
  facts.full_answers = !env->cfg->minimal_responses;
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
  /* A reload may keep the cache: what an earlier configuration let into it would be given out past this one. */
  slabhash_clear(env->msg_cache);
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
  hold = (struct hold*)qstate->minfo[id];
  if (next == LK_FINISHED && our_place > 0 && hold && hold->story) hand_to_the_front(qstate, hold);
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
