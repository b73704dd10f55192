#include "unbound-module/svcb.h"

namespace latchkey::unbound {
namespace {

using base::Errc;
using base::fail;

constexpr std::uint16_t kMandatory = 0;
constexpr std::uint16_t kIpv4Hint = 4;
constexpr std::uint16_t kIpv6Hint = 6;

bool is_hint(std::uint16_t key) { return key == kIpv4Hint || key == kIpv6Hint; }

/// Copies SvcPriority and TargetName, which is never compressed here.
bool copy_head(base::Reader& in, base::Writer& out) {
  out.u16(in.u16());
  for (std::uint8_t length = in.u8(); in.ok(); length = in.u8()) {
    if (length > 63) return false;
    out.u8(length);
    if (length == 0) return true;
    out.bytes(in.bytes(length));
  }
  return false;
}

bool lists_hint(base::Bytes mandatory) {
  base::Reader in(mandatory);
  while (in.ok() && in.left() > 0)
    if (is_hint(in.u16())) return true;
  return false;
}

}  // namespace

base::Result<Stripped> strip_hints(base::Bytes rdata) {
  base::Reader in(rdata);
  base::Writer out(rdata.size());
  Stripped result;
  bool needed = false;
  if (!copy_head(in, out)) return fail(Errc::malformed, "SVCB target name");
  while (in.ok() && in.left() > 0) {
    const std::uint16_t key = in.u16();
    const std::uint16_t length = in.u16();
    const base::Bytes value = in.bytes(length);
    if (key == kMandatory && lists_hint(value)) needed = true;
    if (is_hint(key)) {
      result.had_hints = true;
      continue;
    }
    out.u16(key);
    out.u16(length);
    out.bytes(value);
  }
  if (!in.done()) return fail(Errc::truncated, "SVCB parameters");
  if (!needed) result.rdata = out.take();
  if (needed) result.had_hints = true;
  return result;
}

}  // namespace latchkey::unbound
