#include "ike-engine/session/heir.h"

#include <algorithm>

#include "ike-engine/session/exchange.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/session/sa_keys.h"

namespace latchkey::session {

namespace {

// How long a peer may take to delete an IKE SA that it has replaced.
constexpr base::Duration kBystanderLife = std::chrono::seconds(60);

bool goes_along(const Wish& wish) {
  return wish.errand == Errand::delete_child || wish.errand == Errand::disown_child ||
         wish.errand == Errand::new_child || wish.errand == Errand::rekey_child;
}

}  // namespace

base::Result<std::unique_ptr<IkeSa>> make_heir(const IkeSa& old, const Context& context, const HeirTerms& terms) {
  // RFC 7296 section 2.18
  //= Because the rekeying exchange belongs to the old IKE SA, it is the old IKE SA's PRF that is used to generate
  //= SKEYSEED.
  const auto seed = crypto::skeyseed_rekey(old.suite.prf, old.sk_d.view(), terms.g_ir, terms.nonce_i, terms.nonce_r);
  if (!seed) return std::unexpected(seed.error());
  // RFC 7296 section 2.18
  //= SK_d, SK_ai, SK_ar, SK_ei, and SK_er are computed from SKEYSEED as specified in Section 2.14, using SPIi, SPIr, Ni,
  //= and Nr from the new exchange, and using the new IKE SA's PRF.
  auto keys =
      derive_sa_keys(terms.suite, terms.role, seed->view(), {terms.nonce_i, terms.nonce_r, terms.spi_i, terms.spi_r});
  if (!keys) return std::unexpected(keys.error());
  auto heir = std::make_unique<IkeSa>();
  heir->role = terms.role;
  heir->spi_i = terms.spi_i;
  heir->spi_r = terms.spi_r;
  heir->state = State::bystander;
  heir->path = old.path;
  heir->protection = std::move(keys->protection);
  heir->suite = terms.suite;
  heir->sk_d = std::move(keys->keys.sk_d);
  heir->fragmentation = old.fragmentation;
  heir->encapsulated = old.encapsulated;
  heir->behind_nat = old.behind_nat;
  // RFC 7296 section 2.18
  //= The new IKE SA MUST reset its message counters to 0.
  heir->next_request = base::MessageId{0};
  heir->last_heard = heir->last_sent = context.now;
  heir->ends_at = context.now + kBystanderLife;
  return heir;
}

void hand_over(IkeSa& old, IkeSa& heir, Context& context) {
  // RFC 7296 section 2.8
  //= An IKE SA so created inherits all of the original IKE SA's Child SAs, and the new IKE SA is used for all control
  //= messages needed to maintain those Child SAs.
  std::ranges::move(old.children, std::back_inserter(heir.children));
  old.children.clear();
  std::ranges::copy_if(old.wishes, std::back_inserter(heir.wishes), goes_along);
  old.wishes.clear();
  heir.session = std::exchange(old.session, nullptr);
  if (heir.session != nullptr) heir.session->current = heir.own_spi();
  heir.rekeying_refused = old.rekeying_refused;
  heir.pulse = old.pulse;
  heir.complaints = old.complaints;
  heir.state = State::established;
  begin_ike_life(heir, context);
  tell(context, heir, "ike_sa_rekeyed", {});
  (void)pursue(heir, context);  // what came along has waited long enough
}

State stand_by(IkeSa& sa, Context& context) {
  sa.renew_at = base::kNever;
  sa.ends_at = context.now + kBystanderLife;
  return State::bystander;
}

}  // namespace latchkey::session
