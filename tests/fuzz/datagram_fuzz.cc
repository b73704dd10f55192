// Everything that Engine::receive can be given, before authentication and behind it. The input is a script: its first
// octet says how far an honest server goes first, whether we ask it for an address and whom else we would believe, then
// come steps of (what, length, octets). Steps that need the IKE SA's keys get them from the test responder, so the
// fuzzer writes plaintext and the harness encrypts it.
//
// The oracle: a tunnel comes up only if the server's own IKE_SA_INIT reply and its own, unchanged identity, AUTH and
// selectors were delivered, and it is then exactly between the two hosts; a failure leaves nothing in the kernel.

#include <algorithm>
#include <cstdlib>
#include <deque>

#include "ike-engine/api/engine.h"
#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/ts.h"
#include "tests/fuzz/payload_edits.h"
#include "tests/sim/credentials.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/responder.h"
#include "tests/support/seeded_random.h"

namespace latchkey {
namespace {

using base::Buffer;
using base::Bytes;
using base::PayloadType;
using fuzz::edit;
using fuzz::find;
using fuzz::has_once;
using fuzz::same_auth;
using support::Payload;
using support::Payloads;

void check(bool truth) {
  if (!truth) std::abort();
}

crypto::PrivateKey server_key() {
  static const auto key = crypto::PrivateKey::from_ed25519_seed(Buffer(32, 7)).value();
  return key;
}

const base::Address kClient = *base::Address::parse("198.18.0.1");
const base::Address kServer = *base::Address::parse("198.18.0.2");
const base::Address kLease = *base::Address::parse("100.64.0.9");
constexpr std::uint8_t kAsksForAddress = 4;
constexpr std::uint8_t kBelievesOthers = 8;  ///< who has a certificate or a shared secret, too; the server sends one
constexpr std::string_view kServerName = "server.example";
constexpr std::size_t kMaxSteps = 24;

enum class Step : std::uint8_t {
  raw,            // the octets as they are
  init_reply,     // header of a reply to our newest IKE_SA_INIT, then: type of the first payload, chain
  sealed,         // what is odd about the header, type of the first payload, content of SK
  fragment,       // the same with total and number before the type, and SKF
  edited_init,    // the server's reply with an octet changed: where, by what
  edited_auth,    // the server's reply with a payload changed before it was sealed
  honest,         // what the server last said, if it has not been delivered yet
  server_speaks,  // liveness check, DELETE, CREATE_CHILD_SA
  time,           // so many tenths of a second
  close,
  count,
};

bool is_host(const Payload& payload, const base::Address& host) {
  const auto selectors = wire::parse_ts(payload.body);
  return selectors && *selectors == std::vector{wire::TrafficSelector::host(host)};
}

/// Whether an edited reply may still bring a tunnel up.
bool may_establish(const Payloads& before, const Payloads& after) {
  using enum PayloadType;
  for (const PayloadType type : {idr, auth, sa, tsi, tsr}) {
    if (!has_once(before, type) || !has_once(after, type)) return false;
  }
  return find(before, idr)->body == find(after, idr)->body &&
         same_auth(find(before, auth)->body, find(after, auth)->body) &&
         (is_host(*find(after, tsi), kClient) || is_host(*find(after, tsi), kLease)) &&
         is_host(*find(after, tsr), kServer);
}

class World {
 public:
  explicit World(std::uint8_t mode)
      : mode_(mode),
        engine_({}, random_, kernel_),
        server_(server_key(), behaviour(), [this](auto out) { random_.fill(out); }) {
    api::ConnectRequest request;
    request.local = {kClient, 500};
    request.remote = kServer;
    request.keys = {server_.dns_key()};
    request.deadline = now_ + std::chrono::seconds(60);
    request.request_address = (mode_ & kAsksForAddress) != 0;
    if ((mode_ & kBelievesOthers) != 0) {
      engine_.set_wall_clock(std::chrono::seconds(sim::kStoryDay) - now_.time_since_epoch());
      for (const auto kind : {api::ProofKind::certificate, api::ProofKind::shared_secret})
        request.peers.push_back(sim::demanded_proof(sim::Side::server, kind, kServerName));
    }
    session_ = engine_.connect(request, now_).value();
    collect();
  }
  ~World() {
    engine_.close(session_, now_);
    collect();
  }

  void play(base::Reader& r) {
    for (unsigned rounds = mode_ % 4; rounds > 0; --rounds) deliver_honest();
    for (std::size_t i = 0; i < kMaxSteps && r.left() > 0; ++i) {
      const Step step{static_cast<std::uint8_t>(r.u8() % static_cast<unsigned>(Step::count))};
      const std::size_t length = r.u8();
      base::Reader octets(r.bytes(std::min(length, r.left())));
      take(step, octets);
    }
  }

 private:
  support::Behaviour behaviour() {
    support::Behaviour behaviour;
    behaviour.edit_auth = [this](Payloads& payloads) {
      if ((mode_ & kAsksForAddress) != 0) lease(payloads);
      if ((mode_ & kBelievesOthers) != 0) certify(payloads);
      true_auth_ = payloads;
    };
    return behaviour;
  }

  static void certify(Payloads& payloads) {
    for (const Buffer& der : sim::own_proof(sim::Side::server, api::ProofKind::certificate, kServerName).certificates)
      payloads.push_back(support::payload(PayloadType::cert, wire::Cert{base::CertEncoding::x509_signature, der}));
  }

  static void lease(Payloads& payloads) {
    const auto tsi = std::ranges::find(payloads, PayloadType::tsi, &Payload::type);
    if (tsi == payloads.end()) return;
    *tsi = support::payload(PayloadType::tsi, std::vector{wire::TrafficSelector::host(kLease)});
    payloads.insert(tsi, support::payload(PayloadType::cp, wire::Cp{2, {{1, kLease.bytes()}}}));
  }

  void take(Step step, base::Reader& r) {
    switch (step) {
      case Step::raw: receive(r.rest()); break;
      case Step::init_reply: forge_init(r); break;
      case Step::sealed:
      case Step::fragment: forge_sealed(step, r); break;
      case Step::edited_init: edited_init(r); break;
      case Step::edited_auth: edited_auth(r); break;
      case Step::honest: deliver_honest(); break;
      case Step::server_speaks: speak(r.u8()); break;
      case Step::time: wait(std::chrono::milliseconds(100 * r.u8())); break;
      default: engine_.close(session_, now_); collect();
    }
  }

  void receive(Bytes octets) {
    const Buffer exact = base::to_buffer(octets);
    engine_.receive(exact, path_, now_);
    collect();
  }

  void forge_init(base::Reader& r) {
    wire::Header header;
    header.spi_i = client_spi_;
    header.spi_r.value = r.u8();
    header.exchange = base::ExchangeType::ike_sa_init;
    header.response = true;
    header.next_payload = PayloadType{r.u8()};
    const Bytes chain = r.rest();
    header.length = static_cast<std::uint32_t>(wire::kHeaderSize + chain.size());
    base::Writer out;
    write(out, header);
    out.bytes(chain);
    receive(out.view());
  }

  /// The header of what the server would send now: its reply to IKE_AUTH, or a request of its own.
  wire::Header next_of_server(const support::ResponderSa& sa) const {
    wire::Header header;
    header.spi_i = sa.spi_i;
    header.spi_r = sa.spi_r;
    header.response = !established_;
    header.exchange = established_ ? base::ExchangeType::informational : base::ExchangeType::ike_auth;
    header.message_id.value = established_ ? server_requests_ : 1;
    return header;
  }

  void forge_sealed(Step step, base::Reader& r) {
    support::ResponderSa* sa = server_.newest();
    if (sa == nullptr) return;
    wire::Header header = next_of_server(*sa);
    const std::uint8_t odd = r.u8();  // one message in four is of another exchange, direction or number
    if (odd % 4 == 3) {
      header.exchange = base::ExchangeType{static_cast<std::uint8_t>(34 + odd / 4 % 4)};
      header.response = (odd & 64) != 0;
      header.message_id.value = r.u8() % 4U;
    } else if (header.exchange == base::ExchangeType::informational && odd % 4 == 2) {
      header.exchange = base::ExchangeType::create_child_sa;
    }
    const auto [number, total] = step == Step::fragment ? fuzz::fragment_numbers(r) : fuzz::FragmentNumbers{};
    const PayloadType first{r.u8()};
    receive(sa->sealing.seal_part(header, first, r.rest(), number, total));
    if (established_ && !header.response && number == total) ++server_requests_;
  }

  void edited_init(base::Reader& r) {
    support::ResponderSa* sa = server_.newest();
    if (sa == nullptr || sa->init_reply.empty()) return;  // one that came of a rekeying has none
    Buffer reply = sa->init_reply;
    const std::size_t where = r.u16() % reply.size();
    const std::uint8_t by = r.u8();
    reply[where] ^= by;
    if (by == 0) true_init_ = true;
    receive(reply);
  }

  void edited_auth(base::Reader& r) {
    support::ResponderSa* sa = server_.newest();
    if (sa == nullptr || true_auth_.empty()) return;
    Payloads payloads = true_auth_;
    edit(payloads, r);
    if (may_establish(true_auth_, payloads)) true_auth_delivered_ = true;
    wire::Header header;
    header.spi_i = sa->spi_i;
    header.spi_r = sa->spi_r;
    header.exchange = base::ExchangeType::ike_auth;
    header.response = true;
    header.message_id.value = 1;
    const auto chain = support::chain_of(payloads);
    for (const Buffer& datagram : sa->sealing.seal(header, chain.first(), chain.view())) receive(datagram);
  }

  void deliver_honest() {
    if (pending_.empty()) return;
    const Buffer next = pending_.front();
    pending_.pop_front();
    const auto header = wire::parse_header(next);
    (header->exchange == base::ExchangeType::ike_sa_init ? true_init_ : true_auth_delivered_) = true;
    receive(next);
  }

  void speak(std::uint8_t what) {
    support::ResponderSa* sa = server_.newest();
    if (sa == nullptr || !sa->child) return;
    sa->next_request = server_requests_;
    using support::Create;
    std::vector<api::Datagram> out;
    switch (what % 6) {
      case 0: out = server_.send_liveness_check(); break;
      case 1: out = server_.send_delete_child(); break;
      case 2: out = server_.send_delete_ike(); break;
      case 3: out = server_.send_create_child(Create::new_child); break;
      case 4: out = server_.send_create_child(Create::rekey_child); break;
      default: out = server_.send_create_child(Create::rekey_ike); break;
    }
    for (const auto& datagram : out) receive(datagram.bytes);
    ++server_requests_;
  }

  void wait(base::Duration span) {
    now_ += span;
    engine_.expire(now_);
    check(engine_.next_deadline() > now_);
    collect();
  }

  // The engine's datagrams go to the server, whose replies wait until a step delivers them.
  void collect() {
    api::Output out = engine_.take_output();
    check(out.datagrams.size() <= 16);
    for (const auto& event : out.events) judge(event);
    for (const auto& datagram : out.datagrams) {
      const auto header = wire::parse_header(datagram.bytes);
      check(header.has_value());
      if (header->exchange == base::ExchangeType::ike_sa_init) client_spi_ = header->spi_i;
      path_ = datagram.path;
      const api::Path back{datagram.path.remote, datagram.path.local, datagram.path.nat_port};
      for (auto& reply : server_.receive(datagram.bytes, back)) pending_.push_back(std::move(reply.bytes));
    }
    if (!established_) check(kernel_.live() == 0);
  }

  void judge(const api::Event& event) {
    if (const auto* up = std::get_if<api::Established>(&event)) {
      check(true_init_ && true_auth_delivered_);
      established_ = true;
      const api::ChildSa& child = kernel_.installed().back().child;
      check(child.local == kClient && child.remote == kServer && child.suite.key_bits == 256);
      check(!child.inner_remote &&
            (!child.inner_local || ((mode_ & kAsksForAddress) != 0 && *child.inner_local == kLease)));
      check(up->spi_in == child.spi_in && up->spi_out == child.spi_out && kernel_.live() == 1);
    }
    if (std::holds_alternative<api::Failed>(event)) check(kernel_.live() == (established_ ? 1U : 0U));
  }

  std::uint8_t mode_;
  support::SeededRandom random_{42};
  support::FakeKernel kernel_;
  base::TimePoint now_{};
  api::Engine engine_;
  api::SessionId session_;
  api::Path path_;
  base::IkeSpi client_spi_;
  std::deque<Buffer> pending_;
  Payloads true_auth_;
  bool true_init_ = false;
  bool true_auth_delivered_ = false;
  bool established_ = false;
  std::uint32_t server_requests_ = 0;  ///< the next message ID of the server's own requests, as far as we keep count
  support::Responder server_;
};

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  latchkey::base::Reader script({data, size});
  latchkey::World world(script.u8());
  world.play(script);
  return 0;
}
