// Whom a certificate is for, by the names of RFC 4945 section 3.1.

#include <algorithm>
#include <functional>

#include "ike-engine/crypto/x509.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;
using base::IdType;

using Names = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;
using Match = bool (*)(Bytes, Bytes);

std::uint8_t lower(std::uint8_t octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + ('a' - 'A')) : octet;
}

bool same_domain(Bytes a, Bytes b) { return std::ranges::equal(a, b, {}, lower, lower); }

/// Octets before the last "@"; all of them without one.
std::size_t local_part(Bytes mailbox) {
  for (std::size_t at = mailbox.size(); at > 0; --at) {
    if (mailbox[at - 1] == '@') return at - 1;
  }
  return mailbox.size();
}

// RFC 5280 section 7.5: the local part is compared as it stands, the domain without regard to case.
bool same_mailbox(Bytes a, Bytes b) {
  const std::size_t local = local_part(a);
  return local == local_part(b) && base::same(a.first(local), b.first(local)) &&
         same_domain(a.subspan(local), b.subspan(local));
}

/// Whether one of the certificate's subjectAltNames of this kind matches.
bool has_name(const Certificate& leaf, int kind, Bytes wanted, Match match) {
  void* raw = X509_get_ext_d2i(leaf.impl().x509.get(), NID_subject_alt_name, nullptr, nullptr);
  const Names names(static_cast<GENERAL_NAMES*>(raw));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int found = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &found);
    if (found != kind) continue;
    const auto* text = static_cast<const ASN1_STRING*>(value);
    const Bytes name(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (match(name, wanted)) return true;
  }
  return false;
}

base::Result<void> found(bool truth) {
  if (!truth) return fail(Errc::mismatch, "the certificate is not for this identity");
  return {};
}

bool is_printable(Bytes text) {
  return !text.empty() && std::ranges::all_of(text, [](std::uint8_t octet) { return octet > 0x20 && octet < 0x7f; });
}

base::Result<void> check_domain(const Certificate& leaf, Bytes domain) {
  if (!is_printable(domain) || std::ranges::find(domain, '*') != domain.end()) {
    return fail(Errc::malformed, "the identity is no domain name");
  }
  return found(has_name(leaf, GEN_DNS, domain, same_domain));
}

base::Result<void> check_mailbox(const Certificate& leaf, Bytes mailbox) {
  if (!is_printable(mailbox) || local_part(mailbox) == 0 || local_part(mailbox) + 1 >= mailbox.size()) {
    return fail(Errc::malformed, "the identity is no mail address");
  }
  return found(has_name(leaf, GEN_EMAIL, mailbox, same_mailbox));
}

base::Result<void> check_address(const Certificate& leaf, Bytes address, std::size_t size) {
  if (address.size() != size) return fail(Errc::malformed, "the identity is no address");
  return found(has_name(leaf, GEN_IPADD, address, base::same));
}

base::Result<void> check_subject(const Certificate& leaf, Bytes name) {
  const unsigned char* at = name.data();
  const X509Name wanted(d2i_X509_NAME(nullptr, &at, static_cast<long>(name.size())));
  if (!wanted || at != name.data() + name.size()) return fail(Errc::malformed, "the identity is no distinguished name");
  // Many certificates have no subject; it names none of them.
  if (X509_NAME_entry_count(wanted.get()) == 0) return fail(Errc::malformed, "the identity is an empty name");
  return found(X509_NAME_cmp(wanted.get(), X509_get_subject_name(leaf.impl().x509.get())) == 0);
}

}  // namespace

base::Result<void> check_identity(const Certificate& leaf, const Identity& identity) {
  const QuietErrors quiet;
  switch (identity.type) {
    case IdType::fqdn: return check_domain(leaf, identity.data);
    case IdType::rfc822_addr: return check_mailbox(leaf, identity.data);
    case IdType::ipv4_addr: return check_address(leaf, identity.data, 4);
    case IdType::ipv6_addr: return check_address(leaf, identity.data, 16);
    case IdType::der_asn1_dn: return check_subject(leaf, identity.data);
    default: return fail(Errc::unsupported, "no certificate can hold an identity of this type");
  }
}

}  // namespace latchkey::crypto
