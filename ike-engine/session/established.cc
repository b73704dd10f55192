#include "ike-engine/session/established.h"

namespace latchkey::session {

namespace {

std::string name_of(const Proven& proven, base::Bytes peer_id) {
  const auto id = wire::parse_id(peer_id);
  std::string text = proven.by->name;
  if (!text.empty()) text += ": ";
  if (id) text += api::Identity{id->type, base::to_buffer(id->data)}.to_string();
  return text;
}

}  // namespace

api::Established story_of(const IkeSa& sa, const Proven& proven, base::Bytes peer_id) {
  const Child& child = sa.children.front();
  return {.session = sa.session->id,
          .key = proven.key != nullptr ? proven.key->dns : api::DnsKey{},
          .key_name = proven.key_name,
          .auth_scheme = std::string(proven.scheme),
          .ike = sa.suite,
          .esp = child.suite,
          .mode = child.mode,
          .encapsulated = sa.encapsulated,
          .spi_in = child.spi_in,
          .spi_out = child.spi_out,
          .reqid = child.tunnel->reqid(),
          .initiator = sa.session->initiator,
          .proof = proven.by->kind,
          .peer = name_of(proven, peer_id),
          .path = sa.path,
          .inner_local = child.inner_local,
          .inner_remote = child.inner_remote};
}

}  // namespace latchkey::session
