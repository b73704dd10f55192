#include "ike-engine/crypto/key_exchange.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/crypto/random.h"
#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::Errc;
using base::KeMethod;
using support::hex;

struct KeCase {
  std::string_view name;
  KeMethod method;
  std::string_view private_i, public_i, private_r, public_r, shared;
};

const KeCase kCases[] = {
    {"RFC 7748 section 6.1", KeMethod::x25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {"RFC 8031 appendix A", KeMethod::x25519, "751fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d94",
     "48d5ddd4061257ba166fa3f9bbdb74f1a4e81c089384fa77f790709f0dfbc766",
     "0a54645253290d60ddadd0e030bacd9e5501efdc220755a1e978f1b839a05688",
     "0be7c1f5aad87d7e448662673298a443478b859745179eaf564c79c0ef6eee25",
     "c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950"},
    {"RFC 5903 section 8.1", KeMethod::ecp256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
     "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
     "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {"RFC 5903 section 8.2", KeMethod::ecp384,
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
     "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa"
     "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
     "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571"
     "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"},
    {"RFC 3526 section 3 (2^i, 2^r and 2^(i r) mod p by Python's pow)", KeMethod::modp2048,
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "ce8736a3ad7c8260e0c5e5a457931ad19966d693e5c32414496b73d7f4e8bdaf51763d49d07a56b0a188048d61d52bd2"
     "a06e706a7a46664113e794057474d04c96b5bb151a50b27818a513cd8d6ecf037fc638b3b2f1084c58d4419735ba12c9"
     "a4391e2b3133bd660785e468569be85c7ad4f904d98a13f5e8695ff8cc5e22834228a8ea2c082ff49a07607e8e5c1278"
     "ce8091725678fde112491091bf4cf3b1759ccb32c1de0b90a074b1e3ffe179d71a292ff29ce9580c3a978793598c0e00"
     "8289e7ab7783b2b75caf9152267e8c981dbb28fde07f2e11ffe1e3984097d1602c61ffd0714d9523455377c177df3be6"
     "b3c81e69f762c04be910a225f323882d",
     "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40",
     "71f59a5d74d46d0a4ebb64d53255410ba69c8dbbd9a5cc8c152ebbd6c5881126463d4a2598e56aad581678038a87dd17"
     "08ce6c6164f149a0526f8673dd642a3e2fb92964939a1ab8af636a0395e0d99d471f9a433a0717ca179af69064917317"
     "27e350437138efd091e971299a06c80d1fabb14b3a2f3d35a80e13e292b550789e30e034dcca6fe0319a8593e5d41b23"
     "1d1b0f14746ab47f4116687336dbebf1fb5e1480e704d58a869a1a50e022550021b20fc262c2d12e3e767bb5fc71b443"
     "10334eeda725a5f2fc50c0d7b6626c58c82619952b539e5a8526d370d4700199f74d4c66a88c6b8e2fe9e1fdbf670f7b"
     "3791a21cc84c12d22a81cffa2719333d",
     "f134ddcf6fdbf1ff90da19e6594d3685f81a0cebea4e2a269ff562e68b1d64cdf40b1668fc7778b28527972344a8ce02"
     "0fd3bf29e0e9557647bf209cb3c189d772048bce249de13622c52c690e9a29bc44b4118f37ba2bc052cbee5c235b4d10"
     "f5d7ef8d39f871cbc5a290323c90fcf58a5833d9fe01c0165a21074d0b3080407fe543c81f6ff8fc29b4c13c5d4f4141"
     "e861cb0c51a0506cadf212d15ceec153b523845405075d19db6dee56182123d73a8b30a20f37d542d16c093d0deec3f5"
     "553c7eaec408bba1d5450b00b1c053d135b06e83ce1c6932317ab3384481d783c887d0ee90ee8e38df8dfdebb5fe4072"
     "0501d57aab688185f868d76ddc73d802"},
    {"RFC 7748 section 6.2", KeMethod::x448,
     "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
     "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0",
     "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
     "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
     "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879"
     "d"},
    {"RFC 5903 section 8.3", KeMethod::ecp521,
     "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777"
     "f5957b2639bab072462f68c27a57382d4a52",
     "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d107564"
     "941885942af5a7f4601723c4195d176ced3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4"
     "a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
     "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e4c2"
     "f869cca7458aa4a4effc311f5cb151685eb9",
     "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6"
     "c2912d4ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d985207"
     "7b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
     "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06"
     "b3c715a3a8cc3151f2bee417996d19f3ddea"},
    {"RFC 3526 section 4 (2^i, 2^r and 2^(i r) mod p by Python's pow)", KeMethod::modp3072,
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "708862b0cffa71fe166cc12799c8f990817c8bac6984bc27964320f740f0f4c0eb9d72a62b2b27d191ff6b21f9afd12b"
     "8003c232c5ad30d106fff0d87bdb806b7d2df476b395259c0297af4da6cbebfd4f4a3c42c710e8ada5b1cbdc06a877a8"
     "3299787d35b7cd57978e60b2ef73ccf3d7369079715181f3cbde33d94970d315398681d1a36e5f6ceec78660f1f8eb15"
     "00eb805dffc38ff8811ba7611b95eb7053660d3cef6b5aee38d16cfbfd678626cd81fb187f3314eb8c9b4332a4a0aec1"
     "8d9e2f228f773def0a05f2a615912166242ab9ac86b4f6f6244dac5ddb93b656cd9df19c3d82eef7a3c0fcbf8f105b9a"
     "9257875ce5b48b460bd771e208793a093db63492f01b0a40c4580abe41fda00e758f1a0b07cb945281a083824bf44e84"
     "d1a64652bf372b34d17460ff698bf8bebef274902ce1b91f7ea2193b7bdcbe8913e27fab4160748bf5d499fc2ffb9932"
     "6980ef5856e1eea957c42b724ad53467de7038e0ade707435611b35ac34e5cec3fb2feabe8a8ca4fdba666377c3803dc",
     "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40",
     "a2a5a86ba22942cc0b6732daefd14477dc42f771517c4b741b2b60a3ddd2d4294351e2785b3eb15225930cd531a7dfcb"
     "0faee2aaeb7569b40bd215439c5b6ae1188001d36a978b64265b6048098ad33a06d5e888f94094ab978dcfa9105c1865"
     "3ba2aaaab88b84d36347b7b7bee9afa8fb4bf655b789aa8d6898674bfb738052396afda2eb5bdc59cc3357ffa83741ee"
     "3a0161656ac512bb93296b042613d83b21639e27795885587b9ad5687b58779089c4d9d5e59f9f7fa702f1188a6ef74c"
     "a9a3c75a22136ffc4e0dd66776fd52e04c1c10ba2c52c2ff7dd8ae0aaed2cfcf89c9918e577dcdfb39d0b67a6c54c62a"
     "dd5f39fd836627bf47187276b88de757d9a0a556cc9ea7d191865c913e6424e6b2aa4e77dbd0ba842337de90859a2ef2"
     "4a84e2b3b22099301c5d4dc2533fd86b6c1c9aa1513223ac357e4bab7fe546b3e2798a68b036e52d2222ec4d324da110"
     "5cd0becd0fb2c726118bb54d1fe678a4e2e344c4c8ded364720bdbf700342361b8ec9bcbf7c9823ee7e3eb71f54cd766",
     "8fe5162317cfd2c8399a64dd022e41e8654c47da6e2b089f2c5cea73e5d5e4c005f598ab89a2cf164d34799ee1bb5191"
     "cb5d003cbe778f73ef98fc1bb716a468dca76ba8e9d1e2da900ca6c4f699857163a2d8608b681b44a575255ec59facf5"
     "8be97e903c9bf45be40a160b4df044fa9dc839097f249affbaa66901feb9c0b8b9f45c9348da38ea9c483465219c189a"
     "dc3bebf14c7ef2deb03b0e269fce843a002d9e189993199f951aa8b75db59e6e4154074ef3a3d45f9fe4db594cb4219d"
     "30fbd86946be3e9d46b86acbd0967b0d12d8cd5d3eeb39b3ed74174ee863edd6d60eefdbdbefdc3af0abc24652dca955"
     "75d5252c8f68237a04f1bd98771b61b9a6c79bfeb3430f61185a5891da496af262722a13e238be38c136a5a1c6705f3e"
     "b0f7deec693ac77ee97c3366c2d0535cf57736342513c3f5fc65fc607c58fb7a9388efac49a0620b7120cb4719c90149"
     "cb0941e66410345ecbaab16cd3146c07b4ec9ed5f5cf910080d695c244c3d9883bbf3442cbe66201fbf2fc77da9dcb8f"},
    {"RFC 3526 section 5 (2^i, 2^r and 2^(i r) mod p by Python's pow)", KeMethod::modp4096,
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "d1833e534396f4aa1b5dc63cf182d9acb3c62ba9f17e351d0af18c10dc5328ed81742e53ec147634bc0b1a12de925a76"
     "344f93405c938e70c9952c2e1bd40edcc587fc32858e19066befa97f41bbeeaeaccf9d8c739a2624e7508516b5ba12b6"
     "fc1698e1f437d3de17c5b9281cdaa13f8a3430827c30cdc9dbde4ff86b7e05f7d36d9a1eb4029a0b70edf7ab82c819e3"
     "a33d0cc6c0d2f9139bd906f8d173e4992f635c9557fcf8b7a1ade6cbb6432563f1a46d5b331b8fe7d68185fa38325cf0"
     "927246a954af936eac4dc2464510cad82e61b7645376d03c22ebdeafbaa878ea4d45a77bc64558a3c954d27f8d42e6b8"
     "72a12fc23f8f8dae2f00be8ea7385c618eedece53d18f7a77b43f174b7e250697bd88dd20df50d563f7b4a38ea7ae1ff"
     "60ff46f5789be6f178dbee9602eaa8537d999326ffba88cd7b941f19be09f9d178db8c1381360cfb69c12a906a6b9d94"
     "95c4c35780de80d452721ec5294eb37d7423646940992267b42ff0ef7d292a2d1ca910a9dcba70be159b23518b74a55e"
     "65d800de6ec4347c171a330e0f6667f8fddbf7ea954daf65690151f5ba65716824cbeb44dbc1c311d15fc81ad2ee9bf9"
     "2032f80e8de6f9f64a5607db17a7fc1e3b42da3958d587dbcf36accd55ce6cbf7d2d83de8fea30a82d11192b2a993bcc"
     "3c81625ac0c782c99726f22d8900391f328c20c07b82332266a96a689137a217",
     "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40",
     "c3c185cfa5b3023327c28b9134cfd5252a4f77ce58dceae3bf79cb5096e0d79ee4ae29624d34ddd5e044c719308f2e0e"
     "d7dcae7f130d64ea21b88c0d4c91bdbb4d838b5d7d68fd15c65e51fa9f5db71252cbc89703737b26496b67aaf7a2c877"
     "dade7d7c599d4ba1d3308885038ed35c0ee0997fd386c3e1c77583a337a09f325f50d238728656568419cd438dc112c6"
     "203a5cff3aebb06d8b56a320e79c72afae2cdf7175d017087abb56d2cffa48e920e9ffe465ae9fe752a1fdb339d8d40e"
     "2b08333a4977c01a89ae45c72764a221ec9a21b15377b107471092a1403d5111c53fabd57da7e551653ca97ef717349c"
     "4a2e731f53dc24cd184bfa3d6ebb2c0b05385b315b2e795ee84484cb8865dd60143673f935f2e6118f0921b1b18d7590"
     "c603af7540e4cda6090776e3790967a81e0e0ded52c3fa91b538d8a5d256d84f94198445cbbd783b498afcf7b582e409"
     "39f796fa1b9db76df600fc3e694397630afc7b6047bd227a95e9d84696416a90ed4c74882b84ef58f22bb54fb5bca914"
     "4c480d2732104017c1cec901402a0e2953cb1c6373416cb28ab82ada88948c5cb43c2b3221bba5877dcb02180771aced"
     "9b5716af00de57a3f8f84b461fac7ba05cba115aa00eb87b5255e45699c61752795dc58545bbea8ad945ddfb6119efc8"
     "61e193d0225fd58155bfc7be71b39a246cbae1ddaaeca1b7e6d2080a4653ebb2",
     "68864048896cdd944530280f4d0116d976d1f961dc9930f5383abf6dfc72c4834d3674234a7675dbc2dccc29141d4f28"
     "4a687496f712452fb7fbe527a317ee1804ceaf4a03f3a205e401300d11c931d31fcf8549f1f60911269830b273a4a509"
     "9660ef0b06182a758ae9fac466db9b84806f8bec533f7e4b52517fcebbd759b2b6332366762a377afd2bf313b8d820e6"
     "82fe046a9c736159a07b285a2d57d2148b40e06d5d9cae6cdc5a55120ad4275c5c52dbd2d4d93a8d7aef7395c7664f22"
     "f0599801caa87198f0f3bf576b250d908bb52e8e2d0a1e644f8a43c9a8f2b62b49f858058249f4dd6bb05764861efceb"
     "eee0dd78161aa397f0784d7926352f01dd1c8a59e148cfeb7402b5d99bafef58809ff875dce4682c52390e615229ae4c"
     "c8b47faa0e2140c2490852510a50ce5d7ff64bf52dbad9b8604e501a732bdc058453f48a88d484fbda782ffa31f0a272"
     "071fb85b9c9b06c49dfe314667ea9e7209fddde8d1f4f203c9eaf7152bde747d279f0a460c705c9a7cd84e3f4496b868"
     "f13c82b3025b5383eda99aef238a4da59048020f796058bcf21f67073b8b311fa563851ab0cb3b51fffa6237c7479e08"
     "5cdd9988a45aac259b719270e7bd54374edf4b9b194b31a4bd0c08dd2deecd31e8c3d6b8cd9b46eeea26e6b03c0b69d8"
     "83b1ad69f88f653dc4731a0c75d43ada1dfdcaf101aee5183e8c48f843d20040"},
};

std::string shared_hex(const KeyExchange& own, base::Bytes peer) {
  const auto shared = own.shared_secret(peer);
  return shared ? base::to_hex(shared->view()) : std::string(shared.error().text);
}

TEST(key_exchange, gives_the_values_of_the_rfcs) {
  for (const KeCase& c : kCases) {
    const auto i = KeyExchange::from_private(c.method, hex(c.private_i));
    const auto r = KeyExchange::from_private(c.method, hex(c.private_r));
    ASSERT_TRUE(i && r) << c.name;
    EXPECT_EQ(base::to_hex(i->public_value()), c.public_i) << c.name;
    EXPECT_EQ(base::to_hex(r->public_value()), c.public_r) << c.name;
    EXPECT_EQ(shared_hex(*i, r->public_value()), c.shared) << c.name;
    EXPECT_EQ(shared_hex(*r, i->public_value()), c.shared) << c.name;
  }
}

// RFC 7748 section 5.2: input points that are not the base point.
TEST(key_exchange, multiplies_any_x448_point) {
  struct Row {
    std::string_view scalar, u, out;
  };
  for (const Row& row : {Row{"3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78fbff44943eba"
                             "368f54b29259a4f1c600ad3",
                             "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da2583fa5429d"
                             "b94ada18aa7a7fb4ef8a086",
                             "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d9822396"
                             "1111e21766282f73dd96b6f"},
                         Row{"203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c538345dd77c3e4806e25f46d3315c44e0a"
                             "5b4371282dd2c8d5be3095f",
                             "0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b165d015894e56c4d3570bee52fe205e28"
                             "a78b91cdfbde71ce8d157db",
                             "884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7ad1b3ee3a5700df34321d62077e63633c"
                             "575c1c954514e99da7c179d"}}) {
    EXPECT_EQ(shared_hex(*KeyExchange::from_private(KeMethod::x448, hex(row.scalar)), hex(row.u)), row.out);
  }
}

TEST(key_exchange, multiplies_any_x25519_point) {
  struct Row {
    std::string_view scalar, u, out;
  };
  for (const Row& row : {Row{"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                             "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                             "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
                         Row{"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                             "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                             "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"}}) {
    EXPECT_EQ(shared_hex(*KeyExchange::from_private(KeMethod::x25519, hex(row.scalar)), hex(row.u)), row.out);
  }
}

TEST(key_exchange, agrees_between_two_fresh_sides) {
  for (const KeCase& c : kCases) {
    const auto i = KeyExchange::generate(c.method, random_fill);
    const auto r = KeyExchange::generate(c.method, random_fill);
    ASSERT_TRUE(i && r) << c.name;
    EXPECT_EQ(i->public_value().size(), ke_public_size(c.method));
    EXPECT_FALSE(base::same(i->public_value(), r->public_value()));
    EXPECT_EQ(shared_hex(*i, r->public_value()), shared_hex(*r, i->public_value())) << c.name;
  }
}

TEST(key_exchange, repeats_itself_with_the_same_randomness) {
  const RandomFill ones = [](base::MutableBytes out) { std::ranges::fill(out, std::uint8_t{1}); };
  for (const KeCase& c : kCases) {
    const auto first = KeyExchange::generate(c.method, ones);
    const auto second = KeyExchange::generate(c.method, ones);
    EXPECT_TRUE(base::same(first->public_value(), second->public_value())) << c.name;
  }
}

TEST(key_exchange, draws_again_when_a_scalar_is_out_of_range) {
  int calls = 0;
  const RandomFill first_too_large = [&calls](base::MutableBytes out) {
    std::ranges::fill(out, static_cast<std::uint8_t>(calls++ == 0 ? 0xff : 1));
  };
  EXPECT_TRUE(KeyExchange::generate(KeMethod::ecp256, first_too_large));
  EXPECT_EQ(calls, 2);
  const RandomFill broken = [](base::MutableBytes out) { std::ranges::fill(out, std::uint8_t{0}); };
  EXPECT_EQ(KeyExchange::generate(KeMethod::ecp256, broken).error().code, Errc::internal);
}

TEST(key_exchange, pads_modp_values_to_the_modulus) {
  // 2^2049 mod p begins with seven zero octets (computed with Python).
  const auto own = KeyExchange::from_private(KeMethod::modp2048, hex("0801"));
  ASSERT_EQ(own->public_value().size(), 256U);
  EXPECT_EQ(base::to_hex(own->public_value().first(12)), "00000000000000006de04abb");
  const auto lz = KeyExchange::from_private(KeMethod::modp2048, hex("018e"));
  const auto peer = KeyExchange::from_private(KeMethod::modp2048,
                                              hex("2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40"));
  const auto shared = lz->shared_secret(peer->public_value());
  ASSERT_EQ(shared->size(), 256U);
  EXPECT_EQ(base::to_hex(shared->view().first(8)), "00dcdf32b0a6eddc");
}

TEST(key_exchange, refuses_sizes_that_are_not_the_methods) {
  for (const KeCase& c : kCases) {
    const auto own = KeyExchange::from_private(c.method, hex(c.private_i));
    base::Buffer peer = hex(c.public_r);
    EXPECT_EQ(own->shared_secret({}).error().code, Errc::malformed);
    EXPECT_EQ(own->shared_secret(base::Bytes(peer).first(peer.size() - 1)).error().code, Errc::malformed);
    peer.push_back(0);
    EXPECT_EQ(own->shared_secret(peer).error().code, Errc::malformed) << c.name;
    EXPECT_EQ(KeyExchange::from_private(c.method, {}).error().code, Errc::malformed);
  }
}

/// p of RFC 3526 sections 3 to 5.
base::Buffer modp_prime(KeMethod method) {
  switch (method) {
    case KeMethod::modp2048:
      return hex(
          "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a"
          "431b"
          "302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b"
          "1fe6"
          "49286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096"
          "966d"
          "670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf69558"
          "1718"
          "3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff");
    case KeMethod::modp3072:
      return hex(
          "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a"
          "431b"
          "302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b"
          "1fe6"
          "49286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096"
          "966d"
          "670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf69558"
          "1718"
          "3995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d06"
          "0c7d"
          "b3970f85a6e1e4c7abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b"
          "200c"
          "bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff");
    default:
      return hex(
          "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a"
          "431b"
          "302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b"
          "1fe6"
          "49286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096"
          "966d"
          "670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf69558"
          "1718"
          "3995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d06"
          "0c7d"
          "b3970f85a6e1e4c7abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b"
          "200c"
          "bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a92108011a723c12a787e6d788719a10bdba"
          "5b26"
          "99c327186af4e23c1a946834b6150bda2583e9ca2ad44ce8dbbbc2db04de8ef92e8efc141fbecaa6287c59474e6bc05d99b2964fa090"
          "c3a2"
          "233ba186515be7ed1f612970cee2d7afb81bdd762170481cd0069127d5b05aa993b4ea988d8fddc186ffb7dc90a6c08f4df435c93406"
          "3199"
          "ffffffffffffffff");
  }
}

TEST(key_exchange, refuses_degenerate_modp_values) {
  for (const KeMethod method : {KeMethod::modp2048, KeMethod::modp3072, KeMethod::modp4096}) {
    const auto own = KeyExchange::from_private(method, hex("0123456789abcdef"));
    const base::Buffer p = modp_prime(method);
    const std::size_t last = p.size() - 1;
    ASSERT_EQ(p.size(), ke_public_size(method));
    base::Buffer small(p.size());
    EXPECT_EQ(own->shared_secret(small).error().code, Errc::weak) << "0";
    small.back() = 1;
    EXPECT_EQ(own->shared_secret(small).error().code, Errc::weak) << "1";
    small.back() = 2;
    EXPECT_TRUE(own->shared_secret(small)) << "2";
    EXPECT_EQ(own->shared_secret(p).error().code, Errc::weak) << "p";
    EXPECT_EQ(own->shared_secret(support::with_octet(p, last, 0xfe)).error().code, Errc::weak) << "p-1";
    EXPECT_TRUE(own->shared_secret(support::with_octet(p, last, 0xfd))) << "p-2";
    EXPECT_EQ(own->shared_secret(base::Buffer(p.size(), 0xff)).error().code, Errc::weak) << "beyond p";
  }
}

TEST(key_exchange, refuses_points_that_are_not_on_the_curve) {
  for (const KeCase& c : kCases) {
    if (c.method != KeMethod::ecp256 && c.method != KeMethod::ecp384 && c.method != KeMethod::ecp521) continue;
    const auto own = KeyExchange::from_private(c.method, hex(c.private_i));
    base::Buffer peer = hex(c.public_r);
    peer.back() ^= 1;
    EXPECT_EQ(own->shared_secret(peer).error().code, Errc::weak) << c.name;
    EXPECT_EQ(own->shared_secret(base::Buffer(peer.size())).error().code, Errc::weak) << "(0, 0)";
    EXPECT_EQ(own->shared_secret(base::Buffer(peer.size(), 0xff)).error().code, Errc::weak) << "beyond p";
  }
}

TEST(key_exchange, refuses_ecp_scalars_outside_the_order) {
  for (const auto& [method, size] :
       {std::pair{KeMethod::ecp256, 32U}, {KeMethod::ecp384, 48U}, {KeMethod::ecp521, 66U}}) {
    EXPECT_EQ(KeyExchange::from_private(method, base::Buffer(size)).error().code, Errc::malformed) << "0";
    EXPECT_EQ(KeyExchange::from_private(method, base::Buffer(size, 0xff)).error().code, Errc::malformed) << "too large";
  }
}

// RFC 7748 section 6.1: the points of small order give zeros. These are u = 0, u = 1, one of order 8, p - 1, and p.
TEST(key_exchange, refuses_x25519_points_of_small_order) {
  const auto own = KeyExchange::generate(KeMethod::x25519, random_fill);
  for (const std::string_view u : {"0000000000000000000000000000000000000000000000000000000000000000",
                                   "0100000000000000000000000000000000000000000000000000000000000000",
                                   "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                   "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                   "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_EQ(own->shared_secret(hex(u)).error().code, Errc::weak) << u;
  }
}

// The same for X448: u = 0, u = 1, p - 1, p, and p + 1 (2^448 - 2^224), in little-endian order.
TEST(key_exchange, refuses_x448_points_of_small_order) {
  const auto own = KeyExchange::generate(KeMethod::x448, random_fill);
  const std::string ones27(54, 'f'), ones28(56, 'f'), zeros27(54, '0'), zeros28(56, '0');
  for (const std::string& u : {zeros28 + zeros28, "01" + zeros27 + zeros28, "fe" + ones27 + "fe" + ones27,
                               ones28 + "fe" + ones27, zeros28 + ones28}) {
    EXPECT_EQ(own->shared_secret(hex(u)).error().code, Errc::weak) << u;
  }
}

TEST(key_exchange, draws_scalars_of_521_bits_without_trying_long) {
  const RandomFill ones = [](base::MutableBytes out) { std::ranges::fill(out, std::uint8_t{0xff}); };
  EXPECT_EQ(KeyExchange::generate(KeMethod::ecp521, ones).error().code, Errc::internal) << "beyond the order";
  int calls = 0;
  const RandomFill high_bits = [&calls](base::MutableBytes out) {
    ++calls;
    std::ranges::fill(out, std::uint8_t{0xfe});
  };
  EXPECT_TRUE(KeyExchange::generate(KeMethod::ecp521, high_bits));
  EXPECT_EQ(calls, 1);
}

TEST(key_exchange, refuses_methods_that_it_does_not_have) {
  // 1 and 22 to 24: what RFC 8247 section 2.4 forbids or advises against.
  for (const KeMethod method : {KeMethod::none, KeMethod{1}, KeMethod::modp1024, KeMethod::modp1536, KeMethod{22},
                                KeMethod{23}, KeMethod{24}}) {
    EXPECT_EQ(KeyExchange::generate(method, random_fill).error().code, Errc::unsupported);
    EXPECT_EQ(KeyExchange::from_private(method, base::Buffer(32)).error().code, Errc::unsupported);
    EXPECT_EQ(ke_public_size(method), 0U);
  }
}

}  // namespace
}  // namespace latchkey::crypto
