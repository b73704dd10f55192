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

// That is the key where nothing ties the claimed identity to it, since whoever proves another key is somebody else. A
// secret that several share ties nobody to a name: nobody.
api::Identity proven_identity(const Proven& proven, base::Bytes peer_id) {
  if (proven.by->kind == api::ProofKind::anonymous) return {};
  if (proven.by->id) return *proven.by->id;
  if (proven.key != nullptr) return {base::IdType::key_id, proven.key->dns.key};
  if (proven.by->kind == api::ProofKind::shared_secret) return {};
  const auto id = wire::parse_id(peer_id);
  return id ? api::Identity{id->type, base::to_buffer(id->data)} : api::Identity{};
}

api::Established who_is_there(const Proven& proven, base::Bytes peer_id) {
  api::Established story;
  if (proven.key != nullptr) story.key = proven.key->dns;
  story.key_name = proven.key_name;
  story.auth_scheme = proven.scheme;
  story.proof = proven.by->kind;
  story.peer = name_of(proven, peer_id);
  return story;
}

void tell_established(IkeSa& sa, Context& context, api::Established story) {
  const Child& child = sa.children.front();
  story.session = sa.session->id;
  story.ike = sa.suite;
  story.esp = child.suite;
  story.mode = child.mode;
  story.encapsulated = sa.encapsulated;
  story.spi_in = child.spi_in;
  story.spi_out = child.spi_out;
  story.reqid = child.tunnel->reqid();
  story.initiator = sa.session->initiator;
  story.path = sa.path;
  story.inner_local = child.inner_local;
  story.inner_remote = child.inner_remote;
  context.out.events.push_back(std::move(story));
  sa.session->told = true;
}

}  // namespace latchkey::session
