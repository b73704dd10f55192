#include "unbound-module/startup.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <sstream>

namespace latchkey::unbound {
namespace {

/// Unbound drops an answer that is older than discard-timeout; an outcome must be there this much earlier.
constexpr std::uint64_t kMarginUs = 300'000;
constexpr std::uint64_t kShortDeadlineUs = 1'500'000;

constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

/// The build-id note among an ELF image's notes (the GNU note of type NT_GNU_BUILD_ID).
std::optional<std::string> build_id_in(base::Bytes notes) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof(header));
    notes = notes.subspan(sizeof(header));
    const std::size_t name = padded(header.n_namesz), value = padded(header.n_descsz);
    if (name > notes.size() || value > notes.size() - name) return std::nullopt;
    const bool gnu = header.n_namesz == 4 && std::memcmp(notes.data(), "GNU", 4) == 0;
    if (gnu && header.n_type == NT_GNU_BUILD_ID) return base::to_hex(notes.subspan(name, header.n_descsz));
    notes = notes.subspan(name + value);
  }
  return std::nullopt;
}

/// The first image is the program itself.
int read_first_image(dl_phdr_info* image, std::size_t, void* out) {
  for (ElfW(Half) i = 0; i < image->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = image->dlpi_phdr[i];
    if (header.p_type != PT_NOTE) continue;
    const auto* notes = reinterpret_cast<const std::uint8_t*>(image->dlpi_addr + header.p_vaddr);
    if (const auto id = build_id_in({notes, header.p_memsz})) *static_cast<std::string*>(out) = *id;
  }
  return 1;
}

std::vector<std::string> words(const char* text) {
  std::istringstream in(text ? text : "");
  std::vector<std::string> result;
  for (std::string word; in >> word;) result.push_back(word);
  return result;
}

struct Network {
  base::Address address;
  unsigned prefix;
};

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = base::Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  unsigned prefix = address->host_prefix();
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (parsed.ec != std::errc{} || prefix > address->host_prefix()) return std::nullopt;
  }
  return Network{*address, prefix};
}

bool within(const Network& network, std::string_view outer) {
  const auto cidr = host::Cidr::parse(outer);
  return cidr && network.prefix >= cidr->prefix && cidr->contains(network.address);
}

bool is_loopback(const Network& network) {
  for (const auto* loopback : {"127.0.0.0/8", "::1/128", "::ffff:127.0.0.0/104"})
    if (within(network, loopback)) return true;
  return false;
}

bool is_ours(const Network& network, const Clients& clients) {
  if (is_loopback(network)) return true;
  if (network.prefix == network.address.host_prefix() && clients.own.contains(network.address)) return true;
  return std::any_of(clients.gateway_for.begin(), clients.gateway_for.end(), [&](const host::Cidr& cidr) {
    return network.prefix >= cidr.prefix && cidr.contains(network.address);
  });
}

std::optional<std::string> foreign_clients(const lk_facts& facts, const Clients& clients) {
  for (std::size_t i = 0; i < facts.access_count; ++i) {
    const lk_access& line = facts.access[i];
    if (!std::string_view(line.action).starts_with("allow")) continue;
    const std::string_view option = line.interface ? "interface-action" : "access-control";
    const auto network = parse_network(line.network);
    // Whoever reaches an interface may ask there: only on loopback are these our own programs.
    if (network && (line.interface ? is_loopback(*network) : is_ours(*network, clients))) continue;
    return fmt::format(
        "`{}: {} {}` lets others ask whose own traffic is not in this host's tunnels; take the line out, "
        "or list the network as `gateway_for` in Latchkey's configuration if its traffic crosses this host",
        option, line.network, line.action);
  }
  return std::nullopt;
}

constexpr std::string_view kChain = "dynlib validator iterator";
constexpr std::string_view kDns64Chain = "dns64 dynlib validator iterator";
constexpr std::string_view kCachedbChain = "dynlib validator cachedb iterator";

/// Why a module cannot stand in the chain where it does, and the chain to use.
struct Misfit {
  std::string_view module, why, instead;
};
constexpr std::array kMisfits{
    Misfit{"subnetcache",
           "it has a cache of its own: in front of Latchkey that would answer past it, and behind it "
           "what is meant for one network would be kept for all",
           kChain},
    Misfit{"cachedb", "it belongs between the validator, which checks what its database has, and the iterator",
           kCachedbChain},
    Misfit{"respip", "it puts other addresses in the place of those that Latchkey has decided about", kChain},
    Misfit{"ipsecmod", "it would negotiate for the same names", kChain},
    Misfit{"dns64", "it keeps every answer that passes it, so behind Latchkey it would keep addresses of private names",
           kDns64Chain},
};

/// Latchkey must come before whatever keeps answers, and see what the validator says of them.
std::optional<std::string> misfit(const char* module_config) {
  const std::vector<std::string> chain = words(module_config);
  for (const std::string_view fit : {kChain, kDns64Chain, kCachedbChain})
    if (chain == words(fit.data())) return std::nullopt;
  const std::string head =
      fmt::format("`module-config: \"{}\"` is not supported: ", module_config ? module_config : "");
  for (const Misfit& one : kMisfits)
    if (std::ranges::find(chain, one.module) != chain.end())
      return head + fmt::format("{}: {}; it is `module-config: \"{}\"`", one.module, one.why, one.instead);
  return head +
         fmt::format("Latchkey must come first and see what the validator says, so it is `module-config: \"{}\"`",
                     kChain);
}

std::optional<std::string> refusal(const lk_facts& facts, const Clients& clients) {
  if (auto why = misfit(facts.module_config)) return why;
  if (facts.permissive)
    return "`val-permissive-mode: yes` hides bogus answers from Latchkey, which must not release them; set it to no";
  return foreign_clients(facts, clients);
}

std::uint64_t fit_deadline(const lk_facts& facts, std::uint64_t wanted, std::vector<std::string>& warnings) {
  if (facts.discard_timeout_ms <= 0) return wanted;
  const std::uint64_t discard = static_cast<std::uint64_t>(facts.discard_timeout_ms) * 1000;
  const std::uint64_t allowed = discard > 2 * kMarginUs ? discard - kMarginUs : discard / 2;
  if (wanted <= allowed) return wanted;
  const std::uint64_t fitted = std::min(kShortDeadlineUs, allowed);
  warnings.push_back(fmt::format(
      "discard-timeout: {} makes Unbound drop answers silently after that time, so tunnels get {} ms instead "
      "of {}; set discard-timeout: 4800",
      facts.discard_timeout_ms, fitted / 1000, wanted / 1000));
  return fitted;
}

}  // namespace

std::string program_build_id() {
  std::string id;
  dl_iterate_phdr(&read_first_image, &id);
  return id;
}

std::expected<Startup, std::string> check_startup(const lk_facts& facts, const Settings& wanted,
                                                  const Clients& clients) {
  if (auto why = refusal(facts, clients)) return std::unexpected(std::move(*why));
  Startup startup{wanted, {}};
  // A message that has expired would be given out whatever has become of its tunnel, one whose TTL begins anew with
  // each hit beyond the lease. What other modules do with their answers, or keep of them, is not in such a message.
  const std::vector<std::string> chain = words(facts.module_config);
  startup.settings.cachedb = chain == words(kCachedbChain.data());
  startup.settings.keep_while_up =
      wanted.keep_while_up && !facts.serve_expired && !facts.serve_original_ttl && chain != words(kDns64Chain.data());
  // A question that is held is one of Unbound's own recursions, of which it answers no more than these at once and
  // drops the others without a word. Half of them are for what needs no tunnel.
  startup.settings.held_a_worker = std::max<std::size_t>(facts.queries_per_thread / 2, 1);
  startup.settings.deadline_us = fit_deadline(facts, wanted.deadline_us, startup.warnings);
  if (facts.wait_limit > 0)
    startup.warnings.push_back(
        fmt::format("wait-limit: {}: a client with that many waiting questions gets no answer; set wait-limit: 0",
                    facts.wait_limit));
  if (facts.jostle_ms * 1000 < 500'000)
    startup.warnings.push_back(fmt::format(
        "jostle-timeout: {}: with num-queries-per-thread: {} questions waiting, new ones push out those that "
        "wait longer than that for a tunnel; set jostle-timeout: 1000",
        facts.jostle_ms, facts.queries_per_thread));
  if (facts.serve_original_ttl)
    startup.warnings.emplace_back(
        "`serve-original-ttl: yes`: an answer from Unbound's cache would live longer than its tunnel, so none with a "
        "tunnel is kept there, and each question for such a name passes Latchkey; set serve-original-ttl: no");
  if (facts.full_answers)
    startup.warnings.emplace_back(
        "`minimal-responses: no`: addresses travel along with answers of other types (MX, SRV, NS); Latchkey takes "
        "them out, but not of answers that Unbound gives from its cache after a prefetch, or under CD while it still "
        "validates them; set minimal-responses: yes");
  for (std::size_t i = 0; i < facts.access_count; ++i)
    if (std::string_view(facts.access[i].action) == "allow_snoop")
      startup.warnings.push_back(fmt::format(
          "`{} allow_snoop` lets questions without RD read addresses in Unbound's cache past Latchkey; use allow",
          facts.access[i].network));
  if (facts.local_data)
    startup.warnings.emplace_back(
        "`local-data` (or `access-control-tag-data`): Unbound gives these addresses out without asking Latchkey, so "
        "nothing looks for their names' "
        "keys");
  if (facts.auth_zones)
    startup.warnings.emplace_back(
        "`auth-zone` with for-downstream: yes: Unbound answers from it without asking Latchkey, so nothing looks for "
        "its names' keys; set for-downstream: no");
  if (!facts.trust_anchors)
    startup.warnings.emplace_back("no trust anchor is configured: every key counts as unsigned");
  return startup;
}

}  // namespace latchkey::unbound
