// The gate of replays: answers at once, from the file that LATCHKEY_REPLAY_SCRIPT names. A line each:
//
//   ADDRESS up LEASE_S | ADDRESS failed|forbidden|conflict|limit | ADDRESS never    (`*` for any other address)
//   ADDRESS gone LEASE_S     up, but gone before the answer is out
//   ADDRESS ends OTHER       failed; the tunnel with OTHER goes meanwhile
//   unsigned ignore|opportunistic|require
//   deadline_ms N
//   observe
//   group NAME DOMAIN_OR_NETWORK
//   gateway_for NETWORK
//
// Every wish and every decision is appended to the file LATCHKEY_REPLAY_STORY, so that a test can look.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "latchkey-config.h"
#include "unbound-module/names.h"
#include "unbound-module/open_gate.h"

namespace latchkey::unbound {
namespace {

struct Scripted {
  std::string verdict = "failed";
  std::string rest{};
  std::uint32_t lease_s() const { return static_cast<std::uint32_t>(std::strtoul(rest.c_str(), nullptr, 10)); }
};
struct Tunnel {
  std::shared_ptr<std::atomic<bool>> kept = std::make_shared<std::atomic<bool>>(true);
  std::vector<std::string> names;
};

class ScriptedGate final : public Gate {
 public:
  WorkerId add_worker() override { return WorkerId{1}; }
  int worker_fd(WorkerId) const override { return -1; }  // no event loop in testbound
  void remove_worker(WorkerId) override {}
  void forget(WorkerId, Ticket) override {}

  void want(Want want) override {
    tell("want " + want.name + " " + want.address.to_string() + " keys=" + std::to_string(want.keys.size()) +
         (want.verified ? " verified" : " unverified") +
         " client=" + (want.payer.client ? want.payer.client->to_string() : "-") +
         " owner=" + name_text(base::as_bytes(want.payer.owner)));
    const auto found = script.find(want.address.to_string());
    const Scripted& answer = found != script.end() ? found->second : script["*"];
    static const std::map<std::string, Verdict> verdicts{{"up", Verdict::up},
                                                         {"gone", Verdict::up},
                                                         {"ends", Verdict::failed},
                                                         {"failed", Verdict::failed},
                                                         {"forbidden", Verdict::forbidden},
                                                         {"conflict", Verdict::conflict},
                                                         {"limit", Verdict::limit}};
    const auto verdict = verdicts.find(answer.verdict);
    if (answer.verdict == "ends") end(answer.rest);
    if (verdict == verdicts.end()) return;
    Done done{want.ticket, verdict->second, "scripted " + answer.verdict, answer.lease_s(), {}};
    if (done.verdict == Verdict::up) done.kept = lease(want);
    if (answer.verdict == "gone") end(want.address.to_string());
    done_.push_back(std::move(done));
  }

  // A worker has taken the names out of the cache before it stores another.
  Stale take_stale(std::size_t) override { return std::exchange(stale_, {}); }

  std::vector<Done> take(WorkerId, std::size_t most) override {
    std::vector<Done> taken;
    while (!done_.empty() && taken.size() < most) {
      taken.push_back(std::move(done_.front()));
      done_.erase(done_.begin());
    }
    return taken;
  }

  void decided(Decision decision) override {
    tell("decided " + decision.name + " " + decision.type + " " + decision.verdict + " (" + decision.reason + ")");
  }

  std::map<std::string, Scripted> script;

 private:
  void tell(const std::string& line) {
    if (const char* path = std::getenv("LATCHKEY_REPLAY_STORY")) std::ofstream(path, std::ios::app) << line << "\n";
  }
  Live lease(const Want& want) {
    Tunnel& tunnel = tunnels_[want.address.to_string()];
    tunnel.names.push_back(want.name);
    return tunnel.kept;
  }
  void end(const std::string& address) {
    const Tunnel gone = std::exchange(tunnels_[address], {});
    *gone.kept = false;
    stale_.names.insert(stale_.names.end(), gone.names.begin(), gone.names.end());
  }

  std::vector<Done> done_;
  std::map<std::string, Tunnel> tunnels_;
  Stale stale_;
};

ScriptedGate gate;
std::vector<host::GroupEntry> groups;
std::vector<host::Cidr> gateway_for;

host::GroupEntry read_group(std::istringstream& line) {
  static const std::map<std::string, host::GroupKind> kinds{{"clear", host::GroupKind::clear},
                                                            {"clear-or-private", host::GroupKind::clear_or_private},
                                                            {"private-or-clear", host::GroupKind::private_or_clear},
                                                            {"private", host::GroupKind::private_only},
                                                            {"block", host::GroupKind::block}};
  std::string kind, what;
  line >> kind >> what;
  host::GroupEntry entry;
  entry.kind = kinds.at(kind);
  if (const auto cidr = host::Cidr::parse(what))
    entry.cidrs.push_back(*cidr);
  else
    entry.domains.push_back(host::parse_domain(what).value());
  return entry;
}

void read_line(std::istringstream& line, const std::string& subject, Settings& settings) {
  if (subject == "unsigned") {
    std::string word;
    line >> word;
    settings.unsigned_keys = word == "ignore"    ? Unsigned::ignore
                             : word == "require" ? Unsigned::require
                                                 : Unsigned::opportunistic;
  } else if (subject == "observe") {
    settings.observe = true;
  } else if (subject == "group") {
    groups.push_back(read_group(line));
  } else if (subject == "gateway_for") {
    std::string network;
    line >> network;
    gateway_for.push_back(host::Cidr::parse(network).value());
  } else if (subject == "deadline_ms") {
    line >> settings.deadline_us;
    settings.deadline_us *= 1000;
  } else {
    Scripted& scripted = gate.script[subject];
    line >> scripted.verdict >> scripted.rest;
  }
}

}  // namespace

std::expected<OpenGate, std::string> open_gate() {
  Settings settings;
  const char* path = std::getenv("LATCHKEY_REPLAY_SCRIPT");
  std::ifstream file(path ? path : "");
  if (!file) return std::unexpected(std::string("LATCHKEY_REPLAY_SCRIPT names no file that can be read"));
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text);
    std::string subject;
    if (line >> subject && subject[0] != '#') read_line(line, subject, settings);
  }
  settings.policy = std::make_shared<Policy>(groups);
  return OpenGate{&gate, settings, gateway_for};
}

void unbound_ends() {}

std::string_view expected_build_id() { return LATCHKEY_TESTBOUND_BUILD_ID; }

}  // namespace latchkey::unbound
