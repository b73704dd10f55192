// The doors beside A and AAAA by which an address could leave: hints, ANY, the additional section.

#include "unbound-module/query.h"
#include "unbound-module/svcb.h"

namespace latchkey::unbound {
namespace {

constexpr lk_edit kDrop{0, 1, UINT32_MAX, nullptr, nullptr};

lk_edit drop(std::size_t rrset) {
  lk_edit edit = kDrop;
  edit.rrset = rrset;
  return edit;
}

}  // namespace

/// Address hints are left out of HTTPS and SVCB records, signed or not: a client that validates finds the set unsigned
/// and asks for A and AAAA, which are gated.
lk_next Query::services_resolved(const lk_answer& answer) {
  std::vector<lk_edit> edits = without_additional(answer);
  std::vector<std::vector<std::uint8_t>> masks;
  std::vector<std::vector<lk_bytes>> views;
  std::vector<base::Buffer> records;  // views into its buffers, which do not move with it
  bool altered = false;
  for (std::size_t i = 0; i < answer.count; ++i) {
    const lk_rrset& rrset = answer.rrsets[i];
    if (rrset.section != LK_ANSWER || rrset.type != type_) continue;
    bool changed = false;
    std::vector<std::uint8_t> mask;
    std::vector<lk_bytes> kept;
    for (std::size_t n = 0; n < rrset.count; ++n) {
      auto stripped = strip_hints(view(rrset.rdata[n]));
      const bool keep = stripped && stripped->rdata;
      changed = changed || !keep || stripped->had_hints;
      mask.push_back(keep ? 1 : 0);
      if (!keep) continue;
      records.push_back(std::move(*stripped->rdata));
      kept.push_back(view(base::Bytes(records.back())));
    }
    if (!changed) continue;
    altered = true;
    masks.push_back(std::move(mask));
    views.push_back(std::move(kept));
    lk_edit edit{i, views.back().empty() ? 1 : 0, UINT32_MAX, masks.back().data(), views.back().data()};
    edits.push_back(edit);
  }
  resolver_.store(edits.empty());
  resolver_.give_on(edits.empty());
  if (!edits.empty() && !resolver_.rewrite(edits, altered))
    return refuse(kOutOfMemory, "servfail-memory", "out of memory");
  return LK_FINISHED;
}

/// ANY is answered without addresses.
lk_next Query::any_resolved(const lk_answer& answer) {
  std::vector<lk_edit> edits = without_additional(answer);
  for (std::size_t i = 0; i < answer.count; ++i) {
    const lk_rrset& rrset = answer.rrsets[i];
    if (rrset.section == LK_ANSWER && carries_addresses(rrset.type)) edits.push_back(drop(i));
  }
  resolver_.store(edits.empty());
  resolver_.give_on(edits.empty());
  if (!edits.empty() && !resolver_.rewrite(edits, true))
    return refuse(kOutOfMemory, "servfail-memory", "out of memory");
  return LK_FINISHED;
}

/// Other types: no address travels along in the additional section, nor stays there in the cache.
lk_next Query::others_resolved(const lk_answer& answer) {
  const std::vector<lk_edit> edits = without_additional(answer);
  if (edits.empty() || !resolver_.has_clients()) return LK_FINISHED;
  if (!resolver_.rewrite(edits, false)) return refuse(kOutOfMemory, "servfail-memory", "out of memory");
  resolver_.store(true);
  return LK_FINISHED;
}

std::vector<lk_edit> Query::without_additional(const lk_answer& answer) const {
  std::vector<lk_edit> edits;
  for (std::size_t i = 0; i < answer.count; ++i)
    if (answer.rrsets[i].section == LK_ADDITIONAL && carries_addresses(answer.rrsets[i].type)) edits.push_back(drop(i));
  return edits;
}

}  // namespace latchkey::unbound
