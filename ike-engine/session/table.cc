#include "ike-engine/session/table.h"

#include <algorithm>
#include <array>

#include "ike-engine/session/answer_creation.h"
#include "ike-engine/session/auth.h"
#include "ike-engine/session/create_child.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/init.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/session/pulse.h"
#include "ike-engine/session/request_intermediate.h"
#include "ike-engine/session/respond_auth.h"
#include "ike-engine/session/respond_intermediate.h"

namespace latchkey::session {

namespace {

constexpr std::array kTransitions{
    Row{State::init_sent, Event::init_response, follow_candidate},
    Row{State::init_sent, Event::cookie, restart_with_cookie},
    Row{State::init_sent, Event::held_cookie_due, obey_held_cookie},
    Row{State::init_sent, Event::invalid_ke, restart_with_method},
    Row{State::init_sent, Event::init_refused, remember_refusal},
    Row{State::init_sent, Event::give_up, give_up},
    Row{State::init_sent, Event::close, abandon},

    // The candidates so far may all be forged, so replies to IKE_SA_INIT count until one has passed.
    Row{State::auth_sent, Event::init_response, follow_candidate},
    Row{State::auth_sent, Event::cookie, restart_with_cookie},
    Row{State::auth_sent, Event::held_cookie_due, obey_held_cookie},
    Row{State::auth_sent, Event::invalid_ke, restart_with_method},
    Row{State::auth_sent, Event::init_refused, remember_refusal},
    Row{State::auth_sent, Event::intermediate_response, finish_key_exchange},
    Row{State::auth_sent, Event::auth_response, install},
    Row{State::auth_sent, Event::auth_refused, drop_candidate},
    Row{State::auth_sent, Event::auth_unanswered, drop_candidate},
    Row{State::auth_sent, Event::give_up, give_up},
    Row{State::auth_sent, Event::close, abandon},

    Row{State::half_open, Event::intermediate_request, answer_intermediate},
    Row{State::half_open, Event::auth_request, admit},
    Row{State::half_open, Event::critical_request, turn_away_critical},
    Row{State::half_open, Event::garbled_request, turn_away_garbled},
    Row{State::half_open, Event::give_up, forget_half_open},

    Row{State::established, Event::informational_request, answer_informational},
    Row{State::established, Event::create_child_sa_request, answer_create_child_sa},
    Row{State::established, Event::critical_request, answer_unsupported_critical_payload},
    Row{State::established, Event::garbled_request, answer_invalid_syntax},
    Row{State::established, Event::informational_response, conclude_informational},
    Row{State::established, Event::create_child_sa_response, conclude_creation},
    Row{State::established, Event::unanswered, declare_dead},
    Row{State::established, Event::rekeying_due, rekey},
    Row{State::established, Event::child_rekeying_due, rekey_child},
    Row{State::established, Event::child_over, end_child},
    Row{State::established, Event::lifetime_over, end_of_life},
    Row{State::established, Event::pulse_due, feel_pulse},
    Row{State::established, Event::superseded, retire},
    Row{State::established, Event::replaced, make_way},
    Row{State::established, Event::doubted, ask_for_life},
    Row{State::established, Event::close, close_established},

    Row{State::bystander, Event::informational_request, answer_while_leaving},
    Row{State::bystander, Event::create_child_sa_request, refuse_for_now},
    Row{State::bystander, Event::critical_request, answer_unsupported_critical_payload},
    Row{State::bystander, Event::garbled_request, answer_invalid_syntax},
    Row{State::bystander, Event::informational_response, conclude_as_bystander},
    Row{State::bystander, Event::unanswered, finish},
    Row{State::bystander, Event::superseded, retire},
    Row{State::bystander, Event::lifetime_over, retire},

    Row{State::abandoned, Event::late_answer, hang_up},
    Row{State::abandoned, Event::lifetime_over, vanish},

    Row{State::deleting, Event::informational_request, answer_while_leaving},
    Row{State::deleting, Event::create_child_sa_request, refuse_for_now},
    Row{State::deleting, Event::critical_request, answer_unsupported_critical_payload},
    Row{State::deleting, Event::garbled_request, answer_invalid_syntax},
    Row{State::deleting, Event::informational_response, conclude_while_deleting},
    Row{State::deleting, Event::create_child_sa_response, conclude_creation_while_deleting},
    Row{State::deleting, Event::unanswered, finish},

    Row{State::lingering, Event::lifetime_over, vanish},
};

}  // namespace

std::span<const Row> transitions() { return kTransitions; }

void dispatch(IkeSa& sa, Event event, Context& context, Input& input) {
  const auto row = std::find_if(kTransitions.begin(), kTransitions.end(),
                                [&](const Row& r) { return r.state == sa.state && r.event == event; });
  if (row == kTransitions.end()) {
    ++context.stats.dropped_no_transition;
    return;
  }
  sa.state = row->action(sa, context, input);
}

}  // namespace latchkey::session
