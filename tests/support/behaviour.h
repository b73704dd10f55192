#pragma once
// How the test responder behaves: what a script may ask of it.

#include <functional>
#include <optional>
#include <vector>

#include "ike-engine/api/types.h"

namespace latchkey::support {

/// A payload that is to be written: its type, its body without generic header, and its critical bit.
struct Payload {
  base::PayloadType type{};
  base::Buffer body;
  bool critical = false;
};
using Payloads = std::vector<Payload>;

/// What an attacker beside the path sends before the true IKE_SA_INIT reply; all of it is well-formed.
enum class Forgery {
  init_reply,   ///< another responder's SPI, nonce and public value
  same_spi,     ///< the same with the true responder's SPI
  no_proposal,  ///< N(NO_PROPOSAL_CHOSEN)
  invalid_ke,   ///< N(INVALID_KE_PAYLOAD) with MODP-2048
  cookie,       ///< N(COOKIE)
  garbage,      ///< a header and noise
};

/// How AUTH is made.
enum class Signing {
  digital,       ///< method 14 with the strongest common hash; RSA: PSS
  pkcs1,         ///< method 14, RSA PKCS#1 v1.5
  ecdsa_method,  ///< method 9, 10 or 11 (RFC 4754)
  sha1_rsa,      ///< method 1: RSA PKCS#1 with SHA-1; true, and forbidden
  sha1_pkcs1,    ///< method 14 with sha1WithRSAEncryption; true, and forbidden
  sha1_pss,      ///< method 14 with RSASSA-PSS of default parameters; true, and forbidden
  sha1_ecdsa,    ///< method 14 with ecdsa-with-SHA1; true, and forbidden
  broken,        ///< method 14 with one bit of the signature turned
  null,          ///< method 13: true, and no proof of any key
};

enum class Selectors { exact, wide, narrowed, other_host, several };
enum class Transport { if_asked, never, only };

struct Behaviour {
  bool silent_init = false;
  bool silent_auth = false;
  unsigned cookies = 0;  ///< so many times a request is answered by a new COOKIE
  std::size_t cookie_size = 24;
  std::optional<base::KeMethod> ke = {};  ///< wants this method, by INVALID_KE_PAYLOAD if need be
  std::optional<base::KeMethod> always_invalid_ke =
      {};                                           ///< answers every request by INVALID_KE_PAYLOAD with this method
  std::optional<base::NotifyType> init_error = {};  ///< answers IKE_SA_INIT by this alone
  std::vector<Forgery> forgeries = {};
  bool behind_nat = false;        ///< NAT detection shall say that we are
  bool no_nat_detection = false;  ///< leaves its notifies out

  std::optional<base::NotifyType> auth_error = {};   ///< answers IKE_AUTH by this alone
  std::optional<base::NotifyType> child_error = {};  ///< IDr and AUTH, and this instead of a child
  Signing signing = Signing::digital;
  Selectors selectors = Selectors::exact;
  Transport transport = Transport::if_asked;
  std::size_t fragment_size = 0;  ///< octets of IKE message; 0: replies go in one piece
  std::size_t ballast = 0;        ///< octets of vendor ID in the AUTH reply, to make it large
  unsigned copies = 1;            ///< every reply is sent so many times

  bool creates = false;  ///< CREATE_CHILD_SA is answered by what it asks for; otherwise by NO_ADDITIONAL_SAS

  /// Last words on what is sent: the chosen proposal, the payloads of IKE_SA_INIT's and IKE_AUTH's replies (the
  /// latter before they are sealed).
  std::function<void(Payloads&)> edit_init = {};
  std::function<void(Payloads&)> edit_auth = {};
  std::function<void(Payloads&)> edit_creation = {};  ///< CREATE_CHILD_SA's replies
  /// CREATE_CHILD_SA's nonces; by default they are random.
  std::function<base::Buffer()> nonce = {};
  /// Where the inbound SPI comes from; by default it is random.
  std::function<base::Spi(const api::Path&)> allocate_spi = {};
};

}  // namespace latchkey::support
