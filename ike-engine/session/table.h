#pragma once
// The state machine of an IKE SA as a table.

#include <span>

#include "ike-engine/session/auth_payloads.h"
#include "ike-engine/session/context.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/ts.h"

namespace latchkey::session {

/// What can happen to an IKE SA. An event from the network exists only when the message behind it was well-formed and,
/// where it is protected, its ICV right.
enum class Event : std::uint8_t {
  init_response,          ///< an acceptable reply to IKE_SA_INIT, unauthenticated
  cookie,                 ///< unauthenticated
  held_cookie_due,        ///< the time that a true reply had is over
  invalid_ke,             ///< unauthenticated
  init_refused,           ///< an error notify or an unacceptable reply, unauthenticated
  intermediate_request,   ///< as responder: IKE_INTERMEDIATE with the key exchange that is due
  intermediate_response,  ///< the same of a candidate's reply
  auth_request,           ///< as responder: IKE_AUTH, opened and well-formed; what it claims is not yet judged
  auth_response,          ///< a candidate's IKE_AUTH reply whose AUTH a key of the server verifies
  auth_refused,           ///< a candidate's reply to IKE_INTERMEDIATE or IKE_AUTH that leads nowhere
  auth_unanswered,        ///< a candidate's IKE_INTERMEDIATE or IKE_AUTH was sent often enough
  late_answer,            ///< to the IKE_AUTH of a negotiation that has been given up
  informational_request,
  create_child_sa_request,
  critical_request,  ///< holds an unknown payload with the critical bit
  garbled_request,   ///< its ICV is right, its payloads are not
  informational_response,
  create_child_sa_response,
  unanswered,          ///< our request in the IKE SA was sent often enough
  give_up,             ///< the negotiation's deadline or grace is over
  rekeying_due,        ///< of the IKE SA
  child_rekeying_due,  ///< of Input::child, by time or as the kernel says
  child_over,          ///< its time
  lifetime_over,
  pulse_due,   ///< the kernel's counters are to be read
  replaced,    ///< the client has come again
  doubted,     ///< somebody else wants what the client holds
  superseded,  ///< another IKE SA carries the session's tunnel now
  close,       ///< the caller wants no more of it
};

/// A candidate's IKE_AUTH reply after its AUTH was verified. Views point into Input::content.
struct AuthReply {
  Proven proven;  ///< points into the session's trusted
  base::Bytes idr;
  std::optional<wire::Sa> sa;
  std::vector<wire::TrafficSelector> tsi, tsr;
  std::optional<wire::Cp> cp;
  bool transport = false;
  bool with_ppk = false;           ///< the server has used the PPK that we named
  base::NotifyType child_error{};  ///< 0: none
};

/// What an event carries; which of it depends on the event.
struct Input {
  api::Path path;
  wire::Header header;
  base::Buffer content;                    ///< the plaintext of a protected message
  base::Buffer head;                       ///< intermediate_*: what stood before it, as Opened has it
  std::vector<wire::RawPayload> payloads;  ///< views into content
  base::PayloadType critical{};            ///< critical_request: the type of the first one that is unknown
  bool garbled = false;                    ///< of a response: its payloads can't be told apart
  std::optional<Candidate> candidate;      ///< init_response
  base::Buffer cookie;                     ///< cookie
  base::KeMethod method{};                 ///< invalid_ke
  Failure failure;                         ///< init_refused, auth_refused
  std::size_t which = 0;                   ///< of a candidate's reply: its index
  std::optional<wire::Ke> ke;              ///< intermediate_*
  AuthReply auth;                          ///< auth_response
  AuthPayloads claim;                      ///< auth_request
  base::Spi child;                         ///< child_*: its spi_in
};

/// Acts and says which state comes next.
using Action = State (*)(IkeSa& sa, Context& context, Input& input);

struct Row {
  State state;
  Event event;
  Action action;
};

/// All rows; no pair of state and event stands twice.
std::span<const Row> transitions();

/// Does what the table says. No row: counted in dropped_no_transition, nothing changes.
void dispatch(IkeSa& sa, Event event, Context& context, Input& input);

}  // namespace latchkey::session
