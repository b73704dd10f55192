#include "tests/sim/telling.h"

#include <fmt/format.h>

#include "ike-engine/wire/message.h"

namespace latchkey::sim {

namespace {

struct Describe {
  std::string operator()(const api::Established& e) const {
    return fmt::format("established session={} peer={} spi_in={:08x} spi_out={:08x} from={}", e.session.value, e.peer,
                       e.spi_in.value, e.spi_out.value, e.path.remote.to_string());
  }
  std::string operator()(const api::Rekeyed& e) const {
    return fmt::format("rekeyed session={} old={:08x} spi_in={:08x} spi_out={:08x}", e.session.value,
                       e.old_spi_in.value, e.spi_in.value, e.spi_out.value);
  }
  std::string operator()(const api::Failed& e) const {
    return fmt::format("failed session={} reason={} notify={} {}", e.session.value, to_string(e.reason), e.notify,
                       e.detail);
  }
  std::string operator()(const api::Down& e) const {
    return fmt::format("down session={} reason={}", e.session.value, to_string(e.reason));
  }
  std::string operator()(const api::Progress& e) const {
    return fmt::format("{} session={} {}", e.step, e.session.value, e.detail);
  }
};

struct Kind {
  std::string operator()(const api::Established& e) const {
    return fmt::format("Established, {}", e.initiator ? "client" : to_string(e.proof));
  }
  std::string operator()(const api::Rekeyed&) const { return "Rekeyed"; }
  std::string operator()(const api::Failed& e) const { return fmt::format("Failed, {}", to_string(e.reason)); }
  std::string operator()(const api::Down& e) const { return fmt::format("Down, {}", to_string(e.reason)); }
  std::string operator()(const api::Progress& e) const { return std::string(e.step); }
};

}  // namespace

std::string describe(const Parcel& parcel) {
  std::string text = fmt::format("{} -> {}: ", parcel.from.to_string(), parcel.to.to_string());
  const auto header = wire::read_header(parcel.bytes);
  if (!header) return text + fmt::format("{} octets that are no IKE", parcel.bytes.size());
  return text + fmt::format("{} {} {}, {:08x}/{:08x}{}, {} octets", wire::to_string(header->exchange),
                            header->response ? "response" : "request", header->message_id.value,
                            header->spi_i.value >> 32, header->spi_r.value >> 32,
                            header->next_payload == base::PayloadType::skf ? ", fragment" : "", parcel.bytes.size());
}

std::string describe(const api::Event& event) { return std::visit(Describe{}, event); }
std::string kind_of(const api::Event& event) { return std::visit(Kind{}, event); }

}  // namespace latchkey::sim
