/*
 * Who waits for a question's answer, also through the module in front of us, and what that gets of it. dns64 asks for A
 * and makes AAAA of it for clients of another question; what it has made passes explain() in shim.c and nothing else of
 * ours. Nothing is decided here.
 */
#include "unbound-module/shim_unbound.h"

#include <string.h>

/* Of one question: as lk_clients(), without those that wait in front of us. */
static int clients_of(const struct mesh_state* mesh) {
  int found = mesh->reply_list || mesh->cb_list ? 1 : 0;
  for (const struct mesh_reply* r = mesh->reply_list; r; r = r->next)
    if (r->edns.edns_present && (r->edns.bits & EDNS_DO)) found |= 2;
  for (const struct mesh_cb* c = mesh->cb_list; c; c = c->next)
    if (c->edns.edns_present && (c->edns.bits & EDNS_DO)) found |= 2;
  return found;
}

/* Whether this question waits for another one's answer in a module in front of us, which will make its own of it. */
static int waits_in_front(const struct mesh_state_ref* super) { return super->s->s.curmod < our_place; }

int lk_clients(void* query) {
  struct mesh_state* mesh = ((struct module_qstate*)query)->mesh_info;
  struct mesh_state_ref* super;
  const int own = clients_of(mesh);
  int found = own;
  RBTREE_FOR(super, struct mesh_state_ref*, &mesh->super_set) if (waits_in_front(super)) found |= clients_of(super->s);
  return found && !own ? found | 4 : found;
}

/* A new client is put in front of those who wait already. */
static const struct sockaddr_storage* oldest_client(const struct mesh_state* mesh) {
  const struct sockaddr_storage* from = NULL;
  for (const struct mesh_reply* r = mesh->reply_list; r; r = r->next) from = &r->query_reply.client_addr;
  return from;
}

struct lk_address lk_first_client(void* query) {
  struct mesh_state* mesh = ((struct module_qstate*)query)->mesh_info;
  const struct sockaddr_storage* from = oldest_client(mesh);
  struct mesh_state_ref* super;
  struct lk_address address;
  memset(&address, 0, sizeof(address));
  RBTREE_FOR(super, struct mesh_state_ref*, &mesh->super_set)
  if (!from && waits_in_front(super)) from = oldest_client(super->s);
  if (from && from->ss_family == AF_INET) {
    address.size = sizeof(struct in_addr);
    memcpy(address.octets, &((const struct sockaddr_in*)from)->sin_addr, address.size);
  } else if (from && from->ss_family == AF_INET6) {
    address.size = sizeof(struct in6_addr);
    memcpy(address.octets, &((const struct sockaddr_in6*)from)->sin6_addr, address.size);
  }
  return address;
}

void lk_give_on(void* query, int kept) {
  struct hold* hold = hold_of(query);
  if (!hold) return;
  hold->given_on = 1;
  hold->kept = kept;
}

/* Nobody gets what the question `super` makes of this one's answer. 0: memory. */
static int withhold(struct module_qstate* super, const struct hold* from) {
  struct hold* hold = hold_of(super);
  const char* text = NULL;
  if (!hold) super->minfo[our_place] = hold = regional_alloc_zero(super->region, sizeof(*hold));
  if (!hold) return 0;
  if (lk_extended_error(from->story, &hold->error_code, &text) != 0) lk_not_given_on_error(&hold->error_code, &text);
  hold->error_text = text ? regional_strdup(super->region, text) : NULL;
  hold->withheld = 1;
  lk_refuse(super, "latchkey: no address is made of this name's"); /* dns64 may still make an answer: see explain() */
  return 1;
}

void hand_to_the_front(struct module_qstate* qstate, const struct hold* hold) {
  struct mesh_state_ref* super;
  if (!hold->kept && qstate->return_msg && qstate->return_msg->rep) qstate->return_msg->rep->ttl = 0;
  if (hold->given_on) return;
  RBTREE_FOR(super, struct mesh_state_ref*, &qstate->mesh_info->super_set)
  if (waits_in_front(super) && !withhold(&super->s->s, hold)) lk_refuse(qstate, "latchkey: out of memory");
}
