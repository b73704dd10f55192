#ifndef LATCHKEY_SHIM_H
#define LATCHKEY_SHIM_H
/*
 * The border between Unbound and the C++ side: plain structs and functions, in C.
 *
 * Only the sources shim*.c include Unbound's headers. What is named lk_* and stands under "Unbound's side" is in
 * them and may be called only from within one of the calls under "our side", on the same thread.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A view of octets that the other side owns; valid during the call. */
struct lk_bytes {
  const uint8_t* data;
  size_t size;
};

enum lk_security { LK_INSECURE = 0, LK_SECURE = 1, LK_BOGUS = 2 };
enum lk_section { LK_ANSWER = 0, LK_AUTHORITY = 1, LK_ADDITIONAL = 2 };

struct lk_rrset {
  struct lk_bytes owner; /* wire form */
  uint16_t type;
  enum lk_section section;
  enum lk_security security;
  uint32_t ttl_s;
  uint32_t signed_for_s; /* until the first of its signatures ends; UINT32_MAX without a signature */
  size_t count;
  const struct lk_bytes* rdata; /* count of them, without the length */
};

/* What a lookup brought. rcode < 0: nothing, the lookup failed. */
struct lk_answer {
  int rcode;
  enum lk_security security; /* of the whole */
  size_t count;
  const struct lk_rrset* rrsets;
};

/* A change of one RRset of the current answer. */
struct lk_edit {
  size_t rrset;                   /* its place in lk_answer */
  int drop;                       /* leave it out */
  uint32_t ttl_cap_s;             /* no record's TTL is above; UINT32_MAX for none */
  const uint8_t* keep;            /* one octet a record, 0: leave it out; NULL: keep all */
  const struct lk_bytes* replace; /* new rdata for each record that stays; NULL: as they are */
};

struct lk_question {
  struct lk_bytes name; /* wire form, as the client wrote it */
  uint16_t type;
  uint16_t qclass;
  int recursion;         /* RD */
  int checking_disabled; /* CD */
  int internal;          /* priming or a validator's lookup: never ours */
};

/* One `access-control:` line, or an `interface-action:` one, whose network is the interface's address or name. */
struct lk_access {
  const char* network;
  const char* action;
  int interface;
};

/* What the host's configuration says. Valid during lk_start(). */
struct lk_facts {
  const char* module_config;
  const char* loaded_as;  /* dynlib-file */
  int discard_timeout_ms; /* 0: none */
  int wait_limit;         /* 0: none */
  size_t jostle_ms;
  size_t queries_per_thread;
  int trust_anchors;      /* whether any is configured */
  int permissive;         /* val-permissive-mode */
  int serve_expired;      /* answers beyond their TTL */
  int serve_original_ttl; /* a hit in the cache has the TTL that the record came with */
  int full_answers;       /* minimal-responses: no */
  int local_data;         /* whether there is any, also in a view or for a tag */
  int auth_zones;         /* whether clients are answered from any */
  size_t access_count;
  const struct lk_access* access;
};

/* An IP address in network order: 4 or 16 octets, or none. */
struct lk_address {
  uint8_t octets[16];
  size_t size;
};

enum lk_next {
  LK_PASS_ON, /* let the next module work */
  LK_HOLD,    /* wait: a lookup, a timer or an outcome runs the question again */
  LK_FINISHED
};

enum lk_level { LK_ERROR, LK_WARNING, LK_INFO };

/* ---- our side (module.cc); none of them throws ---- */

/* Starts or, after a reload, goes on. 0: refused; the reason has been logged. */
int lk_start(const struct lk_facts* facts);
void lk_stop(void);
/* Whether the running program is the Unbound (or testbound) that this object was built for. Logs why not. */
int lk_right_host(void);

/* A new question; its story's state is returned for the calls below, NULL if it is none of ours or memory is short
 * (then *next says which of the two: LK_PASS_ON, or LK_FINISHED with SERVFAIL). */
void* lk_begin(void* query, const struct lk_question* question, enum lk_next* next);
/* The next modules are done with it. */
enum lk_next lk_resolved(void* story);
/* Run again by a lookup, a timer or an outcome. */
enum lk_next lk_again(void* story);
/* A lookup that was attached has ended. */
void lk_looked_up(void* story, struct lk_bytes name, uint16_t type, const struct lk_answer* answer);
/* The question is gone. */
void lk_end(void* story);
/* Extended DNS Error of a refused question: 0 and the two values, or -1. text is static or lives as the story. */
int lk_extended_error(const void* story, uint16_t* code, const char** text);
/* The same of what a module in front of us would have made of an answer that may not be given on. */
void lk_not_given_on_error(uint16_t* code, const char** text);
/* Octets held by this worker's stories. */
size_t lk_memory(void);
/* The eventfd of the calling worker is readable. */
void lk_readable(void* worker);

/* ---- Unbound's side (shim*.c) ---- */

/* Starts a lookup beside the question. Only before LK_PASS_ON. */
void lk_look_up_beside(void* query, struct lk_bytes name, uint16_t type);
/* Joins or starts a lookup with or without CD; lk_looked_up() follows once the call has returned LK_HOLD. It may be a
 * client's own question, which ends when that is answered. 0: could not (that one waits for this one; memory). */
int lk_look_up(void* query, struct lk_bytes name, uint16_t type, int cd);
/* The answer as it stands; valid until the call ends or the answer is changed. */
const struct lk_answer* lk_current(void* query);
/* 1: somebody waits for it, or for what the module in front of us (dns64) makes of it; 2: and somebody of these has set
 * DO; 4: nobody of them waits for the answer itself (bit 1 is set then). */
int lk_clients(void* query);
/* The client that has waited longest for the answer itself, or else for what the module in front of us makes of it; of
 * a proxy's, the one that it names. Without octets: nobody who has an address. */
struct lk_address lk_first_client(void* query);
/* Puts the answer into the cache: its RRsets only, or as a message too; but no message if the question came without RD
 * or a module stands in front of us, which stores its own. */
void lk_store(void* query, int with_message);
/* Keeps a failed resolution in the cache for as long as Unbound itself would (5 s), unless something is there or a
 * module stands in front of us. */
void lk_store_failure(void* query);
/* Puts the answer to a question with RD into the cache as a message, for ttl_s seconds at most, with RRsets that
 * nothing else changes. serial is another one each time. Only with no module in front of us. */
void lk_store_while_up(void* query, uint32_t ttl_s, uint32_t serial);
/* Takes the messages for A, AAAA and the question's own type of its name out of the cache, but for those that
 * lk_store_while_up() has put there. */
void lk_uncache(void* query);
/* The caches; good as long as the calling thread's event loop lives. */
void* lk_cache(void* query);
/* Takes the messages for A and AAAA of the name out of the cache, whoever put them there. */
void lk_drop(void* cache, struct lk_bytes name);
/* Takes all messages out of the cache. */
void lk_drop_all(void* cache);
/* Replaces the answer by an edited copy. altered: not what its owner signed: AD is cleared. 0: memory. */
int lk_rewrite(void* query, const struct lk_edit* edits, size_t count, int altered);
/* Replaces the answer by one without records of the question's type. 0: memory. */
int lk_no_data(void* query, uint32_t ttl_s);
/* Replaces the answer by SERVFAIL; `why` (a line for Unbound's log) is copied. No expired answer takes its place. */
void lk_refuse(void* query, const char* why);
/* The same with REFUSED. */
void lk_refuse_by_policy(void* query, const char* why);
/* Runs the question again in ms milliseconds; replaces an earlier one. 0: memory. */
int lk_set_timer(void* query, uint32_t ms);
void lk_clear_timer(void* query);
/* Nothing of this question goes into a cache unless lk_store() puts it there. */
void lk_keep_uncached(void* query);
/* The modules below look for the answer in no cache. */
void lk_look_in_no_cache(void* query);
/* What the module in front of us makes of the answer may be given out, and kept if `kept`. Without this call it is
 * SERVFAIL for everybody, and nothing that is in front of us keeps the answer. */
void lk_give_on(void* query, int kept);
/* Runs the question again, now. It may be gone afterwards. */
void lk_resume(void* query);
/* Calls lk_readable(worker) in this thread's event loop when fd is readable. NULL: no event loop (testbound) or memory.
 */
void* lk_watch(void* query, int fd, void* worker);
/* After the thread's event loop is gone. */
void lk_unwatch(void* watch);
/* Microseconds on a clock that only goes forward (in testbound: the replay's). */
uint64_t lk_now_us(void* query);
/* One line into Unbound's log. */
void lk_log(enum lk_level level, const char* line);

#ifdef __cplusplus
}
#endif
#endif
