// Whether a chain of certificates reaches from a CA that is trusted to a peer's certificate.

#include <algorithm>
#include <array>

#include "ike-engine/crypto/x509.h"

namespace latchkey::crypto {

namespace {

using base::Errc;
using base::fail;

/// 112 bits: RSA from 2048, and neither SHA-1 nor MD5.
constexpr int kSecurityLevel = 2;

struct Verdict {
  int code;
  Errc errc;
  std::string_view text;
};

constexpr std::string_view kNoAuthority = "the certificate is not issued by a CA that is trusted here";
constexpr std::string_view kNoIssuer = "a certificate of the chain is not allowed to issue certificates";
constexpr std::string_view kBadSignature = "a signature in the chain of certificates is wrong";
constexpr std::string_view kForeignName = "a CA of the chain is not allowed to issue for this name (name constraints)";
constexpr std::string_view kOddConstraint = "a CA's name constraints are of a kind that cannot be checked";

constexpr std::array kVerdicts{
    Verdict{X509_V_ERR_CERT_HAS_EXPIRED, Errc::mismatch, "the certificate, or a CA's above it, has expired"},
    Verdict{X509_V_ERR_CERT_NOT_YET_VALID, Errc::mismatch, "the certificate, or a CA's above it, is not valid yet"},
    Verdict{X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, Errc::malformed, "a certificate's first day cannot be read"},
    Verdict{X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, Errc::malformed, "a certificate's last day cannot be read"},
    Verdict{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, Errc::not_found, kNoAuthority},
    Verdict{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, Errc::not_found, kNoAuthority},
    Verdict{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, Errc::not_found, kNoAuthority},
    Verdict{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, Errc::not_found, kNoAuthority},
    Verdict{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, Errc::not_found, kNoAuthority},
    Verdict{X509_V_ERR_CERT_SIGNATURE_FAILURE, Errc::bad_signature, kBadSignature},
    Verdict{X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, Errc::bad_signature, kBadSignature},
    Verdict{X509_V_ERR_CERT_CHAIN_TOO_LONG, Errc::exhausted, "the chain of certificates is too long"},
    Verdict{X509_V_ERR_PATH_LENGTH_EXCEEDED, Errc::mismatch, "the chain is longer than one of its CAs allows"},
    Verdict{X509_V_ERR_INVALID_CA, Errc::mismatch, kNoIssuer},
    Verdict{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, Errc::mismatch, kNoIssuer},
    Verdict{X509_V_ERR_EE_KEY_TOO_SMALL, Errc::weak, "the certificate's key is too weak"},
    Verdict{X509_V_ERR_CA_KEY_TOO_SMALL, Errc::weak, "a CA's key is too weak"},
    Verdict{X509_V_ERR_CA_MD_TOO_WEAK, Errc::weak, "a certificate is signed with a hash that is too weak (SHA-1, MD5)"},
    Verdict{X509_V_ERR_PERMITTED_VIOLATION, Errc::mismatch, kForeignName},
    Verdict{X509_V_ERR_EXCLUDED_VIOLATION, Errc::mismatch, kForeignName},
    Verdict{X509_V_ERR_SUBTREE_MINMAX, Errc::unsupported, kOddConstraint},
    Verdict{X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, Errc::unsupported, kOddConstraint},
    Verdict{X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, Errc::unsupported, kOddConstraint},
    Verdict{X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, Errc::unsupported, kOddConstraint},
    Verdict{X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, Errc::unsupported,
            "a certificate has a critical extension that is not known here"},
    Verdict{X509_V_ERR_OUT_OF_MEM, Errc::internal, "no memory to verify certificates"},
};

base::Error error_of(int code) {
  const auto* const row = std::ranges::find(kVerdicts, code, &Verdict::code);
  if (row == kVerdicts.end()) return {Errc::mismatch, "the chain of certificates is not valid"};
  return {row->errc, row->text};
}

// RFC 4945 section 5.1.3.2: digitalSignature or nonRepudiation, if the extension is there at all.
base::Result<void> check_key_usage(X509* leaf) {
  if ((X509_get_key_usage(leaf) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0) return {};
  return fail(Errc::mismatch, "the certificate's key is not for signatures (key usage)");
}

// RFC 4945 section 5.1.3.12 knows IKE and "any" alone. What public CAs issue, and other implementations take, is for
// TLS.
bool is_our_purpose(const ASN1_OBJECT* purpose) {
  const std::array ours{NID_ipsec_IKE, NID_anyExtendedKeyUsage, NID_server_auth, NID_client_auth};
  return std::ranges::find(ours, OBJ_obj2nid(purpose)) != ours.end();
}

base::Result<void> check_extended_key_usage(X509* leaf) {
  using Purposes = std::unique_ptr<EXTENDED_KEY_USAGE, FreedBy<EXTENDED_KEY_USAGE_free>>;
  int critical = 0;
  const Purposes purposes(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(leaf, NID_ext_key_usage, &critical, nullptr)));
  if (!purposes && critical == -1) return {};
  for (int i = 0; i < sk_ASN1_OBJECT_num(purposes.get()); ++i) {
    if (is_our_purpose(sk_ASN1_OBJECT_value(purposes.get(), i))) return {};
  }
  return fail(Errc::mismatch, "the certificate is for other purposes (extended key usage)");
}

using Stack = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * stack) { sk_X509_free(stack); })>;

/// The certificates stay the owners' own.
Stack stack_of(std::span<const Certificate> certificates) {
  Stack stack(sk_X509_new_null());
  for (const Certificate& certificate : certificates) {
    if (!stack || sk_X509_push(stack.get(), certificate.impl().x509.get()) == 0) return nullptr;
  }
  return stack;
}

void set_rules(X509_STORE_CTX* context, std::int64_t now) {
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context);
  // A configured CA ends the chain whether it is a root or not.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(rules, static_cast<time_t>(now));
  X509_VERIFY_PARAM_set_depth(rules, static_cast<int>(kMaxIntermediates));
  X509_VERIFY_PARAM_set_auth_level(rules, kSecurityLevel);
  // The common name is nobody's name here, so name constraints have nothing to say of it.
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
}

/// Security rule 7 for the CAs' keys: OpenSSL's level knows sizes alone.
base::Result<void> check_authority_keys(const X509_STORE_CTX* context) {
  STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
  for (int i = 1; i < sk_X509_num(chain); ++i) {
    if (const auto key = public_key_of(sk_X509_value(chain, i)); !key) return std::unexpected(key.error());
  }
  return {};
}

base::Result<void> check_chain(const TrustStore& store, const Certificate& leaf,
                               std::span<const Certificate> intermediates, std::int64_t now) {
  const X509StoreContext context(X509_STORE_CTX_new());
  const Stack between = stack_of(intermediates);
  if (!context || !between ||
      X509_STORE_CTX_init(context.get(), store.impl().store.get(), leaf.impl().x509.get(), between.get()) != 1) {
    return fail(Errc::internal, "X509_STORE_CTX");
  }
  set_rules(context.get(), now);
  if (X509_verify_cert(context.get()) != 1) return std::unexpected(error_of(X509_STORE_CTX_get_error(context.get())));
  return check_authority_keys(context.get());
}

}  // namespace

base::Result<PublicKey> verify_chain(const TrustStore& store, const Certificate& leaf,
                                     std::span<const Certificate> intermediates, std::int64_t now,
                                     const Identity& identity) {
  const QuietErrors quiet;
  if (intermediates.size() > kMaxIntermediates) {
    return fail(Errc::exhausted, "more intermediate certificates than are looked at");
  }
  auto key = leaf.public_key();
  if (!key) return key;
  X509* x509 = leaf.impl().x509.get();
  auto checked = check_identity(leaf, identity);
  if (checked) checked = check_key_usage(x509);
  if (checked) checked = check_extended_key_usage(x509);
  if (checked) checked = check_chain(store, leaf, intermediates, now);
  if (!checked) return std::unexpected(checked.error());
  return key;
}

}  // namespace latchkey::crypto
