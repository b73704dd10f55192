#include "control/inspect/frames.h"

#include "control/inspect/formats.h"

namespace latchkey::inspect {

std::expected<void, std::string> each_frame(base::Bytes file, const SeeFrame& see) {
  if (is_pcap(file)) return each_pcap_frame(file, see);
  if (is_pcapng(file)) return each_pcapng_frame(file, see);
  if (is_snoop(file)) return each_snoop_frame(file, see);
  return at(file, file.size(), "neither pcap, pcapng nor snoop");
}

}  // namespace latchkey::inspect
