#include "ike-engine/crypto/pem.h"

#include <openssl/pem.h>

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

using base::Errc;
using base::fail;

constexpr std::size_t kMaxText = std::size_t{4} << 20;

struct Block {
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;

  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_free(label);
    OPENSSL_free(header);
    // It may be somebody's private key.
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }
  base::Bytes view() const { return {data, static_cast<std::size_t>(size)}; }
};

bool at_end() { return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE; }

}  // namespace

base::Result<std::vector<base::Buffer>> pem_blocks(std::string_view text, std::string_view label, std::size_t bound) {
  const QuietErrors quiet;
  if (text.size() > kMaxText) return fail(Errc::exhausted, "PEM text beyond 4 MiB");
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::vector<base::Buffer> blocks;
  for (;;) {
    Block block;
    if (PEM_read_bio(bio.get(), &block.label, &block.header, &block.data, &block.size) != 1) {
      if (at_end()) return blocks;
      return fail(Errc::malformed, "a block of the PEM text is damaged");
    }
    if (block.label != label) continue;
    if (blocks.size() == bound) return fail(Errc::exhausted, "more PEM blocks than we read");
    blocks.push_back(base::to_buffer(block.view()));
  }
}

}  // namespace latchkey::crypto
