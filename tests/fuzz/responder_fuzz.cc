// Everything that clients can say to an engine that serves, before authentication and behind it. The input is a script:
// its first octet says what the server is like, how clients prove who they are and how far the first one goes honestly,
// then come steps of (what, length, octets). Two clients take turns; the harness seals what they say, so a changed
// octet passes the ICV.
//
// The oracle: a child comes up only for a client whose identity and AUTH arrived as they were made, and is then between
// the server's host and the client's, or an address of the pool; what is not sealed is never longer than its question;
// when everybody has gone, no session, lease, child, reserved SPI or timer is left.

#include <array>
#include <cstdlib>
#include <deque>

#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/signature.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/fuzz/payload_edits.h"
#include "tests/sim/credentials.h"
#include "tests/sim/stranger.h"
#include "tests/support/responder.h"
#include "tests/support/toy_kem.h"

namespace latchkey {
namespace {

using base::Buffer;
using base::Bytes;
using base::ExchangeType;
using base::PayloadType;
using sim::Server;
using sim::Stranger;
using support::Payload;
using support::Payloads;

void check(bool truth) {
  if (!truth) std::abort();
}

constexpr std::size_t kMaxSteps = 24;
constexpr std::size_t kClients = 2;
constexpr std::uint32_t kFirstSpi = 0xc1000000;
const base::Address kServer = *base::Address::parse("198.51.100.7");
const base::Address kFirstLease = *base::Address::parse("100.64.0.2");
const base::Address kLastLease = *base::Address::parse("100.64.0.3");

enum class Step : std::uint8_t {
  raw,            // the octets as they are
  init,           // IKE_SA_INIT, edited
  intermediate,   // IKE_INTERMEDIATE, edited
  auth,           // IKE_AUTH, edited
  creation,       // CREATE_CHILD_SA for a child, another in the place of the newest, or an IKE SA; edited
  informational,  // DELETE of a child or of the IKE SA, or nothing; edited
  sealed,         // what is odd about the header, type of the first payload, content of SK
  fragment,       // the same with total and number before the type, and SKF
  honest,         // the client's next step, as it should be
  other_client,   // whose turn it is
  time,           // so many tenths of a second
  kernel,         // refuses to install, or installs again
  count,
};

/// The two highest bits: by which api::ProofKind the clients prove their name, where the server knows it.
enum Mode : std::uint8_t { kCookies = 4, kPool = 8, kAdditional = 16, kNamed = 32 };
constexpr std::string_view kName = "laptop.example";

api::ProofKind proof_of(std::uint8_t mode) {
  return (mode & kNamed) == 0 ? api::ProofKind::anonymous : api::ProofKind{static_cast<std::uint8_t>(mode >> 6)};
}

const support::ToyKem& kem() {
  static const support::ToyKem small(64, 64);
  return small;
}

api::EngineConfig config_of(std::uint8_t mode) {
  api::EngineConfig config;
  if ((mode & kAdditional) != 0) config.additional_exchanges = {{support::kToyMethod, &kem()}};
  return config;
}

api::ResponderConfig responder_of(std::uint8_t mode) {
  auto responder = sim::open_to_all();
  if ((mode & kCookies) != 0) responder.cookies_from = 0;
  if ((mode & kPool) != 0) responder.pools.push_back({kFirstLease, kLastLease});
  if ((mode & kNamed) == 0) return responder;
  for (const auto kind : {api::ProofKind::certificate, api::ProofKind::raw_key, api::ProofKind::shared_secret})
    responder.peers.insert(responder.peers.begin(), sim::demanded_proof(sim::Side::client, kind, kName));
  responder.ppks.push_back(sim::ppk_of(sim::Side::server, false));
  return responder;
}

wire::Sa esp_offer(std::uint32_t spi) {
  base::Writer out;
  out.u32(spi);
  return {{{1,
            base::ProtocolId::esp,
            out.take(),
            {{base::TransformType::encr, 20, 256, false}, {base::TransformType::esn, 1, {}, false}}}}};
}

std::vector<wire::TrafficSelector> anybody() {
  return {{0, 0, 65535, *base::Address::parse("0.0.0.0"), *base::Address::parse("255.255.255.255")}};
}

/// One of the clients and how far it is.
struct Client {
  Client(Server& server, std::uint64_t seed) : stranger(server, seed) {
    stranger.path.remote.address = *base::Address::parse(seed == 1 ? "192.0.2.1" : "192.0.2.2");
  }
  Stranger stranger;
  bool agreed = false;
  bool exchanged = false;         ///< the additional key exchange has been made, or failed
  bool proven = false;            ///< its identity and its AUTH have been delivered as they are
  std::uint32_t spi = kFirstSpi;  ///< of the child that it asked for last
};

class World {
 public:
  explicit World(std::uint8_t mode) : mode_(mode), server_(responder_of(mode), config_of(mode)) {
    server_.engine.set_wall_clock(std::chrono::seconds(sim::kStoryDay) - server_.now.time_since_epoch());
    for (std::uint64_t seed = 1; seed <= kClients; ++seed) clients_.emplace_back(server_, seed);
  }
  ~World() { leave(); }

  void play(base::Reader& r) {
    for (unsigned rounds = mode_ % 4; rounds > 0; --rounds) go_on();
    for (std::size_t i = 0; i < kMaxSteps && r.left() > 0; ++i) {
      const Step step{static_cast<std::uint8_t>(r.u8() % static_cast<unsigned>(Step::count))};
      const std::size_t length = r.u8();
      base::Reader octets(r.bytes(std::min(length, r.left())));
      take(step, octets);
      judge();
    }
  }

 private:
  Client& client() { return clients_[turn_]; }
  Stranger& stranger() { return clients_[turn_].stranger; }

  void take(Step step, base::Reader& r) {
    switch (step) {
      case Step::raw: (void)stranger().send(r.rest()); break;
      case Step::init: begin(r); break;
      case Step::intermediate: exchange(r); break;
      case Step::auth: authenticate(r); break;
      case Step::creation: create(r); break;
      case Step::informational: inform(r); break;
      case Step::sealed:
      case Step::fragment: forge(step, r); break;
      case Step::honest: go_on(); break;
      case Step::other_client: turn_ = (turn_ + 1) % kClients; break;
      case Step::time: wait(std::chrono::milliseconds(100 * r.u8())); break;
      default: server_.kernel.refuse_install = !server_.kernel.refuse_install;
    }
  }

  void go_on() {
    base::Reader nothing({});
    if (!client().agreed) return begin(nothing);
    if ((mode_ & kAdditional) != 0 && !client().exchanged) return exchange(nothing);
    if (!client().proven) return authenticate(nothing);
    create(nothing);
  }

  void begin(base::Reader& r) {
    Client& who = client();
    if (who.agreed) return;
    constexpr std::array kMethods = {support::kToyMethod};
    Payloads payloads = (mode_ & kAdditional) != 0 ? stranger().init_payloads(kMethods) : stranger().init_payloads();
    if (r.left() > 0) fuzz::edit(payloads, r);
    const std::size_t before = server_.trades.size();
    who.agreed = stranger().agree(payloads);
    const auto& answers = server_.trades[before].answers;
    if (who.agreed || answers.empty()) return;
    const auto message = wire::parse_message(answers.front());
    const auto cookie = message ? support::find_notify(message->payloads, base::NotifyType::cookie) : std::nullopt;
    if (!cookie) return;
    payloads.insert(payloads.begin(), support::notify_payload(base::NotifyType::cookie, *cookie));
    who.agreed = stranger().agree(payloads);
  }

  // Whatever has come of it, the client goes on with what it takes for the keys.
  void exchange(base::Reader& r) {
    Client& who = client();
    if (!who.agreed) return;
    who.exchanged = true;
    if (r.left() == 0) return void(stranger().exchange(support::kToyMethod, kem()));
    const auto own = kem().generate([this](base::MutableBytes out) { server_.random.fill(out); }).value();
    Payloads payloads = {support::payload(PayloadType::ke, wire::Ke{support::kToyMethod, own.public_key})};
    fuzz::edit(payloads, r);
    const auto answer = stranger().ask_intermediate(payloads);
    if (!answer) return void(--stranger().next_request);
    if (answer->first != PayloadType::ke) return;
    const auto ke = wire::parse_ke(answer->payloads().front().body);
    if (const auto secret = kem().decapsulate(own, ke->value)) stranger().mix(secret->view());
  }

  // IDi and AUTH of the client's kind; what belongs to them stands behind all others.
  Payloads identity() {
    const api::ProofKind kind = proof_of(mode_);
    if (kind == api::ProofKind::anonymous) return stranger().claim();
    const api::OwnProof own = sim::own_proof(sim::Side::client, kind, kName);
    Buffer id{static_cast<std::uint8_t>(own.id.type), 0, 0, 0};
    id.insert(id.end(), own.id.data.begin(), own.id.data.end());
    if (kind == api::ProofKind::shared_secret) {
      const auto proof =
          crypto::psk_auth(base::PrfId::hmac_sha2_256, own.shared_secret.view(), stranger().octets_of(id));
      return stranger().claim(id, wire::Auth{base::AuthMethod::shared_key, proof->view()});
    }
    const std::string_view pem{reinterpret_cast<const char*>(own.private_key.view().data()), own.private_key.size()};
    Payloads claim = stranger().claim(id, crypto::PrivateKey::from_pem(pem).value());
    for (const Buffer& certificate : own.certificates)
      claim.push_back(support::payload(PayloadType::cert, wire::Cert{base::CertEncoding::x509_signature, certificate}));
    return claim;
  }

  Payloads claim() {
    Payloads claim = identity();
    claim[2] = support::payload(PayloadType::sa, esp_offer(++client().spi));
    if ((mode_ & kPool) == 0) return claim;
    claim[3] = support::payload(PayloadType::tsi, anybody());
    claim.insert(claim.begin() + 2, support::payload(PayloadType::cp, wire::Cp{1, {{1, {}}}}));
    return claim;
  }

  void authenticate(base::Reader& r) {
    if (!client().agreed) return;
    const Payloads honest = claim();
    Payloads edited = honest;
    if (r.left() > 0) fuzz::edit(edited, r);
    const bool same_id = fuzz::has_once(edited, PayloadType::idi) &&
                         fuzz::find(edited, PayloadType::idi)->body == fuzz::find(honest, PayloadType::idi)->body;
    if (same_id && fuzz::has_once(edited, PayloadType::auth) &&
        fuzz::same_auth(fuzz::find(edited, PayloadType::auth)->body, fuzz::find(honest, PayloadType::auth)->body)) {
      client().proven = true;
    }
    if (!stranger().ask(ExchangeType::ike_auth, edited)) --stranger().next_request;
  }

  Payload rekeyed(std::uint32_t spi) {
    base::Writer octets;
    octets.u32(spi);
    return support::payload(PayloadType::notify,
                            wire::Notify{base::ProtocolId::esp, octets.view(), base::NotifyType::rekey_sa, {}});
  }

  // The key exchange of the first IKE_SA_INIT will do for another, and its nonce, too.
  Payloads creation(std::uint8_t what) {
    const Payloads init = stranger().init_payloads();
    if (what % 3 == 2) {
      wire::Sa offer = wire::parse_sa(init[0].body).value();
      offer.proposals.front().spi = {1, 2, 3, 4, 5, 6, 7, 8};
      return {support::payload(PayloadType::sa, offer), init[2], init[1]};
    }
    const std::uint32_t old = client().spi++;
    const Payloads first = stranger().claim();
    const auto tsi = (mode_ & kPool) == 0 ? first[3] : support::payload(PayloadType::tsi, anybody());
    Payloads child = {support::payload(PayloadType::sa, esp_offer(client().spi)), init[2], tsi, first[4]};
    if (what % 3 == 1) child.insert(child.begin(), rekeyed(old));
    return child;
  }

  void create(base::Reader& r) {
    if (!client().agreed) return;
    Payloads payloads = creation(r.left() > 0 ? r.u8() : 1);
    if (r.left() > 0) fuzz::edit(payloads, r);
    request(ExchangeType::create_child_sa, payloads);
  }

  void inform(base::Reader& r) {
    if (!client().agreed) return;
    Payloads payloads;
    const std::uint8_t what = r.u8();
    if (what % 4 == 1)
      payloads.push_back(support::payload(PayloadType::delete_, wire::Delete{base::ProtocolId::ike, {}}));
    if (what % 4 >= 2) {
      const wire::Delete del{base::ProtocolId::esp, {base::Spi{client().spi}, base::Spi{client().spi - 1}}};
      payloads.push_back(support::payload(PayloadType::delete_, del));
    }
    if (r.left() > 0) fuzz::edit(payloads, r);
    request(ExchangeType::informational, payloads);
  }

  void request(ExchangeType exchange, const Payloads& payloads) {
    if (!stranger().ask(exchange, payloads)) --stranger().next_request;
  }

  void forge(Step step, base::Reader& r) {
    if (!client().agreed) return;
    wire::Header header = stranger().header(client().proven ? ExchangeType::informational : ExchangeType::ike_auth);
    const std::uint8_t odd = r.u8();  // one message in four is of another exchange, direction or number
    if (odd % 4 == 3) {
      header.exchange = ExchangeType{static_cast<std::uint8_t>(34 + odd / 4 % 4)};
      header.response = (odd & 64) != 0;
      header.message_id.value = r.u8() % 4U;
    } else if (client().proven && odd % 4 == 2) {
      header.exchange = ExchangeType::create_child_sa;
    }
    const auto [number, total] = step == Step::fragment ? fuzz::fragment_numbers(r) : fuzz::FragmentNumbers{};
    const PayloadType first{r.u8()};
    const auto answers = stranger().send_sealed(header, first, r.rest(), number, total);
    const bool next = header.message_id.value == stranger().next_request && !header.response;
    if (next && !answers.empty()) ++stranger().next_request;
  }

  void wait(base::Duration span) {
    server_.now += span;
    server_.engine.expire(server_.now);
    check(server_.engine.next_deadline() > server_.now);
    collect(server_.engine.take_output());
  }

  void collect(api::Output&& output) {
    check(output.datagrams.size() <= 64);
    for (auto& event : output.events) server_.events.push_back(std::move(event));
  }

  bool is_proven(const base::Address& address) {
    return std::ranges::any_of(
        clients_, [&](const Client& who) { return who.proven && who.stranger.path.remote.address == address; });
  }

  void judge() {
    for (; judged_ < server_.trades.size(); ++judged_) {
      const sim::Trade& trade = server_.trades[judged_];
      std::size_t in_clear = 0;
      for (const Buffer& answer : trade.answers)
        in_clear += wire::parse_message(answer)->find(PayloadType::sk) == nullptr ? answer.size() : 0;
      check(in_clear <= trade.question.size());
    }
    for (; seen_ < server_.kernel.installed().size(); ++seen_) {
      const api::ChildSa& child = server_.kernel.installed()[seen_].child;
      check(child.local == kServer && is_proven(child.remote) && child.suite.key_bits == 256);
      const base::Address inner = child.inner_remote.value_or(child.remote);
      check(inner == child.remote || inner == kFirstLease || inner == kLastLease);
    }
    check(server_.kernel.reserved() == 0);
    check(server_.kernel.live() <= 16 * server_.engine.ike_sas());
    check(server_.engine.leases() <= server_.engine.sessions());
    check(server_.engine.sessions() <= kClients && server_.engine.half_open_clients() <= kClients);
  }

  // Nobody answers any more, so all that is there ends by itself.
  void leave() {
    server_.kernel.refuse_install = false;
    for (std::size_t i = 0; i < 2000 && server_.engine.next_deadline() != base::kNever; ++i) {
      server_.now = std::max(server_.now, server_.engine.next_deadline());
      server_.engine.expire(server_.now);
      collect(server_.engine.take_output());
    }
    check(server_.engine.next_deadline() == base::kNever);
    check(server_.engine.sessions() == 0 && server_.engine.ike_sas() == 0 && server_.engine.half_open_clients() == 0);
    check(server_.engine.leases() == 0 && server_.kernel.live() == 0 && server_.kernel.reserved() == 0);
  }

  std::uint8_t mode_;
  Server server_;
  std::deque<Client> clients_;
  std::size_t turn_ = 0;
  std::size_t judged_ = 0;
  std::size_t seen_ = 0;
};

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  latchkey::base::Reader script({data, size});
  latchkey::World world(script.u8());
  world.play(script);
  return 0;
}
