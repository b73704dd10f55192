#include "control/inspect/payload_json.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::inspect {
namespace {

using base::PayloadType;
using support::hex;

/// What a payload with this body is shown as, as text.
std::string shown(PayloadType type, std::string_view body, bool critical = false) {
  const base::Buffer octets = hex(body);
  return payload_json({.type = type, .critical = critical, .next = PayloadType::none, .body = octets}).dump();
}

struct Case {
  PayloadType type;
  std::string_view body;
  std::string_view fields;  ///< behind "body"
};

const Case kCases[] = {
    {PayloadType::sa, "0000002801010003 0300000c0100000c800e0100 0300000802000005 0000000c04000013800f0007",
     R"("proposals":[{"number":1,"protocol":1,"spi":"","transforms":[)"
     R"({"type":1,"id":12,"name":"AES_CBC_256","key_length":256,"attributes":[{"type":14,"value":256}]},)"
     R"({"type":2,"id":5,"name":"PRF_HMAC_SHA2_256","attributes":[]},)"
     R"({"type":4,"id":19,"name":"ECP_256","attributes":[{"type":15,"value":"0007"}]}]}])"},
    {PayloadType::sa, "00000024010304030a0b0c0d 0300000801000014 0300000805000001 0000000806000023",
     R"("proposals":[{"number":1,"protocol":3,"spi":"0a0b0c0d","transforms":[)"
     R"({"type":1,"id":20,"name":"AES_GCM_16","attributes":[]},{"type":5,"id":1,"name":"ESN","attributes":[]},)"
     R"({"type":6,"id":35,"name":"KE_35","attributes":[]}]}])"},
    {PayloadType::ke, "001f0000aabb", R"("method":31,"data":"aabb")"},
    {PayloadType::idi, "01000000c0000201", R"("id_type":1,"data":"c0000201","text":"192.0.2.1")"},
    {PayloadType::idr, "0200000077657374", R"("id_type":2,"data":"77657374","text":"west")"},
    {PayloadType::idi, "0b000000ff00", R"("id_type":11,"data":"ff00")"},
    {PayloadType::idi, "0d000000", R"("id_type":13,"data":"")"},
    {PayloadType::cert, "04aabb", R"("encoding":4,"data":"aabb")"},
    {PayloadType::certreq, "04", R"("encoding":4,"data":"")"},
    {PayloadType::auth, "0d000000aabb", R"("method":13,"method_name":"NULL Authentication","data":"aabb")"},
    {PayloadType::auth, "0e000000 0c300a06082a8648ce3d040302 aabb",
     R"("method":14,"method_name":"Digital Signature","data":"0c300a06082a8648ce3d040302aabb",)"
     R"("algorithm_identifier":"300a06082a8648ce3d040302","signature":"aabb","scheme":"ECDSA-SHA256")"},
    {PayloadType::auth, "0e000000ff", R"("method":14,"method_name":"Digital Signature","data":"ff")"},
    {PayloadType::nonce, "00112233445566778899aabbccddeeff", R"("data":"00112233445566778899aabbccddeeff")"},
    {PayloadType::notify, "00004006616263",
     R"("protocol":0,"spi":"","notify_type":16390,"notify_name":"COOKIE","data":"616263")"},
    {PayloadType::notify, "030440090a0b0c0d",
     R"("protocol":3,"spi":"0a0b0c0d","notify_type":16393,"notify_name":"REKEY_SA","data":"")"},
    {PayloadType::notify, "00000011001f",
     R"("protocol":0,"spi":"","notify_type":17,"notify_name":"INVALID_KE_PAYLOAD","data":"001f","method":31)"},
    {PayloadType::notify, "0000402f00020005",
     R"("protocol":0,"spi":"","notify_type":16431,"notify_name":"SIGNATURE_HASH_ALGORITHMS","data":"00020005",)"
     R"("hash_algorithms":[2,5])"},
    {PayloadType::notify, "00004021",
     R"("protocol":0,"spi":"","notify_type":16417,"notify_name":"EAP_ONLY_AUTHENTICATION","data":"")"},
    {PayloadType::notify, "0000bfff", R"("protocol":0,"spi":"","notify_type":49151,"notify_name":"","data":"")"},
    {PayloadType::delete_, "030400020000000a0b0c0d0e", R"("protocol":3,"spis":["0000000a","0b0c0d0e"])"},
    {PayloadType::delete_, "01000000", R"("protocol":1,"spis":[])"},
    {PayloadType::vendor_id, "737472ff", R"("data":"737472ff")"},
    {PayloadType::vendor_id, "737472", R"("data":"737472","text":"str")"},
    {PayloadType::tsi, "01000000 0711 0010 0035 0035 0a010001 0a0100ff",
     R"("selectors":[{"ts_type":7,"protocol":17,"start_port":53,"end_port":53,"start":"10.1.0.1","end":"10.1.0.255"}])"},
    {PayloadType::cp, "01000000 0001 0000 0003 0004 0a000001",
     R"("cfg_type":1,"attributes":[{"type":1,"value":""},{"type":3,"value":"0a000001"}])"},
    {PayloadType::eap, "0102000501", R"("data":"0102000501")"},
    {PayloadType::skf, "00020003aabb", R"("fragment":2,"total":3)"},
};

TEST(payload_json, has_the_fields_of_each_type) {
  for (const Case& one : kCases) {
    const std::string text = shown(one.type, one.body);
    const std::string body = "\"body\":\"" + base::to_hex(hex(one.body)) + "\",";
    const std::size_t at = text.find(body);
    ASSERT_NE(at, std::string::npos) << text;
    EXPECT_EQ(text.substr(at + body.size()), std::string(one.fields) + "}");
  }
}

TEST(payload_json, has_type_name_and_critical_bit_in_front) {
  EXPECT_EQ(shown(PayloadType::sk, "00ff"), R"({"type":46,"name":"SK","critical":false,"body":"00ff"})");
  EXPECT_EQ(shown(PayloadType{200}, "", true), R"({"type":200,"name":"","critical":true,"body":""})");
}

TEST(payload_json, says_why_a_body_is_refused) {
  const Case cases[] = {
      {PayloadType::sa, "", R"("error":"truncated: sa: proposal")"},
      {PayloadType::ke, "001f", R"("error":"truncated: ke")"},
      {PayloadType::idi, "01000000c00002", R"("error":"malformed: id: size is not the type's")"},
      {PayloadType::nonce, "00", R"("error":"malformed: nonce: size")"},
      {PayloadType::notify, "000840", R"("error":"truncated: notify")"},
      {PayloadType::tsr, "02000000", R"("error":"truncated: ts: selector")"},
      {PayloadType::skf, "00030002", R"("error":"malformed: skf: fragment beyond the total")"},
  };
  for (const Case& one : cases) EXPECT_NE(shown(one.type, one.body).find(one.fields), std::string::npos) << one.fields;
}

}  // namespace
}  // namespace latchkey::inspect
